"""Who operates monitors and how well: the authority sees all with their places, an enterprise its own alone."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed
from tests.service.enterprise import plant
from tests.support.outlets import API, FOREIGN, OWN, operator, today

PATH = f"{API}/operators"
HOUR = timedelta(hours=1)


def noon(ago: int) -> datetime:
    """Some days before, in Shanghai."""
    return datetime.combine(today(ago), time(4), UTC)


@pytest.fixture
async def monitors(pool: asyncpg.Pool) -> tuple[int, int]:
    """Two enterprises, each with a monitor and a company that operates it; one has sent, the other did for half."""
    mine, theirs = await plant.plants(pool)
    await operator(pool, "O1", "常测", mine)
    await operator(pool, "O2", "江测", theirs)
    await operator(pool, "O3", "无机")
    for ago in range(1, 91):
        for device, hours in ((mine, 24), (theirs, 12)):
            for channel in ("nmhc", "a25002"):
                await plant.day(pool, device, today(ago), hours, hours * 60, channel)
    for ago in (10, 35, 60, 85, 110):
        await plant.mark(pool, mine, noon(ago), noon(ago) + HOUR)
    return mine, theirs


async def listed(client: httpx2.AsyncClient) -> dict[str, dict[str, Any]]:
    return {one["operator_id"]: one for one in (await client.get(PATH)).json()["operators"]}


def parts(told: dict[str, Any]) -> dict[str, float | None]:
    return {part["name"]: part["value"] for part in told["parts"]}


@pytest.mark.usefixtures("monitors")
async def test_the_best_comes_first_and_who_has_no_monitor_last(client: httpx2.AsyncClient) -> None:
    told = await listed(client)
    assert [(name, one["rank"], one["of"], one["score"]) for name, one in told.items()] == [
        ("O1", 1, 2, 100),
        ("O2", 2, 2, 50),  # (40 · 0.5 + 20 · 1 + 20 · 0) / 80
        ("O3", None, 2, None),
    ]
    assert parts(told["O2"]) == {"valid": 0.5, "repair": None, "sound": 1, "calibration": 0}
    assert (told["O1"]["monitors"], told["O1"]["owed_hours"], told["O1"]["valid_hours"]) == (1, 2160, 2160)


async def test_faults_and_alerts_are_held_against_who_operates(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, monitors: tuple[int, int]
) -> None:
    mine, _ = monitors
    await plant.mark(pool, mine, noon(40), noon(20), "fault")
    alert = seed.body("f1", noon(80), kind="offline", closed_at=noon(79).isoformat(), status="closed")
    await seed.alert(pool, alert)
    await pool.execute("UPDATE alert SET source = $1 WHERE alert_id = 'f1'", f"{plant.MN}")
    told = (await listed(client))["O1"]
    assert (told["faults"], told["late_repairs"], told["out_hours"]) == (2, 1, 21 * 24)
    assert parts(told)["sound"] == round(1 - 21 / 90, 4)
    assert 0.5 < (parts(told)["repair"] or 0) < 1


async def test_a_stop_of_the_plant_is_not_held_against_it(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, monitors: tuple[int, int]
) -> None:
    await plant.mark(pool, monitors[1], noon(46) - 4 * HOUR, noon(1) - 4 * HOUR, "stop")
    told = (await listed(client))["O2"]
    assert (told["owed_hours"], parts(told)["valid"]) == (45 * 24, 1)


async def test_only_the_time_in_which_a_company_operated_a_monitor_is_its_own(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, monitors: tuple[int, int]
) -> None:
    await pool.execute("UPDATE operator_link SET to_on = $1 WHERE device = $2", today(31), monitors[1])
    await pool.execute("INSERT INTO operator_link VALUES ($1, 'O3', $2, NULL)", monitors[1], today(30))
    told = await listed(client)
    assert [told[name]["owed_hours"] for name in ("O2", "O3")] == [60 * 24, 30 * 24]
    assert [parts(told[name])["valid"] for name in ("O2", "O3")] == [0.5, 0.5]
    detail = (await client.get(f"{PATH}/O2")).json()
    assert [(one["mn"], one["from"], one["to"]) for one in detail["operated"]] == [
        (plant.OTHER, "2025-01-01", f"{today(31)}")
    ]


@pytest.mark.usefixtures("monitors")
async def test_one_company_is_told_with_its_monitors(client: httpx2.AsyncClient) -> None:
    told = (await client.get(f"{PATH}/O1")).json()
    assert {key: told[key] for key in ("name", "contact", "rank")} == {"name": "常测", "contact": "0519-1", "rank": 1}
    assert [(one["mn"], one["enterprise_id"], one["score"]) for one in told["operated"]] == [(plant.MN, "E0007", 100)]
    assert (await client.get(f"{PATH}/O9")).status_code == 404
    assert (await client.get(f"{PATH}/O%20")).status_code == 422


@pytest.mark.usefixtures("monitors")
async def test_an_enterprise_sees_who_operates_its_own_monitors_and_nobody_else(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"{API}/enterprise/operator", headers=OWN)
    told = answer.json()["operators"]
    assert [(one["operator_id"], one["score"], [m["mn"] for m in one["operated"]]) for one in told] == [
        ("O1", 100, [plant.MN])
    ]
    assert not {"O2", "江测", plant.OTHER, "rank"} & set(json.dumps(told, ensure_ascii=False).split('"'))
    foreign = (await client.get(f"{API}/enterprise/operator", headers=FOREIGN)).json()["operators"]
    assert [one["operator_id"] for one in foreign] == ["O2"]
    assert (await client.get(f"{API}/enterprise/operator?enterprise=E0008", headers=OWN)).status_code == 404
    assert (await client.get(PATH, headers=OWN)).status_code == 403
    assert (await client.get(f"{PATH}/O1", headers=OWN)).status_code == 403


async def test_an_enterprise_is_told_of_its_own_monitors_alone_where_its_company_has_more(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, monitors: tuple[int, int]
) -> None:
    await pool.execute("UPDATE operator_link SET operator_id = 'O1' WHERE device = $1", monitors[1])
    assert (await listed(client))["O1"]["monitors"] == 2
    told = (await client.get(f"{API}/enterprise/operator", headers=OWN)).json()["operators"][0]
    assert (told["monitors"], told["score"], len(told["operated"])) == (1, 100, 1)
