"""Alerts that ring, mutes, and what became of the alerts, for the tests of muting."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg

from alerts.handling.air import begin
from alerts.muting.hold import Held
from alerts.muting.holding import hold_all
from alerts.muting.ledger import make_mute
from alerts.muting.policy import MutePolicy
from alerts.muting.subject import Subject, subject_of
from alerts.muting.wish import Wish
from tests.service import seed

NOW = seed.NOW
HOUR = timedelta(hours=1)
POLICY = MutePolicy()


def subject(**changed: Any) -> Subject:
    """An alert as mutes see it, in the grid of the tests."""
    return subject_of({"source": "2-3", **seed.body("a1", **changed)}, seed.GRID)


def middle(*cell: int) -> tuple[float, float]:
    """Degrees of the middle of a cell."""
    lon, lat = seed.GRID.lonlat([(cell[0] + 0.5) * seed.GRID.cell_m], [(cell[1] + 0.5) * seed.GRID.cell_m])
    return float(lon[0]), float(lat[0])


def box(*cell: int, reach: float = 0.002) -> dict[str, Any]:
    """A polygon around the middle of a cell, smaller than the cell."""
    lon, lat = middle(*cell)
    west, east, south, north = lon - reach, lon + reach, lat - reach, lat + reach
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


async def ring(on: asyncpg.Connection, name: str, opened_at: datetime = NOW, **changed: Any) -> dict[str, Any]:
    """An alert that is open and that nobody has taken; gives its body."""
    told = seed.body(name, opened_at, **changed)
    await seed.alert(on, told)
    await begin(on, name, told["kind"], opened_at)
    await on.execute("UPDATE handling SET climb_at = $2, due_at = $2 WHERE alert_id = $1", name, opened_at)
    return told


async def change(on: asyncpg.Connection, told: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The detector says something new of an alert."""
    body = told | changed
    closed = body["closed_at"] and datetime.fromisoformat(body["closed_at"])
    await on.execute(
        "UPDATE alert SET body = $2, severity = $3, status = $4, closed_at = $5 WHERE alert_id = $1",
        *(body["id"], body, body["severity"], body["status"], closed),
    )
    await seed.event(on, body, "closed" if closed else "updated")
    return body


async def over(on: asyncpg.Connection, told: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The air is clean again."""
    return await change(on, told, status="closed", closed_at=at.isoformat())


async def mute(on: asyncpg.Connection, **asked: Any) -> int:
    """A mute of cell 2-3 for an hour, by P1, if nothing else is asked for."""
    told: dict[str, Any] = {"scope": "cell", "place": "2-3", "start": NOW, "end": NOW + HOUR, "reason": "施工"}
    return await make_mute(on, Wish(**{**told, **asked}), "P1", POLICY, NOW)


async def held(on: asyncpg.Connection, told: dict[str, Any], now: datetime = NOW) -> Held | None:
    """What push hears when it asks before telling people of an alert."""
    async with on.transaction():
        return (await hold_all(on, [told["id"]], POLICY, now)).get(told["id"])
