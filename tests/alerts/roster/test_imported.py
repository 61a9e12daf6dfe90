"""Imported shifts: what has been is brought along once, the rest is laid under what people agree on."""

from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from alerts.handling.stage import Actor
from alerts.policy import Policy
from alerts.roster import change
from alerts.roster.change import By
from alerts.roster.timers import turn
from ingest.importer import Count, import_folder
from tests.support.registry_folder import write

HOUR = timedelta(hours=1)
HEAD = "start,end,person_id,post\n"


class Town:
    """A registry folder with shifts, hours from the time at which it was made."""

    def __init__(self, folder: Path, database: str, pool: asyncpg.Pool, now: datetime) -> None:
        self._folder, self._database, self._pool, self.now = folder, database, pool, now

    async def imports(self, *shifts: tuple[str, float, float], post: str = "desk") -> Count:
        """Import these shifts."""
        lines = [
            f"{(self.now + start * HOUR).isoformat()},{(self.now + end * HOUR).isoformat()},{person},{post}\n"
            for person, start, end in shifts
        ]
        report = await import_folder(
            write(self._folder, shifts=HEAD + "".join(lines)), self._database, await self.clock()
        )
        return report.counts["shifts"]

    async def clock(self) -> datetime:
        """The database's time."""
        at: datetime = await self._pool.fetchval("SELECT now()")
        return at

    async def by(self) -> By:
        """By a leader, now."""
        return By(Actor("P2", "leader"), "", await self.clock())

    async def shifts(self) -> list[tuple[str, float, float]]:
        """All that is published, in quarters of an hour."""
        rows = await self._pool.fetch("SELECT person_id, start_at, end_at FROM shift ORDER BY start_at, person_id")
        return [(row["person_id"], self._hours(row["start_at"]), self._hours(row["end_at"])) for row in rows]

    def _hours(self, at: datetime) -> float:
        return round((at - self.now) / HOUR * 4) / 4


@pytest.fixture
async def town(pool: asyncpg.Pool, database: str, tmp_path: Path) -> Town:
    """An empty roster."""
    return Town(tmp_path, database, pool, await pool.fetchval("SELECT now()"))


async def test_what_has_been_is_brought_along_by_the_first_import_only(town: Town) -> None:
    assert await town.imports(("P1", -9, -1), ("P2", -1, 7)) == Count(2, 0)
    assert await town.imports(("P2", -9, -1), ("P1", -20, -12), ("P2", -1, 7), ("P1", 7, 15)) == Count(1, 0)
    assert await town.shifts() == [("P1", -9, -1), ("P2", -1, 7), ("P1", 7, 15)]


async def test_a_running_shift_that_was_forgotten_counts_from_now_on(town: Town) -> None:
    await town.imports(("P1", -9, -1))
    forgotten = [("P1", -9.0, -1.0), ("P2", -1.0, 7.0)]
    assert await town.imports(*forgotten) == Count(1, 0)
    assert await town.shifts() == [("P1", -9, -1), ("P2", 0, 7)]
    assert await town.imports(*forgotten) == Count(0, 0)
    assert await town.shifts() == [("P1", -9, -1), ("P2", 0, 7)]


async def test_a_substitute_of_an_imported_shift_survives_the_next_import(town: Town, pool: asyncpg.Pool) -> None:
    shifts = [("P1", -1.0, 8.0), ("P1", 20.0, 28.0)]
    await town.imports(*shifts)
    span = {"start": town.now.isoformat(), "end": (town.now + 24 * HOUR).isoformat()}
    async with pool.acquire() as on:
        body = {"person_id": "P1", "other_id": "P2", **span}
        entry = await change.add(on, "substitute", body, await town.by())
        taken = [("P1", -1, 0), ("P2", 0, 8), ("P2", 20, 24), ("P1", 24, 28)]
        assert await town.shifts() == taken
        await town.imports(*shifts)
        await turn(on, Policy(), await town.clock())
        assert await town.shifts() == taken
        await change.end(on, "substitute", entry.entry_id, await town.by())
        assert (await town.shifts())[-1] == ("P1", 20, 28)
        assert {person for person, start, _ in await town.shifts() if start > 1} == {"P1"}


async def test_a_post_that_a_rotation_covers_is_not_imported(town: Town, pool: asyncpg.Pool) -> None:
    turns = [{"begins": "00:00", "hours": 24}]
    rotation = {"post": "desk", "role": "duty", "people": ["P1"], "anchor": "2026-01-01", "turns": turns}
    await town.imports(("P2", 1, 2), post="other")
    async with pool.acquire() as on:
        await change.add(on, "rotation", rotation, await town.by())
    assert await town.imports(("P2", 1, 2), ("P2", 30, 40)) == Count(0, 0, 1)
    assert {person for person, _, _ in await town.shifts()} == {"P1"}
