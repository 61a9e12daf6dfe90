"""Files of the window: sent once, kept under names nobody can guess, handed out as attachments to who may see them."""

import asyncio
import hashlib
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.enterprise import file
from alerts.enterprise.policy import EnterprisePolicy
from alerts.policy import Policy
from service.resources.enterprise import files
from tests.service import seed
from tests.support import papers, pictures
from tests.support.deadline import until

PATH = "/api/v1/enterprise/files"
A, B = {"X-Hotgrid-Actor": "enterprise:EA"}, {"X-Hotgrid-Actor": "enterprise:EB"}


@pytest.fixture(autouse=True)
async def _enterprises(pool: asyncpg.Pool) -> None:
    await seed.enterprise(pool, "EA", "一厂")
    await seed.enterprise(pool, "EB", "二厂")


async def sent(client: httpx2.AsyncClient, who: dict[str, str], raw: bytes = papers.PDF, **query: str) -> Any:
    answer = await client.post(PATH, content=raw, params={"name": "整改报告.pdf"} | query, headers=who)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_file_comes_back_as_an_attachment_that_no_browser_opens(client: httpx2.AsyncClient) -> None:
    told = await sent(client, A)
    assert (told["name"], told["content_type"], told["side"]) == ("整改报告.pdf", "application/pdf", "enterprise")
    got = await client.get(f"{PATH}/{told['file_id']}", headers=A)
    assert (got.status_code, got.content) == (200, papers.PDF)
    assert hashlib.sha256(got.content).hexdigest() == told["sha256"]
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    name = "%E6%95%B4%E6%94%B9%E6%8A%A5%E5%91%8A.pdf"
    assert got.headers["Content-Disposition"] == f"attachment; filename=\"file.pdf\"; filename*=UTF-8''{name}"
    again = await client.get(f"{PATH}/{told['file_id']}", headers=A | {"If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_picture_is_told_by_its_content_and_served_as_the_picture_alone(client: httpx2.AsyncClient) -> None:
    told = await sent(client, A, pictures.from_a_phone("PNG"), name="现场.xlsx")
    assert (told["name"], told["content_type"]) == ("现场.jpg", "image/jpeg")
    got = await client.get(f"{PATH}/{told['file_id']}", headers=A)
    assert not [secret for secret in pictures.SECRETS if secret in got.content]


async def test_a_table_in_an_old_encoding_comes_back_as_it_was(client: httpx2.AsyncClient) -> None:
    table = "日期,备注\n2026-11-21,正常\n".encode("gb18030")
    told = await sent(client, A, table, name="台账.csv")
    got = await client.get(f"{PATH}/{told['file_id']}", headers=A)
    assert (got.content, got.headers["Content-Type"]) == (table, "text/csv")


async def test_the_same_file_is_one_of_each_enterprise_and_side(client: httpx2.AsyncClient) -> None:
    mine = await asyncio.gather(*(sent(client, A) for _ in range(4)))
    others = [await sent(client, B), await sent(client, {}, enterprise="EA")]
    assert len({one["file_id"] for one in mine}) == 1
    assert len({one["file_id"] for one in (*mine, *others)}) == 3
    assert others[1]["side"] == "desk"


async def test_nobody_else_sees_a_file_that_is_attached_to_nothing(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    mine, desk = await sent(client, A), await sent(client, {}, enterprise="EA")
    looks: list[tuple[Any, dict[str, str], dict[str, str]]] = [
        (mine, B, {}),
        (mine, B, {"enterprise": "EA"}),
        (mine, {}, {"enterprise": "EA"}),
        (mine, {}, {"enterprise": "EB"}),
        (desk, A, {}),
        (desk, B, {}),
    ]
    for told, who, query in looks:
        got = await client.get(f"{PATH}/{told['file_id']}", params=query, headers=who)
        assert (got.status_code, papers.PDF[:8] in got.content) == (404, False)
    await file.attach(pool, "EA", [mine["file_id"]], seed.NOW)
    assert (await client.get(f"{PATH}/{mine['file_id']}", params={"enterprise": "EA"})).status_code == 200
    assert (await client.get(f"{PATH}/{mine['file_id']}", headers=B)).status_code == 404


async def test_only_files_of_that_side_and_enterprise_are_there_to_be_attached(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    mine, others = (await sent(client, A))["file_id"], (await sent(client, B))["file_id"]
    desk = (await sent(client, {}, enterprise="EA"))["file_id"]
    assert await file.exists(pool, "EA", [mine, mine])
    assert await file.exists(pool, "EA", [])
    assert await file.exists(pool, "EA", [desk], "desk")
    for strange in (others, desk, "0" * 32):
        assert not await file.exists(pool, "EA", [mine, strange])
        with pytest.raises(file.UnknownFile, match=strange):
            await file.attach(pool, "EA", [strange], seed.NOW)


async def test_what_is_attached_to_nothing_is_gone_after_a_day(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, database: str
) -> None:
    lost, kept = await sent(client, A), await sent(client, A, papers.workbook())
    await file.attach(pool, "EA", [kept["file_id"]], seed.NOW)
    owner = await asyncpg.connect(database)
    await owner.execute("UPDATE window_file SET at = at - interval '25 hours'")
    await owner.close()
    await sent(client, A, b"text", name="a.txt")
    assert await pool.fetchval("SELECT count(*) FROM window_file") == 2
    assert (await client.get(f"{PATH}/{lost['file_id']}", headers=A)).status_code == 404
    assert (await client.get(f"{PATH}/{kept['file_id']}", headers=A)).status_code == 200


async def test_there_is_only_so_much_room(client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    state = client._transport.app.state  # type: ignore[attr-defined]
    small = Policy(enterprise=EnterprisePolicy(files_mb=600 / file.MIB))
    monkeypatch.setattr(state, "settings", state.settings.model_copy(update={"policy": small}))
    raws = [b"%d" % number * 200 for number in range(6)]
    answers = await asyncio.gather(
        *(client.post(PATH, content=raw, params={"name": "a.txt"}, headers=A) for raw in raws)
    )
    assert sorted(one.status_code for one in answers) == [201] * 3 + [409] * 3
    assert {one.json().get("reason") for one in answers if one.status_code == 409} == {"full"}
    await sent(client, B, raws[0])


@pytest.mark.parametrize(
    ("raw", "name", "status", "field"),
    [
        (papers.bomb(), "台账.xlsx", 422, "body"),
        (papers.PDF + papers.workbook(), "报告.pdf", 422, "body"),
        (b"<script>alert(1)</script>", "报告.pdf", 422, "body"),
        (b"", "报告.pdf", 422, "body"),
        (papers.PDF, "../报告.pdf", 422, "name"),
        (papers.PDF, "报\u202efdp.exe", 422, "name"),
        (bytes(5 * 1024 * 1024 + 1), "报告.pdf", 413, ""),
    ],
)
async def test_what_is_not_taken_is_told(
    client: httpx2.AsyncClient, raw: bytes, name: str, status: int, field: str
) -> None:
    answer = await client.post(PATH, content=raw, params={"name": name}, headers=A)
    assert answer.status_code == status
    assert [one["field"] for one in answer.json().get("errors", [{"field": ""}])] == [field]


async def test_a_crowd_of_slow_files_is_told_to_come_again(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    waiting = asyncio.Event()
    works = [f"EX{number}" for number in range(2)]  # one account has half of the room
    for name in works:
        await seed.enterprise(pool, name, name)

    async def slow() -> Any:
        yield papers.PDF
        await waiting.wait()

    intake = client._transport.app.state.window_intake  # type: ignore[attr-defined]
    crowd = [
        asyncio.create_task(
            client.post(
                PATH, content=slow(), params={"name": "a.pdf"}, headers={"X-Hotgrid-Actor": f"enterprise:{name}"}
            )
        )
        for name in files.UNDER_WAY // len(works) * works
    ]

    async def is_full() -> bool:
        return bool(intake._room == 0)

    await until(is_full)
    answer = await client.post(PATH, content=papers.PDF, params={"name": "a.pdf"}, headers=A)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    waiting.set()
    assert {one.status_code for one in await asyncio.gather(*crowd)} == {201}
