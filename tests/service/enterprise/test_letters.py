"""Replies, appeals and messages: who may write and decide what, when, and who reads it."""

import asyncio
from datetime import timedelta

import asyncpg
import httpx2
import pytest

from tests.service import seed
from tests.service.enterprise.correspondence import API, DISPATCHER, DUTY, A, B, Talk, settle
from tests.support import papers

LONG_AGO = timedelta(days=40)


@pytest.fixture
async def talk(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> Talk:
    """A client, with EA found to be the source of H."""
    await settle(pool)
    talk = Talk(client)
    await talk.found()
    return talk


async def released_long_ago(talk: Talk, database: str) -> None:
    """The name was released, and all its deadlines are over."""
    await talk.release()
    owner = await asyncpg.connect(database)
    await owner.execute(
        "UPDATE alert_release SET (reply_by, appeal_by) = (reply_by - $1::interval, appeal_by - $1)", LONG_AGO
    )
    await owner.close()


async def test_only_who_signs_off_releases_names_and_decides(talk: Talk) -> None:
    said = {"enterprise_id": "EA", "as": "found", "why": "查实"}
    for who in (DISPATCHER, A):
        await talk.post("/alerts/H/release-name", who, 403, **said)
    await talk.release()
    appeal = (await talk.post("/enterprise/alerts/H/appeal", A, 201, text="不服"))["letter_id"]
    for who in (DISPATCHER, A, B):
        await talk.post(f"/letters/{appeal}/uphold", who, 403, why="有理")
        await talk.post("/alerts/H/withdraw-name", who, 403, enterprise_id="EA", why="撤")
    for kind in ("reply", "appeal", "rectify"):
        refused = await talk.client.post(
            f"{API}/enterprise/alerts/H/{kind}", params={"enterprise": "EA"}, json={"text": "代写"}, headers=DUTY
        )
        assert refused.status_code == 403


@pytest.mark.parametrize(
    ("said", "gives", "field"),
    [
        ({"enterprise_id": "EB", "as": "found", "why": "查实"}, 409, "as"),
        ({"enterprise_id": "EC", "as": "candidate", "why": "查实"}, 409, "enterprise_id"),
        ({"enterprise_id": "NO", "as": "candidate", "why": "查实"}, 422, "enterprise_id"),
        ({"enterprise_id": "EA", "as": "found", "why": " "}, 422, "why"),
        ({"enterprise_id": "EA", "as": "source", "why": "查实"}, 422, "as"),
        ({"enterprise_id": "EA", "why": "查实"}, 422, "as"),
        ({"enterprise_id": "E\0", "as": "found", "why": "查实"}, 422, "enterprise_id"),
    ],
)
async def test_only_names_that_have_to_do_with_it_are_released(
    talk: Talk, pool: asyncpg.Pool, said: dict[str, str], gives: int, field: str
) -> None:
    await seed.enterprise(pool, "EC", "三厂")
    told = await talk.post("/alerts/H/release-name", DUTY, gives, **said)
    assert [one["field"] for one in told["errors"]] == [field]
    assert await pool.fetchval("SELECT count(*) FROM alert_release") == 0


async def test_a_name_is_released_once_and_what_was_a_candidate_may_be_found(talk: Talk, pool: asyncpg.Pool) -> None:
    await talk.release(as_="candidate")
    await talk.release(as_="found")
    said = {"enterprise_id": "EA", "as": "found", "why": "查实"}
    await talk.post("/alerts/H/release-name", DUTY, 409, **said)
    await talk.post("/alerts/NONE/release-name", DUTY, 404, **said)
    assert await talk.alerts(A) == ["H"]
    rows = await pool.fetch("SELECT released_as, withdrawn_at IS NULL AS holds FROM alert_release ORDER BY release_id")
    assert [tuple(row) for row in rows] == [("candidate", False), ("found", True)]


async def test_the_enterprise_is_told_of_its_release_by_its_own_address(talk: Talk, pool: asyncpg.Pool) -> None:
    await talk.release()
    telling = await pool.fetchrow("SELECT * FROM telling WHERE telling LIKE 'release-%'")
    assert telling is not None
    assert "H" in telling["words"]["zh"]
    assert "候选保密" not in str(telling["words"])


async def test_late_replies_are_taken_and_counted_late_appeals_are_not(talk: Talk, database: str) -> None:
    await released_long_ago(talk, database)
    assert (await talk.post("/enterprise/alerts/H/reply", A, 201, text="迟到的说明"))["late"] is True
    told = await talk.post("/enterprise/alerts/H/appeal", A, 409, text="不服")
    assert "申诉期已过" in told["detail"]


async def test_of_two_appeals_or_reports_at_once_one_is_taken(talk: Talk, pool: asyncpg.Pool) -> None:
    await talk.release()
    await talk.post("/alerts/H/rectify", DUTY, deadline="2100-01-01T00:00:00Z")
    for kind in ("appeal", "rectify"):
        both = await asyncio.gather(
            *(talk.client.post(f"{API}/enterprise/alerts/H/{kind}", json={"text": "文"}, headers=A) for _ in range(6))
        )
        assert sorted(one.status_code for one in both) == [201] + [409] * 5
    assert await pool.fetchval("SELECT count(*) FROM reply") == 2


async def test_of_two_decisions_at_once_one_counts(talk: Talk) -> None:
    await talk.release()
    number = (await talk.post("/enterprise/alerts/H/appeal", A, 201, text="不服"))["letter_id"]
    both = await asyncio.gather(
        *(
            talk.client.post(f"{API}/letters/{number}/{step}", json={"why": "理由"}, headers=DUTY)
            for step in ("uphold", "dismiss", "uphold", "dismiss")
        )
    )
    assert sorted(one.status_code for one in both) == [200, 409, 409, 409]
    reply = (await talk.post("/enterprise/alerts/H/reply", A, 201, text="说明"))["letter_id"]
    await talk.post(f"/letters/{reply}/uphold", DUTY, 409, why="理由")
    await talk.post(f"/letters/{reply + 1000}/uphold", DUTY, 404, why="理由")


async def test_the_desk_reads_letters_and_knows_what_waits(talk: Talk) -> None:
    await talk.release()
    proof = await talk.file(A)
    await talk.post("/enterprise/alerts/H/appeal", A, 201, text="不服", files=[proof])
    await talk.post("/enterprise/alerts/H/reply", A, 201, text="说明")
    await talk.post("/enterprise/messages", A, 201, text="请问")
    await talk.post("/enterprise/messages", B, 201, text="你好")

    letters = (await talk.get("/letters", DISPATCHER))["letters"]
    assert [(one["kind"], one["enterprise"], one["waits"]) for one in letters] == [
        ("message", "二厂", True),
        ("message", "一厂", True),
        ("reply", "一厂", False),
        ("appeal", "一厂", True),
    ]
    assert letters[3]["files"][0]["file_id"] == proof
    assert len((await talk.get("/letters", DUTY, waits="true", enterprise_id="EA"))["letters"]) == 2
    assert len((await talk.get("/letters", DUTY, kind="reply", alert_id="H"))["letters"]) == 1
    first = await talk.get("/letters", DUTY, limit="3")
    rest = await talk.get("/letters", DUTY, before=str(first["next"]))
    assert ([one["kind"] for one in rest["letters"]], rest["next"]) == (["appeal"], None)
    assert (await talk.get("/letters", DUTY, since="2100-01-01T00:00:00Z"))["letters"] == []

    await talk.post(f"/letters/{letters[3]['letter_id']}/uphold", DUTY, why="有理")
    until = {"until": letters[0]["letter_id"]}
    read = await talk.client.post(
        f"{API}/enterprise/messages/read", params={"enterprise": "EA"}, json=until, headers=DUTY
    )
    assert read.json() == {"read": 1}
    waiting = (await talk.get("/letters", DUTY, waits="true"))["letters"]
    assert [one["enterprise_id"] for one in waiting] == ["EB"]


async def test_the_thread_is_between_two(talk: Talk) -> None:
    await talk.post("/messages", DUTY, 422, enterprise_id="EA", text="请说明", alert_id="H")
    await talk.post("/enterprise/messages", A, 422, text="请问", alert_id="H")
    await talk.release()
    photo = await talk.file({}, papers.workbook(), enterprise="EA")
    asked = await talk.post(
        "/messages", DISPATCHER, 201, enterprise_id="EA", text="请说明", alert_id="H", files=[photo]
    )
    thread = await talk.get("/enterprise/messages", A)
    assert (thread["unread"], thread["messages"][0]["side"], thread["messages"][0]["read_at"]) == (1, "desk", None)
    assert thread["messages"][0]["files"][0]["file_id"] == photo
    got = await talk.client.get(f"{API}/enterprise/files/{photo}", headers=A)
    assert got.content == papers.workbook()
    assert (await talk.post("/enterprise/messages/read", A, until=asked["letter_id"])) == {"read": 1}
    assert (await talk.post("/enterprise/messages/read", A, until=asked["letter_id"])) == {"read": 0}
    proof = await talk.file(A)
    await talk.post("/enterprise/messages", A, 201, text="", files=[proof], alert_id="H")
    await talk.post("/enterprise/messages", A, 201, text="另外")
    assert len((await talk.get("/enterprise/messages", A, alert_id="H"))["messages"]) == 2
    page = await talk.get("/enterprise/messages", A, limit="2")
    assert len((await talk.get("/enterprise/messages", A, before=str(page["next"])))["messages"]) == 1

    assert (await talk.get("/enterprise/messages", B))["messages"] == []
    assert (await talk.get("/enterprise/messages", B, before=str(page["next"]), alert_id="H"))["messages"] == []
    assert await talk.post("/enterprise/messages/read", B, until=2**62) == {"read": 0}
    await talk.get("/letters", B, 403)
    for number in (photo, proof):
        assert (await talk.client.get(f"{API}/enterprise/files/{number}", headers=B)).status_code == 404


async def test_nobody_attaches_what_is_not_his(talk: Talk) -> None:
    await talk.release()
    await talk.release(enterprise_id="EB", as_="candidate")
    foreign, desk = await talk.file(B), await talk.file({}, enterprise="EA")
    for strange in (foreign, desk, "0" * 32):
        for path in ("alerts/H/reply", "alerts/H/appeal", "messages"):
            told = await talk.post(f"/enterprise/{path}", A, 422, text="见附件", files=[strange])
            assert [one["field"] for one in told["errors"]] == ["files"]
    await talk.post("/messages", DUTY, 422, enterprise_id="EB", text="见附件", files=[desk])
    assert (await talk.get("/letters", DUTY))["letters"] == []


async def test_the_old_doors_are_closed(talk: Talk) -> None:
    await talk.release()
    for action in ("rectify", "comment", "close"):
        await talk.post(f"/alerts/H/{action}", A, 403, why="文")
    await talk.get("/alerts/H", A, 403)
    await talk.get("/alerts/H/released-names", A, 403)
