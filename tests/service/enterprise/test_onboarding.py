"""An outlet's way onto the network over the API: each side does its steps, the authority sees what is overdue first."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.enterprise.outlets import ONBOARDING
from service.cursor import Cursor, encode
from tests.service import seed
from tests.service.enterprise import plant
from tests.support.outlets import API, BUREAU, DAY, FOREIGN, OWN, outlet, proof, today

PATH = f"{API}/enterprise/onboarding"


@pytest.fixture(autouse=True)
async def _district(pool: asyncpg.Pool) -> None:
    await plant.plants(pool)
    await seed.person(pool, "B1", "bureau")
    await seed.person(pool, "P1", "duty")


async def said(client: httpx2.AsyncClient, which: int, step: str, file: str, **more: Any) -> httpx2.Response:
    body = {"on": f"{today()}", "files": [file], **more}
    return await client.post(f"{PATH}/{which}/{step}", json=body, headers=OWN)


async def decided(client: httpx2.AsyncClient, which: int, decision: str, **who: str) -> httpx2.Response:
    return await client.post(f"{API}/onboarding/{which}/{decision}", json={"reason": "合格"}, headers=who or BUREAU)


async def test_an_outlet_says_whether_it_needs_a_monitor_and_why(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await outlet(pool)
    await outlet(pool, name="DA002", flow=9_999)
    await outlet(pool, name="DA003", flow=30_000, industry_class="other")
    told = {one["outlet"]: one for one in (await client.get(PATH, headers=OWN)).json()}
    needs = {name: (one["required"], one["threshold_m3h"], one["reason"].split(" · ")[1]) for name, one in told.items()}
    assert needs == {
        "DA001": (True, 10_000, "chemical industry: design flow 12000 ≥ 10000 m³/h"),
        "DA002": (False, 10_000, "chemical industry: design flow 9999 < 10000 m³/h"),
        "DA003": (True, 30_000, "other industries: design flow 30000 ≥ 30000 m³/h"),
    }
    assert told["DA001"]["due"]["installed"] == f"{today() + 90 * DAY}"
    assert (told["DA001"]["stage"], told["DA001"]["next_step"]) == ("begun", "installed")
    assert (told["DA001"]["monitors"], told["DA002"]["due"]) == ([plant.MN], None)


async def test_an_outlet_goes_all_the_way(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    which, file = await outlet(pool), await proof(client)
    for step in ("installed", "tested"):
        answer = await said(client, which, step, file, note="完成")
        assert (answer.status_code, answer.json()["stage"]) == (200, step)
    accepted = await decided(client, which, "accept")
    assert (accepted.json()["stage"], accepted.json()["next_step"]) == ("accepted", "networked")
    assert [one["who"] for one in accepted.json()["steps"]] == ["enterprise:E0007"] * 2 + ["B1"]
    await see(pool)
    assert (await client.get(PATH, headers=OWN)).json()[0]["stage"] == "accepted"  # it has not sent yet
    device = await pool.fetchval("SELECT device FROM device WHERE device_id = $1", plant.MN)
    await plant.latest(pool, device, datetime.now(UTC) + DAY, 20.0)  # noqa: TID251 - after it was needed
    await see(pool)
    told = (await client.get(PATH, headers=OWN)).json()[0]
    assert (told["stage"], told["next_step"], told["overdue"]) == ("networked", None, False)
    assert {one["who"] for one in told["steps"]} == {None}


async def see(pool: asyncpg.Pool) -> None:
    """A look of the timer."""
    await ONBOARDING.see_networked.execute(pool, zone="Asia/Shanghai", now=datetime.now(UTC))  # noqa: TID251


async def test_a_refusal_tells_the_enterprise_why_and_the_test_is_done_again(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    which, file = await outlet(pool), await proof(client)
    for step in ("installed", "tested"):
        await said(client, which, step, file)
    body = {"reason": "比对不合格"}
    await client.post(f"{API}/onboarding/{which}/refuse", json=body, headers=BUREAU)
    told = (await client.get(PATH, headers=OWN)).json()[0]
    assert (told["stage"], told["next_step"], told["refusal"]) == ("installed", "tested", "比对不合格")
    assert (await decided(client, which, "accept")).status_code == 409
    assert (await said(client, which, "tested", file, note="复测")).json()["refusal"] is None


async def test_a_waiver_ends_what_is_owed(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    which = await outlet(pool, since=datetime(2020, 1, 1, tzinfo=UTC))
    assert (await client.get(f"{API}/onboarding", params={"overdue": True})).json()["outlets"][0]["outlet_id"] == which
    assert (await decided(client, which, "waive")).json()["stage"] == "waived"
    assert (await client.get(f"{API}/onboarding", params={"overdue": True})).json()["outlets"] == []
    assert (await decided(client, which, "refuse")).json()["overdue"] is True


async def test_each_side_does_its_own_steps_in_their_order(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    which, file = await outlet(pool), await proof(client)
    assert (await said(client, which, "tested", file)).status_code == 409
    assert (await said(client, which, "accepted", file)).status_code == 422
    as_admin = await client.post(
        f"{PATH}/{which}/installed?enterprise=E0007", json={"on": f"{today()}", "files": [file]}
    )
    assert as_admin.status_code == 403
    assert (await decided(client, which, "accept", **OWN)).status_code == 403
    assert (await decided(client, which, "waive", **{"X-Hotgrid-Actor": "P1"})).status_code == 403
    assert (await decided(client, which, "accept")).status_code == 409
    assert await pool.fetchval("SELECT count(*) FROM onboarding_step") == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"files": []}, "files"),
        ({"files": ["0" * 32]}, "files"),
        ({"files": ["x"]}, "files.0"),
        ({"on": f"{today(-2)}"}, "on"),
        ({"on": "20261121"}, "on"),
        ({"note": "\0"}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"who": "B1"}, "who"),
    ],
)
async def test_what_is_wrong_with_a_step_is_named(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, body: dict[str, Any], field: str
) -> None:
    answer = await said(client, await outlet(pool), "installed", await proof(client), **body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].removeprefix("body.") == field


async def test_a_double_tap_is_one_step(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    which, file = await outlet(pool), await proof(client)
    answers = await asyncio.gather(*(said(client, which, "installed", file) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert await pool.fetchval("SELECT count(*) FROM onboarding_step") == 1


async def test_nobody_sees_or_moves_what_is_anothers(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    mine, theirs, file = await outlet(pool), await outlet(pool, "E0008"), await proof(client)
    assert [one["outlet_id"] for one in (await client.get(PATH, headers=OWN)).json()] == [mine]
    assert [one["outlet_id"] for one in (await client.get(PATH, headers=FOREIGN)).json()] == [theirs]
    assert (await said(client, theirs, "installed", file)).status_code == 404
    assert (await client.get(f"{PATH}?enterprise=E0008", headers=OWN)).status_code == 404
    assert (await client.get(f"{API}/onboarding", headers=OWN)).status_code == 403
    stolen = {"on": f"{today()}", "files": [file]}
    answer = await client.post(f"{PATH}/{theirs}/installed", json=stolen, headers=FOREIGN)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "files")


async def test_the_list_begins_with_what_has_been_due_longest_and_pages(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    since = [datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2022, 2023)]
    numbers = [await outlet(pool, name=f"DA00{n}", since=at) for n, at in enumerate(since)]
    numbers.append(await outlet(pool, "E0008", flow=1))
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while len(seen) < 4:
        page = (await client.get(f"{API}/onboarding", params={"limit": 1, **cursor})).json()
        seen += [one["outlet_id"] for one in page["outlets"]]
        cursor = {"cursor": page["next"]}
    assert seen == [numbers[1], numbers[2], numbers[0], numbers[3]]
    assert page["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"required": True}, 1),
        ({"required": False}, 1),
        ({"overdue": False}, 2),
        ({"step": "installed"}, 2),
        ({"step": "tested"}, 0),
        ({"township": "孟河镇"}, 2),
        ({"township": "别处"}, 0),
    ],
)
async def test_the_list_can_be_narrowed(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, query: dict[str, Any], found: int
) -> None:
    await outlet(pool)
    await outlet(pool, "E0008", flow=1)
    assert len((await client.get(f"{API}/onboarding", params=query)).json()["outlets"]) == found


@pytest.mark.parametrize("path", [f"{API}/onboarding", f"{API}/enterprise/consumables?enterprise=E0007"])
@pytest.mark.parametrize("number", ["", "-1", "1e3", "²", "S0", "9" * 18, "0" * 20 + "9" * 30])
async def test_a_cursor_of_another_list_is_told_or_leads_nowhere(
    client: httpx2.AsyncClient, path: str, number: str
) -> None:
    cursor = encode(Cursor(datetime(2026, 11, 21, tzinfo=UTC), number))
    answer = await client.get(path, params={"cursor": cursor, **dict(httpx2.QueryParams(path.partition("?")[2]))})
    assert answer.status_code == 422 or answer.json()["next"] is None


async def test_an_authority_of_other_townships_neither_sees_nor_decides(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    which = await outlet(pool)
    assert len((await client.get(f"{API}/onboarding", headers=BUREAU)).json()["outlets"]) == 1
    for township, seen in (("别处", 0), ("孟河镇", 1)):
        await pool.execute("INSERT INTO account_scope VALUES ('b1', 'township', $1)", township)
        assert len((await client.get(f"{API}/onboarding", headers=BUREAU)).json()["outlets"]) == seen
        assert (await decided(client, which, "waive")).status_code == (200 if seen else 404)
