"""From a mute to the phone and back: what is muted rings nobody, and what still stands at its end rings then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from alerts.muting.ledger import end_mute, make_mute
from alerts.muting.policy import MutePolicy
from alerts.muting.wish import Wish
from alerts.push.sender import Sender
from alerts.store import put_alert
from ingest.grid import Grid
from tests.service import seed
from tests.support.hotspot import OPENED, hotspot
from tests.support.pushing import SENT, Clock, contact, does, happens, people, sending, settings_of, tick, told
from tests.support.receiver import Receiver, receiving

HOUR = timedelta(hours=1)
WIDE = Grid(500.0, 4549, 120.02, 31.66, 100, 100)


@dataclass(frozen=True, slots=True)
class Desk:
    """An officer on duty with a phone, and a city platform."""

    pool: asyncpg.Pool
    sender: Sender
    clock: Clock
    phone: Receiver
    platform: Receiver

    async def goes(self, **by: float) -> list[str]:
        """On by so much; gives what the phone was told meanwhile, its titles."""
        before = len(self.phone.posted)
        self.clock.go(**by)
        await tick(self.sender)
        return [said["title"] for said in told(self.phone)[before:]]

    async def mutes(self, **changed: Any) -> int:
        """The officer makes the cell of the hotspot quiet for an hour."""
        wish = Wish("cell", "3-4", self.clock(), self.clock() + HOUR, "施工")
        async with self.pool.acquire() as on:
            return await make_mute(on, replace(wish, **changed), "P1", MutePolicy(), self.clock())


@pytest.fixture
async def desk(pool: asyncpg.Pool, database: str) -> AsyncIterator[Desk]:
    """Everything of a worker but its loop."""
    async with _desk(pool, database) as desk:
        yield desk


@asynccontextmanager
async def _desk(pool: asyncpg.Pool, database: str) -> AsyncIterator[Desk]:
    clock = Clock()
    await seed.grid(pool, WIDE)
    await people(pool, P1="duty", P2="leader")
    settings = settings_of(database)
    async with receiving() as phone, receiving() as platform, sending(pool, settings, clock) as sender:
        for person, where in (("P1", phone), ("P2", phone), (None, platform)):
            await contact(pool, person, where.url)
        yield Desk(pool, sender, clock, phone, platform)


async def test_what_is_muted_rings_nobody_and_rings_when_the_mute_is_over(desk: Desk) -> None:
    await desk.mutes()
    await happens(desk.pool)
    assert await desk.goes() == []
    assert await desk.goes(minutes=55) == []
    assert desk.platform.posted == []
    (said,) = await desk.goes(minutes=10)
    assert "发现热点" in said
    assert await desk.goes(seconds=1) == []
    assert await desk.goes(hours=2)


async def test_what_is_over_before_its_mute_rings_nobody_at_all(desk: Desk) -> None:
    await desk.mutes()
    await happens(desk.pool)
    assert await desk.goes() == []
    await happens(desk.pool, "closed", closed_at=OPENED + HOUR / 2)
    assert await desk.goes(minutes=5) == await desk.goes(hours=3) == []
    assert desk.platform.posted == []


async def test_mute_made_while_it_rings_stops_the_escalation_until_it_is_ended(desk: Desk) -> None:
    await happens(desk.pool)
    assert len(await desk.goes()) == 1
    number = await desk.mutes()
    assert await desk.goes(minutes=50) == []
    async with desk.pool.acquire() as on:
        await end_mute(on, number, "P1", "完工", desk.clock())
    assert len(await desk.goes(seconds=1)) == 1


async def test_escalation_begins_anew_after_a_mute_and_does_not_jump(desk: Desk) -> None:
    await desk.mutes()
    await happens(desk.pool)
    await desk.goes()
    await desk.goes(minutes=61)
    rows = await desk.pool.fetch("SELECT person_id, action FROM push WHERE person_id IS NOT NULL ORDER BY push_id")
    assert [tuple(row) for row in rows] == [("P1", "opened")]


async def test_comment_on_what_is_muted_wakes_nobody(desk: Desk) -> None:
    await happens(desk.pool)
    await desk.goes()
    await desk.mutes()
    await does(desk.pool, "comment", "P1", "duty", desk.clock(), why="施工中")
    assert await desk.goes(minutes=50) == []


async def test_haze_is_one_message_and_what_remains_of_the_flood_comes_after_it(desk: Desk) -> None:
    haze = hotspot(id="r1", kind="regional", source="district", cells=(), candidates=())
    async with desk.pool.acquire() as on, on.transaction():
        await put_alert(on, haze, "opened", OPENED)
    for number in range(20):
        await happens(desk.pool, id=f"h{number}", source=f"8-{number}")
    said = await desk.goes()
    assert len(said) == 1
    assert "区域污染" in said[0]
    async with desk.pool.acquire() as on, on.transaction():
        await put_alert(on, replace(haze, closed_at=SENT), "closed", SENT)
    await desk.goes(seconds=1)
    assert sum(len(said.get("alerts", ())) for said in told(desk.phone)[1:]) >= 20
