"""Mutes are made within bounds, of what exists, ended once, and never changed or deleted."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from alerts.handling.desk import act
from alerts.handling.stage import Act, Actor
from alerts.muting.holding import MUTE, held_counts, hold_all
from alerts.muting.ledger import MuteOver, end_mute, mute_for_alert
from alerts.muting.policy import MutePolicy
from alerts.muting.release import release
from alerts.muting.wish import MuteError, Silencing
from alerts.policy import Policy
from tests.service import seed
from tests.support.muted import HOUR, NOW, POLICY, mute, ring

DAY = timedelta(days=1)


async def _wrong(pool: asyncpg.Pool, **asked: Any) -> str:
    with pytest.raises(MuteError) as told:
        await mute(pool, **asked)
    assert " · " in str(told.value)
    return told.value.field


async def test_mute_has_an_end_within_bounds(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    assert await _wrong(pool, end=NOW) == "end"
    assert await _wrong(pool, start=NOW + HOUR, end=NOW + HOUR) == "end"
    assert await _wrong(pool, end=NOW + 31 * DAY + HOUR) == "end"
    assert await _wrong(pool, start=NOW + 367 * DAY, end=NOW + 368 * DAY) == "start"


async def test_mute_is_of_something_that_exists(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    assert await _wrong(pool, place="12-3") == "place"
    assert await _wrong(pool, place="99999-99999") == "place"
    assert await _wrong(pool, scope="device", place="S9") == "place"
    assert await _wrong(pool, scope="enterprise", place="E9") == "place"


async def test_what_cannot_be_muted_is_refused_rather_than_muted_in_vain(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    assert await _wrong(pool, kinds=("silence", "regional")) == "kinds"
    assert await _wrong(pool, kinds=("exceedance",)) == "scope"


async def test_start_that_is_over_is_taken_as_now(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    async with pool.acquire() as on:
        number = await mute(on, start=NOW - DAY)
    assert await pool.fetchval("SELECT start_at FROM mute WHERE mute_id = $1", number) == NOW


@pytest.mark.parametrize("table", ["mute", "mute_change", "mute_hit", "regional_hit", "campaign", "campaign_end"])
async def test_program_itself_can_neither_change_nor_delete_what_was_muted(pool: asyncpg.Pool, table: str) -> None:
    rights = "SELECT has_table_privilege('hotgrid_app', $1, 'INSERT'), has_any_column_privilege($1, 'UPDATE'), "
    row = await pool.fetchrow(f"{rights} has_table_privilege($1, 'DELETE')", table)
    assert tuple(row or ()) == (True, False, False)


async def test_mute_ends_once(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    async with pool.acquire() as on:
        number = await mute(on)
        assert await end_mute(on, number, "P2", "完工", NOW)
        with pytest.raises(MuteOver):
            await end_mute(on, number, "P2", "完工", NOW)
        late = await mute(on)
        with pytest.raises(MuteOver):
            await end_mute(on, late, "P2", "", NOW + HOUR)
        assert not await end_mute(on, 99, "P2", "", NOW)
    changes = await MUTE.changes.fetch(pool, mute_id=number)
    assert [(row["action"], row["who"], row["why"]) for row in changes] == [
        ("made", "P1", "施工"),
        ("begun", "P1", ""),
        ("ended", "P2", "完工"),
    ]


async def _silenced(pool: asyncpg.Pool, name: str, **asked: Any) -> tuple[str, str, list[str]]:
    async with pool.acquire() as on:
        number = await mute_for_alert(on, name, Silencing("施工", NOW + HOUR, **asked), "P1", POLICY, NOW)
    row = await pool.fetchrow("SELECT scope, place, kinds FROM mute WHERE mute_id = $1", number)
    assert row is not None
    assert [hit["alert_id"] for hit in await MUTE.hits.fetch(pool, mute_id=number, limit=9)] == [name]
    return row["scope"], row["place"], row["kinds"]


async def test_alert_is_silenced_by_its_cell_its_device_or_its_enterprise(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    await seed.station(pool, "S1", (2, 3))
    await seed.enterprise(pool, "E0007", "乙厂")
    await ring(pool, "a1", evidence={"lead": "S1"})
    assert await _silenced(pool, "a1") == ("cell", "2-3", ["hotspot"])
    assert await _silenced(pool, "a1", scope="device") == ("device", "S1", ["hotspot"])
    assert await _silenced(pool, "a1", scope="enterprise") == ("enterprise", "E0007", ["hotspot"])


async def test_exceedance_is_silenced_by_its_device(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    await pool.execute("INSERT INTO device (device_id) VALUES ('MN1')")
    await ring(pool, "x1", kind="exceedance", source="MN1")
    assert await _silenced(pool, "x1") == ("device", "MN1", ["exceedance"])


async def test_gravest_alert_is_silenced_by_planned_works_only(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    await ring(pool, "a1", severity=4)
    with pytest.raises(MuteError) as told:
        await _silenced(pool, "a1")
    assert told.value.field == "planned_works"
    assert await _silenced(pool, "a1", planned_works=True)


@pytest.mark.parametrize(
    ("changed", "scope", "field"),
    [
        ({"kind": "silence", "source": "district"}, None, "alert_id"),
        ({"kind": "drill"}, "cell", "alert_id"),
        ({"kind": "exceedance", "source": "MN1"}, "cell", "scope"),
        ({"candidates": []}, "enterprise", "scope"),
        ({}, "device", "scope"),
        ({}, "polygon", "scope"),
    ],
    ids=str,
)
async def test_scope_that_does_not_fit_the_alert_is_refused(
    pool: asyncpg.Pool, changed: dict[str, Any], scope: Any, field: str
) -> None:
    await seed.grid(pool)
    await ring(pool, "a1", **changed)
    with pytest.raises(MuteError) as told:
        await _silenced(pool, "a1", scope=scope)
    assert told.value.field == field


async def test_everybody_at_once_waits_for_nobody_for_ever(pool: asyncpg.Pool) -> None:
    await seed.grid(pool)
    names = [f"a{number:02}" for number in range(20)]
    for name in names:
        await ring(pool, name)

    async def silence(name: str) -> None:
        async with pool.acquire() as on, on.transaction():
            await act(on, name, Act("silence", Actor("P1", "duty"), "施工", until=NOW + HOUR), NOW)
            await mute_for_alert(on, name, Silencing("施工", NOW + HOUR), "P1", POLICY, NOW)

    async def ask() -> None:
        async with pool.acquire() as on, on.transaction():
            await hold_all(on, names[::-1], POLICY, NOW)

    async def turn() -> None:
        async with pool.acquire() as on, on.transaction():
            await release(on, Policy(), NOW)

    async def make() -> None:
        async with pool.acquire() as on:
            await mute(on)

    for _ in range(3):
        steps = [step() for _ in range(5) for step in (ask, turn, make)]
        await asyncio.gather(*steps, *map(silence, names[::3]))
    assert await held_counts(pool) == {"mute": 20, "regional": 0}


async def test_alert_that_does_not_exist_is_not_silenced(pool: asyncpg.Pool) -> None:
    with pytest.raises(MuteError) as told:
        await mute_for_alert(pool, "a9", Silencing("施工", NOW + HOUR), "P1", MutePolicy(), NOW)
    assert told.value.field == "alert_id"
