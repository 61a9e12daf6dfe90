"""An enterprise hears of its own monitors by itself, and of nothing else."""

import asyncpg
import pytest

from alerts.policy import Policy
from alerts.push.hook import NewHook, add_hook
from alerts.push.plan import plan
from alerts.push.tell import EVENTS
from tests.support.pushing import SENT, happens

TOLD = """
    SELECT c.enterprise_id, t.words ->> 'subject' AS subject, t.words ->> 'zh' AS zh, t.words -> 'data' AS data
    FROM push JOIN contact AS c USING (contact_id) JOIN telling AS t USING (telling) ORDER BY push_id
"""


@pytest.fixture
async def two(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Two enterprises with a monitor each, M1 and M2, and an address each."""
    for number in (1, 2):
        device = await pool.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", f"M{number}")
        await pool.execute(
            "INSERT INTO enterprise (enterprise_id, name, lon, lat, industry, township, contact)"
            " VALUES ($1, $1, 119.9, 31.7, '化工', '', '')",
            f"E{number}",
        )
        await pool.execute("INSERT INTO monitor VALUES ($1, $2, 'DA001', 119.9, 31.7, '')", device, f"E{number}")
        async with pool.acquire() as on, on.transaction():
            await add_hook(on, NewHook(f"E{number}", "https://ehs.example.org/in", EVENTS), "enterprise", SENT)
    return pool


async def told(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    """What was told after all that waits was looked at."""
    async with pool.acquire() as on:
        await plan(on, Policy(), False, SENT)
    return list(await pool.fetch(TOLD))


async def test_its_owner_is_warned_before_the_limit_is_broken(two: asyncpg.Pool) -> None:
    await happens(two, kind="early_warning", source="M1", pollutant="nmhc")
    (row,) = await told(two)
    assert (row["enterprise_id"], row["subject"]) == ("E1", "warning")
    assert row["zh"].startswith("DA001 【超标预警】")
    assert (row["data"]["mn"], row["data"]["kind"]) == ("M1", "early_warning")


@pytest.mark.parametrize("kind", ["exceedance", "fault", "offline", "clock"])
async def test_an_alert_about_its_own_monitor_is_its_own(two: asyncpg.Pool, kind: str) -> None:
    await happens(two, kind=kind, source="M2")
    assert [(row["enterprise_id"], row["subject"]) for row in await told(two)] == [("E2", "alert")]


async def test_signs_of_fabrication_and_what_only_may_come_from_it_are_not_told(two: asyncpg.Pool) -> None:
    await happens(two, kind="fabrication", source="M1")
    await happens(two, kind="hotspot", id="h-2", source="3-4", candidates=())
    assert await told(two) == []


async def test_a_station_is_nobodys(two: asyncpg.Pool) -> None:
    await two.execute("INSERT INTO device (device_id) VALUES ('S1')")
    await happens(two, kind="fault", source="S1")
    assert await told(two) == []


async def test_a_warning_rings_no_phone_of_the_desk(two: asyncpg.Pool) -> None:
    await happens(two, kind="early_warning", source="M1")
    await told(two)
    assert await two.fetchval("SELECT count(*) FROM push WHERE person_id IS NOT NULL OR contact_id IS NULL") == 0


async def test_looked_at_twice_it_is_told_once(two: asyncpg.Pool) -> None:
    seq = await happens(two, kind="early_warning", source="M1")
    await told(two)
    await two.execute("INSERT INTO notice VALUES ($1)", seq)
    assert len(await told(two)) == 1
