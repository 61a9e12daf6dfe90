"""The ledger of consumables over the API: lines are added and superseded, and say what is due until when."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service.enterprise import plant
from tests.support.outlets import API, DAY, FOREIGN, OWN, outlet, proof, today

PATH = f"{API}/enterprise/consumables"
HOUR = timedelta(hours=1)


@pytest.fixture
async def which(pool: asyncpg.Pool) -> int:
    """An outlet of an enterprise with a monitor."""
    await plant.plants(pool)
    return await outlet(pool)


async def added(client: httpx2.AsyncClient, which: int, **more: Any) -> httpx2.Response:
    body = {"outlet_id": which, "kind": "activated_carbon", "amount": 800, "unit": "kg", "done_on": f"{today()}"}
    return await client.post(PATH, json=body | more, headers=OWN)


async def listed(client: httpx2.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = (await client.get(PATH, params=asked, headers=OWN)).json()["entries"]
    return told


async def test_a_change_says_until_when_it_is_due_again(client: httpx2.AsyncClient, which: int) -> None:
    told = (await added(client, which, done_on=f"{today(5)}", files=[await proof(client)])).json()
    assert (told["state"], told["due_on"], told["hours_run"]) == ("good", f"{today(5) + 90 * DAY}", None)
    assert (told["outlet"], told["amount"], told["unit"], len(told["files"])) == ("DA001", 800, "kg", 1)
    assert await listed(client) == [told]


async def test_what_was_told_to_be_due_goes_before_the_rule(client: httpx2.AsyncClient, which: int) -> None:
    told = (await added(client, which, done_on=f"{today(5)}", next_due_on=f"{today(1)}")).json()
    assert (told["state"], told["due_on"]) == ("overdue", f"{today(1)}")
    assert (await added(client, which, kind="other", unit="个")).json()["state"] == "open"


async def test_only_the_last_change_of_an_outlet_and_kind_says_what_is_due(
    client: httpx2.AsyncClient, which: int
) -> None:
    for ago, kind in ((200, "activated_carbon"), (100, "lamp"), (10, "activated_carbon")):
        assert (await added(client, which, done_on=f"{today(ago)}", kind=kind)).status_code == 201
    assert [(one["kind"], one["state"]) for one in await listed(client)] == [
        ("activated_carbon", "good"),
        ("lamp", "good"),
        ("activated_carbon", None),
    ]
    assert len(await listed(client, last=True)) == 2
    assert len(await listed(client, kind="lamp")) == 1
    assert await listed(client, outlet_id=which + 1) == []


async def test_carbon_is_overdue_by_the_hours_that_treatment_ran(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, which: int
) -> None:
    device = await pool.fetchval("SELECT device FROM device WHERE device_id = $1", plant.MN)
    await pool.execute("INSERT INTO monitor_channel VALUES ($1, 'i33101', 'A', NULL, '')", device)
    await pool.execute("INSERT INTO facility VALUES ($1, 'i33101', '1', 'treatment', 5)", device)
    start = datetime.combine(today(30), time(), UTC)
    hours = [(device, start + n * HOUR, 10.0 if n < 501 else 1.0) for n in range(600)]
    await pool.executemany("INSERT INTO hour_mean VALUES ($1, $2, 'i33101', $3, $3, $3, 60, 0, 60, NULL, NULL)", hours)
    told = (await added(client, which, done_on=f"{today(30)}")).json()
    assert (told["hours_run"], told["hours_allowed"], told["state"]) == (501, 500, "overdue")
    later = (await added(client, which, done_on=f"{today(29)}")).json()
    assert (later["hours_run"], later["state"]) == (501 - 16, "good")  # midnight in Shanghai is 16:00


async def test_a_correction_supersedes_and_strikes_nothing_out(client: httpx2.AsyncClient, which: int) -> None:
    wrong = (await added(client, which, amount=8000)).json()["entry_id"]
    right = (await added(client, which, amount=800, supersedes=wrong)).json()
    assert [(one["amount"], one["superseded_by"], one["state"]) for one in await listed(client)] == [
        (800, None, "good"),
        (8000, right["entry_id"], None),
    ]
    assert (await added(client, which, amount=700, supersedes=wrong)).status_code == 409
    assert (await added(client, which, amount=700, supersedes=999)).status_code == 409


async def test_the_same_change_told_again_is_the_same_line(client: httpx2.AsyncClient, which: int) -> None:
    answers = await asyncio.gather(*(added(client, which) for _ in range(5)))
    assert len({answer.json()["entry_id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outlet_id": 999}, "outlet_id"),
        ({"outlet_id": 2**63}, "outlet_id"),
        ({"kind": "gold"}, "kind"),
        ({"amount": 0}, "amount"),
        ({"amount": 1e10}, "amount"),
        ({"unit": " "}, "unit"),
        ({"done_on": f"{today(-2)}"}, "done_on"),
        ({"next_due_on": f"{today()}"}, "next_due_on"),
        ({"files": ["0" * 32]}, "files"),
        ({"who": "B1"}, "who"),
    ],
)
async def test_what_is_wrong_with_a_change_is_named(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, which: int, body: dict[str, Any], field: str
) -> None:
    answer = await added(client, which, **body)
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["errors"][0]["field"]
    assert await pool.fetchval("SELECT count(*) FROM consumable") == 0


async def test_nobody_reads_or_writes_anothers_ledger(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, which: int
) -> None:
    theirs = await outlet(pool, "E0008")
    entry = (await added(client, which)).json()["entry_id"]
    assert (await added(client, theirs)).status_code == 422
    foreign = await client.get(PATH, headers=FOREIGN)
    assert foreign.json()["entries"] == []
    body = {
        "outlet_id": theirs,
        "kind": "lamp",
        "amount": 1,
        "unit": "支",
        "done_on": f"{today()}",
        "supersedes": entry,
    }
    assert (await client.post(PATH, json=body, headers=FOREIGN)).status_code == 409
    assert (await client.get(f"{PATH}?enterprise=E0007", headers=FOREIGN)).status_code == 404
    assert (await client.post(f"{PATH}?enterprise=E0007", json=body)).status_code == 403


async def test_the_ledger_pages(client: httpx2.AsyncClient, which: int) -> None:
    for ago in (3, 1, 2, 1):
        await added(client, which, done_on=f"{today(ago)}", amount=ago + len(await listed(client)))
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 1}
    while asked.get("cursor", "first"):
        page = (await client.get(PATH, params=asked, headers=OWN)).json()
        seen += [one["done_on"] for one in page["entries"]]
        asked["cursor"] = page["next"]
    assert seen == [f"{today(ago)}" for ago in (1, 1, 2, 3)]
    assert (await client.get(PATH, params={"cursor": "x"}, headers=OWN)).status_code == 422
