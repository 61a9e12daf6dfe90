"""A declared mark in the database: in force at once beside those of the registry, and what hangs on its time."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import asyncpg
import pytest

from alerts.enterprise.declarations import DECLARATION
from alerts.frames import MINUTE as JUDGED
from alerts.handling.illegal import Illegal
from alerts.watch import Watch
from ingest.flag import Qc
from ingest.importer import REGISTRY, load_registry
from tests.alerts.enterprise.judged import exceeding
from tests.service.enterprise.plant import MN, NOON, minutes, plants
from tests.support.declared import (
    HOUR,
    MINUTE,
    accepted,
    alert,
    declared,
    ended,
    marks,
    notes,
    refused,
    withdrawn,
)
from tests.support.kept import work

DAY = timedelta(days=1)
NOW = NOON + 2 * HOUR


@pytest.fixture(autouse=True)
async def device(pool: asyncpg.Pool) -> int:
    """The monitor of E0007."""
    own, _ = await plants(pool)
    return own


async def test_it_is_a_mark_at_once_and_none_after_it_was_refused(pool: asyncpg.Pool) -> None:
    number = await declared(pool, NOON, NOON + HOUR, NOW)
    assert await marks(pool) == [("maintenance", NOON, NOON + HOUR, number)]
    await refused(pool, number, NOW + HOUR)
    assert await marks(pool) == []


async def test_the_review_lets_it_hold_to_its_end(pool: asyncpg.Pool) -> None:
    number = await declared(pool, NOON, None, NOW, "stop")
    assert await marks(pool) == [("stop", NOON, NOON + 7 * DAY, number)]
    await accepted(pool, number, NOW)
    assert await marks(pool) == [("stop", NOON, None, number)]
    await ended(pool, number, NOW, NOW)
    assert await marks(pool) == [("stop", NOON, NOW, number)]
    await withdrawn(pool, number, NOW)
    assert await marks(pool) == []


async def test_it_and_the_same_mark_of_the_registry_leave_each_other_alone(pool: asyncpg.Pool) -> None:
    row = {"device_id": MN, "kind": "maintenance", "start": NOON.isoformat(), "end": None, "reason": "登记"}
    await REGISTRY.put_marks.fetch(pool, rows=[row])
    number = await declared(pool, NOON, NOON + HOUR, NOW)
    assert [line[2:] for line in await marks(pool)] == [(NOON + HOUR, number), (None, None)]
    assert len(await REGISTRY.put_marks.fetch(pool, rows=[row | {"end": NOW.isoformat()}])) == 1
    await refused(pool, number, NOW)
    assert await marks(pool) == [("maintenance", NOON, NOW, None)]


async def test_a_long_reason_is_kept_and_the_registry_can_still_be_read(pool: asyncpg.Pool) -> None:
    await declared(pool, NOON, None, NOW)
    await pool.execute("UPDATE declaration SET reason = repeat('长', 500)")
    await DECLARATION.put_mark.execute(pool, declaration_id=1, start_at=NOON, end_at=None)
    async with pool.acquire() as on:
        registry = await load_registry(on)
    assert registry
    assert [len(mark.reason) for mark in registry.marks] == [200]


async def test_the_running_programs_are_told_where_the_time_in_force_changes(pool: asyncpg.Pool) -> None:
    versions = [await REGISTRY.version.fetchval(pool)]
    number = await declared(pool, NOON, NOON + HOUR, NOW)
    versions.append(await REGISTRY.version.fetchval(pool))
    await accepted(pool, number, NOW)
    versions.append(await REGISTRY.version.fetchval(pool))
    await withdrawn(pool, number, NOW)
    versions.append(await REGISTRY.version.fetchval(pool))
    assert [after - before for before, after in pairwise(versions)] == [1, 0, 1]


async def test_of_the_same_declared_at_once_there_is_one(pool: asyncpg.Pool) -> None:
    numbers = await asyncio.gather(*(declared(pool, NOON, NOON + HOUR, NOW) for _ in range(6)))
    assert len(set(numbers)) == 1
    assert await pool.fetchval("SELECT count(*) FROM declaration_change") == 1


async def test_two_at_once_of_times_that_overlap_are_one_and_a_refusal(pool: asyncpg.Pool) -> None:
    tries = (declared(pool, NOON + n * HOUR / 10, NOW, NOW) for n in range(4))
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in done].count(Illegal) == 3


async def test_the_rule_of_limits_leaves_the_time_out_and_judges_it_again(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as on:
        assert exceeding(await load_registry(on))
        number = await declared(pool, NOON, NOON + HOUR, NOW)
        assert not exceeding(await load_registry(on))
        await refused(pool, number, NOW)
        assert exceeding(await load_registry(on))


async def test_of_marks_that_were_over_long_before_what_is_judged_nobody_reads(pool: asyncpg.Pool) -> None:
    await declared(pool, NOON, NOON + HOUR, NOW)
    lasting = await declared(pool, NOON, None, NOW, "stop")
    await accepted(pool, lasting, NOW)
    kinds = []
    for minute in (NOON + HOUR + 4 * DAY - MINUTE, NOON + HOUR + 4 * DAY):
        await JUDGED.set_watermark.execute(pool, minute=minute)
        kinds.append([row["kind"] for row in await REGISTRY.marks.fetch(pool)])
    assert kinds == [["maintenance", "stop"], ["stop"]]


async def test_start_up_is_a_kind_of_its_own(pool: asyncpg.Pool) -> None:
    await declared(pool, NOON, NOON + HOUR, NOW, "startup")
    async with pool.acquire() as on:
        registry = await load_registry(on)
    assert registry
    assert set(Watch(registry).marks.qc.tolist()) == {Qc.STARTUP}


async def test_hours_are_summed_up_again_without_it_and_with_it(pool: asyncpg.Pool, database: str, device: int) -> None:
    await minutes(pool, device, NOON, [100.0] * 60)
    number = await declared(pool, NOON, NOON + HOUR, NOW)
    await work(database)
    assert await pool.fetchval("SELECT valid FROM hour_mean") == 0
    await refused(pool, number, NOW)
    await work(database)
    assert await pool.fetchval("SELECT valid FROM hour_mean") == 60


async def test_an_alert_that_rests_on_its_time_says_so_and_stays_as_it_was(pool: asyncpg.Pool) -> None:
    since = NOON.isoformat()
    name = await alert(pool, "exceedance", NOON + HOUR, NOON + 2 * HOUR, "nmhc", since=since)
    other = await alert(pool, "exceedance", NOON - 5 * HOUR, NOON - 4 * HOUR, "nmhc")
    before = await pool.fetchrow("SELECT * FROM alert WHERE alert_id = $1", name)
    number = await declared(pool, NOON + HOUR / 2, NOON + HOUR, NOW)
    await refused(pool, number, NOW)
    told = await notes(pool, name)
    assert [(who, note["declaration"], note["step"], note["marked"]) for who, note in told] == [
        ("timer", number, "declare", True),
        ("timer", number, "refuse", False),
    ]
    assert await notes(pool, other) == []
    assert await pool.fetchrow("SELECT * FROM alert WHERE alert_id = $1", name) == before


async def test_only_the_time_that_changed_is_noted(pool: asyncpg.Pool) -> None:
    name = await alert(pool, "exceedance", NOON + HOUR, NOON + 2 * HOUR, "nmhc", since=NOON.isoformat())
    number = await declared(pool, NOON, NOON + 9 * HOUR, NOW)
    await ended(pool, number, NOON + 5 * HOUR, NOW)
    await accepted(pool, number, NOW)
    assert [note["step"] for _, note in await notes(pool, name)] == ["declare"]


async def test_what_fails_leaves_nothing(pool: asyncpg.Pool) -> None:
    with pytest.raises(Illegal):
        await declared(pool, NOON, NOON, NOW)
    for table in ("declaration", "declaration_change", "mark", "deadline", "retrial_due"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
