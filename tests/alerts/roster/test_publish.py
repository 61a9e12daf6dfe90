"""Publishing: what is to come follows the definitions, a running shift can be taken over, what was stays."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts.handling.stage import Actor
from alerts.roster import change
from alerts.roster.change import By, UnknownPeople
from alerts.roster.duty import on_duty
from alerts.roster.publish import publish
from alerts.roster.refusal import Forbidden, Refused
from tests.service import seed

# Far ahead: the database's own clock decides what has been.
NOW = datetime(2099, 5, 4, 2, tzinfo=UTC)  # 10:00 in Shanghai, in the middle of a day shift
HOUR = timedelta(hours=1)
HORIZON = timedelta(days=10)
LEADER = Actor("L1", "leader")
POST = "值班员"
ROTATION: dict[str, Any] = {
    "post": POST,
    "role": "duty",
    "people": ["A", "B", "C"],
    "anchor": "2099-05-04",
    "turns": [{"begins": "08:00", "hours": 12}, {"begins": "20:00", "hours": 12}],
}


def by(now: datetime = NOW, actor: Actor = LEADER) -> By:
    """By the leader, at a time."""
    return By(actor, "试", now, HORIZON)


async def people(pool: asyncpg.Pool, *names: str) -> None:
    """Those of the tests."""
    for name in names:
        await seed.person(pool, name)


async def who(pool: asyncpg.Pool, hours: float) -> list[str]:
    """Who is on duty so many hours from now."""
    return [one.person_id for one in await on_duty(pool, NOW + hours * HOUR)]


@pytest.fixture
async def on(pool: asyncpg.Pool) -> Any:
    """A connection, with a rotation published on it."""
    await people(pool, "A", "B", "C", "S", "L1")
    async with pool.acquire() as connection:
        await change.add(connection, "rotation", ROTATION, by())
        yield connection


async def test_a_rotation_is_published_from_now_on_as_far_as_the_horizon(on: asyncpg.Connection) -> None:
    assert [await who(on, hours) for hours in (-0.1, 0, 9.9, 10, 22, 34)] == [[], ["A"], ["A"], ["B"], ["C"], ["A"]]
    assert await on.fetchval("SELECT max(start_at) FROM shift") < NOW + HORIZON
    await publish(on, NOW + timedelta(days=1), HORIZON)
    assert await who(on, 10.5 * 24) != []


async def test_publishing_again_changes_nothing(on: asyncpg.Connection) -> None:
    before = await on.fetch("SELECT * FROM shift ORDER BY start_at, person_id")
    assert not await publish(on, NOW, HORIZON)
    assert not await publish(on, NOW + HOUR, HORIZON)
    assert await on.fetch("SELECT * FROM shift ORDER BY start_at, person_id") == before


async def test_somebody_takes_over_a_running_shift_and_gives_it_back(on: asyncpg.Connection) -> None:
    body = {"person_id": "A", "other_id": "S", "start": NOW.isoformat(), "end": (NOW + 20 * HOUR).isoformat()}
    entry = await change.add(on, "substitute", body, by(NOW + HOUR))
    assert [await who(on, hours) for hours in (0.9, 1, 9.9, 10)] == [["A"], ["S"], ["S"], ["B"]]
    assert await on.fetchval("SELECT instead_of FROM shift WHERE person_id = 'S'") == "A"
    await change.end(on, "substitute", entry.entry_id, by(NOW + 3 * HOUR))
    assert [await who(on, hours) for hours in (0.9, 1, 2.9, 3, 9.9)] == [["A"], ["S"], ["S"], ["A"], ["A"]]


async def test_of_two_leaders_at_once_one_comes_after_the_other(on: asyncpg.Connection, pool: asyncpg.Pool) -> None:
    body = {"person_id": "A", "start": NOW.isoformat(), "end": (NOW + 10 * HOUR).isoformat()}

    async def substitute(other: str) -> object:
        async with pool.acquire() as own:
            return await change.add(own, "substitute", body | {"other_id": other}, by(NOW + HOUR))

    done = await asyncio.gather(*(substitute(other) for other in ("S", "C")), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Entry", "Refused"]  # then A has nothing to give any more
    assert len(await who(on, 2)) == 1
    assert await who(on, 0.9) == ["A"]


async def test_a_substitute_survives_a_change_of_the_plan(on: asyncpg.Connection) -> None:
    body = {"person_id": "B", "other_id": "S", "start": NOW.isoformat(), "end": (NOW + 30 * HOUR).isoformat()}
    await change.add(on, "substitute", body, by())
    rotation = await on.fetchval("SELECT entry_id FROM roster_entry WHERE kind = 'rotation'")
    await change.end(on, "rotation", rotation, by(NOW + HOUR))
    await change.add(on, "rotation", ROTATION | {"people": ["C", "B", "A"]}, by(NOW + HOUR))
    assert [await who(on, hours) for hours in (1, 9.9, 10, 22)] == [["A"], ["A"], ["S"], ["A"]]


async def test_a_running_shift_is_swapped_for_a_coming_one(on: asyncpg.Connection) -> None:
    first = {"person_id": "A", "post": POST, "start": NOW.isoformat(), "end": (NOW + 10 * HOUR).isoformat()}
    second = first | {"person_id": "B", "start": first["end"], "end": (NOW + 22 * HOUR).isoformat()}
    await change.add(on, "swap", {"one": first, "other": second}, by(NOW + HOUR))
    assert [await who(on, hours) for hours in (0.9, 1, 9.9, 10, 21.9, 22)] == [["A"], ["B"], ["B"], ["A"], ["A"], ["C"]]
    assert not await publish(on, NOW + 2 * HOUR, HORIZON)


async def test_who_is_on_leave_is_off_at_once_and_the_post_is_vacant(on: asyncpg.Connection) -> None:
    body = {"person_id": "A", "start": NOW.isoformat(), "end": (NOW + 5 * HOUR).isoformat()}
    await change.add(on, "leave", body, by(NOW + HOUR))
    assert [await who(on, hours) for hours in (0.9, 1, 4.9, 5, 9.9)] == [["A"], [], [], ["A"], ["A"]]


async def test_a_temporary_schedule_replaces_the_rotation_within_its_span(on: asyncpg.Connection) -> None:
    span = {"start": (NOW + 10 * HOUR).isoformat(), "end": (NOW + 22 * HOUR).isoformat()}
    shift = {**span, "post": POST, "role": "duty", "person_id": "S"}
    await change.add(on, "temporary", {"post": POST, **span, "shifts": [shift]}, by())
    assert [await who(on, hours) for hours in (9, 10, 21, 22)] == [["A"], ["S"], ["S"], ["C"]]


async def test_imported_shifts_stay_where_no_rotation_covers_the_post(on: asyncpg.Connection) -> None:
    await seed.shift(on, "L1", NOW + HOUR, NOW + 25 * HOUR, "带班领导")
    await seed.shift(on, "S", NOW + 11 * HOUR, NOW + 12 * HOUR, POST)
    await publish(on, NOW, HORIZON)
    assert await who(on, 11.5) == ["B", "L1"]


async def test_only_leaders_change_the_roster(on: asyncpg.Connection) -> None:
    with pytest.raises(Forbidden):
        await change.add(on, "rotation", ROTATION, by(actor=Actor("A", "duty")))
    with pytest.raises(Forbidden):
        await change.end(on, "rotation", 1, by(actor=Actor("D", "dispatcher")))
    assert [line.action for line in await change.changes(on, 10)] == ["add rotation"]


async def test_what_makes_no_sense_is_refused(on: asyncpg.Connection) -> None:
    span = {"start": NOW.isoformat(), "end": (NOW + HOUR).isoformat()}
    with pytest.raises(UnknownPeople, match="X"):
        await change.add(on, "rotation", ROTATION | {"people": ["A", "X"]}, by())
    with pytest.raises(Refused, match="no shift"):
        await change.add(on, "substitute", {"person_id": "B", "other_id": "S", **span}, by())
    with pytest.raises(Refused, match="over"):
        await change.add(on, "leave", {"person_id": "B", **span}, by(NOW + 2 * HOUR))
    with pytest.raises(ValueError, match="end: after start"):
        await change.add(on, "leave", {"person_id": "B", "start": span["end"], "end": span["start"]}, by())
