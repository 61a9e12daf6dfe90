"""The detector beside the desk: what ends with the air, what goes on, and what is handled with another alert."""

import asyncio
import itertools
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts.handling.desk import Outcome, act
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Act, Actor
from alerts.store import LATE, body_of, put_alert, withdraw_alert
from tests.service import seed
from tests.support.hotspot import OPENED, hotspot

ADMIN = Actor("local", "admin")
CLEAN = OPENED + timedelta(hours=1)


async def put(pool: asyncpg.Pool, name: str, action: str, at: datetime = OPENED, **changed: Any) -> None:
    """What the detector says of an alert of that name."""
    async with pool.acquire() as connection, connection.transaction():
        await put_alert(connection, hotspot(id=name, source=name, **changed), action, at)


async def clean(pool: asyncpg.Pool, name: str) -> None:
    """Its air is clean."""
    await put(pool, name, "closed", CLEAN, closed_at=CLEAN)


async def steps(pool: asyncpg.Pool, name: str, *wishes: Act) -> dict[str, Any]:
    """The handling after these steps."""
    told: dict[str, Any] = {}
    async with pool.acquire() as connection:
        for wish in wishes:
            told = dict((await act(connection, name, wish, OPENED + timedelta(minutes=5))).handling)
    return told


async def handling(pool: asyncpg.Pool, name: str) -> dict[str, Any]:
    """As it is stored."""
    told: dict[str, Any] = await pool.fetchval("SELECT body FROM handling WHERE alert_id = $1", name)
    return told


def merge(into: str) -> Act:
    """To be handled with that one."""
    return Act("merge", ADMIN, into=into)


async def test_what_nobody_was_sent_to_ends_with_the_air(pool: asyncpg.Pool) -> None:
    await put(pool, "A", "opened")
    await clean(pool, "A")
    told = await handling(pool, "A")
    assert (told["stage"], told["closed_by"], told["cleared_at"]) == ("closed", "detector", CLEAN.isoformat())
    row = await pool.fetchrow("SELECT action, body FROM alert_event ORDER BY seq DESC LIMIT 1")
    assert (row["action"], row["body"]["handling"]) == ("closed", told)


async def test_what_somebody_was_sent_to_goes_on_to_its_sign_off(pool: asyncpg.Pool) -> None:
    await seed.person(pool, "F1", "field", "T")
    await put(pool, "A", "opened")
    await steps(pool, "A", Act("dispatch", ADMIN, team="T"))
    async with pool.acquire() as connection, connection.transaction():
        await withdraw_alert(connection, body_of(hotspot(id="A", source="A")), CLEAN, LATE)
    told = await handling(pool, "A")
    assert (told["stage"], told["cleared_at"], told["version"]) == ("dispatched", CLEAN.isoformat(), 3)
    done = await steps(pool, "A", Act("accept", Actor("F1", "field", township="T")), Act("close", ADMIN, "空气已好转"))
    assert done["stage"] == "closed"


async def test_what_is_told_clean_again_and_again_changes_nothing_more(pool: asyncpg.Pool) -> None:
    await put(pool, "A", "opened")
    await clean(pool, "A")
    told = await handling(pool, "A")
    await put(pool, "A", "updated", CLEAN + timedelta(hours=1), closed_at=CLEAN, severity=3)
    assert await handling(pool, "A") == told


@pytest.mark.parametrize("taken", [False, True])
async def test_late_readings_that_undo_an_end_give_the_alert_back_to_who_had_it(
    pool: asyncpg.Pool, taken: bool
) -> None:
    await put(pool, "A", "opened")
    if taken:
        await steps(pool, "A", Act("acknowledge", ADMIN))
    await clean(pool, "A")
    await put(pool, "A", "updated", CLEAN)
    told = await handling(pool, "A")
    assert told["stage"] == ("acknowledged" if taken else "open")
    assert (told["acknowledged_by"], told["closed_by"]) == ("local" if taken else None, None)
    assert told["cleared_at"] is None
    assert "close" not in told["times"]
    climbs = await pool.fetchval("SELECT climb_at IS NOT NULL FROM handling")
    assert climbs is not taken
    rows = await pool.fetch("SELECT action FROM alert_event ORDER BY seq DESC LIMIT 2")
    assert {row["action"] for row in rows} == {"resume", "updated"}


async def test_late_readings_do_not_undo_a_sign_off_of_people(pool: asyncpg.Pool) -> None:
    await put(pool, "A", "opened")
    await steps(pool, "A", Act("acknowledge", ADMIN), Act("close", ADMIN, "over"))
    await clean(pool, "A")
    await put(pool, "A", "updated", CLEAN)
    told = await handling(pool, "A")
    assert (told["stage"], told["closed_by"], told["cleared_at"]) == ("closed", "local", None)


async def test_an_alert_ends_by_itself_only_when_all_that_was_merged_into_it_is_clean(pool: asyncpg.Pool) -> None:
    for name in ("A", "B", "C"):
        await put(pool, name, "opened")
    await steps(pool, "A", merge("B"))
    await steps(pool, "B", merge("C"))
    await clean(pool, "C")
    assert (await handling(pool, "C"))["stage"] == "open"
    await clean(pool, "B")
    assert (await handling(pool, "C"))["stage"] == "open"
    await clean(pool, "A")
    told = await handling(pool, "C")
    assert (told["stage"], told["closed_by"]) == ("closed", "detector")
    row = await pool.fetchrow("SELECT action, why FROM alert_event WHERE alert_id = 'C' ORDER BY seq DESC LIMIT 1")
    assert tuple(row) == ("clear", "A")
    await put(pool, "A", "updated", CLEAN)
    told = await handling(pool, "C")
    assert (told["stage"], told["cleared_at"]) == ("open", CLEAN.isoformat())


async def test_what_was_merged_may_be_split_again_after_the_other_is_closed(pool: asyncpg.Pool) -> None:
    for name in ("A", "B"):
        await put(pool, name, "opened")
    await steps(pool, "A", Act("acknowledge", ADMIN), merge("B"))
    await steps(pool, "B", Act("acknowledge", ADMIN), Act("close", ADMIN, "整改到位"))
    assert (await handling(pool, "A"))["stage"] == "merged"
    with pytest.raises(Illegal):
        await steps(pool, "A", Act("reopen", ADMIN, "仍超标"))
    told = await steps(pool, "A", Act("split", ADMIN, "另一家"))
    assert (told["stage"], told["merged_into"], told["acknowledged_by"]) == ("acknowledged", None, "local")


async def test_no_ring_of_merged_alerts_comes_about_even_when_both_are_merged_at_once(pool: asyncpg.Pool) -> None:
    pairs = [(f"A{number}", f"B{number}") for number in range(10)]
    for name in itertools.chain(*pairs):
        await put(pool, name, "opened")
    async with pool.acquire() as left, pool.acquire() as right:
        for a, b in pairs:
            told = await asyncio.gather(
                act(left, a, merge(b), OPENED), act(right, b, merge(a), OPENED), return_exceptions=True
            )
            assert [type(each) for each in told if not isinstance(each, Outcome)] == [Illegal]
    stages = [row["stage"] for row in await pool.fetch("SELECT stage FROM handling ORDER BY stage")]
    assert stages == ["merged"] * 10 + ["open"] * 10


async def test_a_drill_and_a_real_alert_are_never_merged(pool: asyncpg.Pool) -> None:
    await put(pool, "A", "opened")
    await put(pool, "D", "opened", kind="drill")
    for name, into in (("A", "D"), ("D", "A")):
        with pytest.raises(Illegal, match="drill"):
            await steps(pool, name, merge(into))
