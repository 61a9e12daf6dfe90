"""Whose station it is: the chief's, or of who acts for the chief while on leave."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from alerts.handling.stage import Actor
from alerts.roster import change
from alerts.roster.change import By
from alerts.roster.chief import chief_of, chiefs
from ingest.folder import FolderError, read_folder
from ingest.importer import Count, import_folder
from tests.support.registry_folder import FILES, write

NOW = datetime(2099, 5, 4, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = FILES["people.csv"] + "C1,钱,chief,1,东山\nC2,孙,chief,2,西山\n"
CHIEFS = "station_id,person_id,acting_id,township\nS1,C1,P1,东山\nS2,C2,,西山\n"


async def test_while_the_chief_is_on_leave_somebody_acts(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    report = await import_folder(write(tmp_path, people=PEOPLE, chiefs=CHIEFS), database, NOW)
    assert report.counts["chiefs"] == Count(2, 0)
    leave = {"start": NOW.isoformat(), "end": (NOW + HOUR).isoformat()}
    async with pool.acquire() as on:
        by = By(Actor("P2", "leader"), "", NOW)
        for person in ("C1", "C2"):
            await change.add(on, "leave", {"person_id": person, **leave}, by)
    told = {one.station_id: (one.person_id, one.acting) for one in await chiefs(pool, NOW)}
    assert told == {"S1": ("P1", True), "S2": ("C2", False)}  # nobody acts for the second
    after = await chief_of(pool, NOW + HOUR, station_id="S1")
    assert after is not None
    assert (after.person_id, after.acting, after.township) == ("C1", False, "东山")


async def test_without_a_file_it_is_the_chief_of_the_township(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path, people=PEOPLE), database, NOW)
    found = [await chief_of(pool, NOW, station_id="S2"), await chief_of(pool, NOW, township="西山")]
    assert [one and one.person_id for one in found] == ["C1", "C2"]
    assert await chief_of(pool, NOW, station_id="W1") is None
    assert await chief_of(pool, NOW, township="北山") is None


async def test_the_file_says_all_there_is(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    await import_folder(write(tmp_path, people=PEOPLE, chiefs=CHIEFS), database, NOW)
    changed = CHIEFS.replace("S2,C2,,西山\n", "").replace("P1", "P2")
    report = await import_folder(write(tmp_path, people=PEOPLE, chiefs=changed), database, NOW)
    assert report.counts["chiefs"] == Count(0, 1, 1)
    assert await pool.fetchval("SELECT acting_id FROM station_chief") == "P2"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("S1,", "S9,", "chiefs.csv:2:station_id: 'S9' is not in stations.csv"),
        ("C1,", "C9,", "chiefs.csv:2:person_id: 'C9' is not in people.csv"),
        ("P1,", "P9,", "chiefs.csv:2:acting_id: 'P9' is not in people.csv"),
        ("P1,", "C1,", "chiefs.csv:2:acting_id: the same as person_id"),
        ("S2,", "S1,", "chiefs.csv:3:station_id"),
    ],
)
def test_what_is_wrong_with_it_is_named(old: str, new: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(FolderError) as failure:
        read_folder(write(tmp_path, people=PEOPLE, chiefs=CHIEFS.replace(old, new)))
    assert failure.value.problems[0].startswith(problem)
