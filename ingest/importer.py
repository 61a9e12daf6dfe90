"""A registry folder into the database: all or nothing, and the same again changes nothing.

A line adds or changes what has its key. What a file no longer has stays: devices and people have a past, marks and
findings are the past, and others write them too (a mark is taken back by an end that equals its start). Seven files
say all there is, if they are there: `shifts.csv` of the shifts to come that were imported, `chiefs.csv`,
`townships.csv`, `parks.csv`, `facilities.csv`, `operator_monitors.csv`, `quality.csv`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import asyncpg

from ingest.folder import FolderError, read_folder
from ingest.registry import Registry, Row
from sql.pool import connect
from sql.queries import Queries, Query

REGISTRY = Queries("registry")


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the lines of one file."""

    added: int
    changed: int
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """By file; warnings are lines of file:line:column and what is odd."""

    counts: dict[str, Count] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


async def import_folder(path: Path, database_url: str, now: datetime) -> Report:
    """Load or update a registry folder; raises FolderError with every problem, and then nothing was taken."""
    registry, warnings = read_folder(path)
    connection = await connect(database_url, "import")
    try:
        async with connection.transaction():
            counts = await store_registry(connection, registry, now)
    finally:
        await connection.close()
    return Report(counts, warnings)


async def store_registry(on: asyncpg.Connection, registry: Registry, now: datetime) -> dict[str, Count]:
    """Every file in the order of its references; then tell the running processes."""
    await _refuse_changed_kinds(on, registry)
    ids = [row.station_id for row in registry.stations] + sorted({row.mn for row in registry.monitors})
    await REGISTRY.put_devices.execute(on, ids=ids)
    counts = {
        "grid": await _put(on, REGISTRY.put_grid, [registry.grid]),
        "stations": await _put(on, REGISTRY.put_stations, registry.stations),
        "enterprises": await _put(on, REGISTRY.put_enterprises, registry.enterprises),
        "monitors": await _put(on, REGISTRY.put_monitors, registry.monitors),
        "monitor channels": await _put(on, REGISTRY.put_channels, registry.monitors),
        "people": await _put(on, REGISTRY.put_people, registry.people),
    }
    if registry.shifts:
        counts["shifts"] = await _put_shifts(on, registry, now)
    counts |= await _replaced(on, registry)
    if registry.marks:
        counts["marks"] = await _put(on, REGISTRY.put_marks, registry.marks)
    if registry.findings:
        counts["findings"] = await _put(on, REGISTRY.put_findings, registry.findings)
    if registry.loggers:
        counts["loggers"] = await _put(on, REGISTRY.put_loggers, registry.loggers)
    if registry.station_channels:
        counts["channels"] = await _put(on, REGISTRY.put_station_channels, registry.station_channels)
    counts |= await _put_outlets(on, registry, now)
    if registry.quality:
        done = await REGISTRY.put_quality.fetch(on, text=registry.quality)
        counts["quality"] = Count(sum(row["added"] for row in done), sum(not row["added"] for row in done))
    await REGISTRY.announce.execute(on)
    return counts


async def _replaced(on: asyncpg.Connection, registry: Registry) -> dict[str, Count]:
    """The files that say all there is, those that are there."""
    files: tuple[tuple[str, Query, Query, Sequence[Row]], ...] = (
        ("chiefs", REGISTRY.drop_chiefs, REGISTRY.put_chiefs, registry.chiefs),
        ("townships", REGISTRY.drop_townships, REGISTRY.put_townships, registry.townships),
        ("parks", REGISTRY.drop_parks, REGISTRY.put_parks, registry.parks),
        ("facilities", REGISTRY.drop_facilities, REGISTRY.put_facilities, registry.facilities),
    )
    return {name: await _replace(on, drop, put, rows) for name, drop, put, rows in files if rows}


async def _refuse_changed_kinds(on: asyncpg.Connection, registry: Registry) -> None:
    stations = [row.station_id for row in registry.stations]
    clash = await REGISTRY.foreign_kind.fetch(on, stations=stations, monitors=[row.mn for row in registry.monitors])
    if clash:
        names = ", ".join(sorted(row["device_id"] for row in clash))
        raise FolderError([f"a station cannot become a monitor nor a monitor a station: {names}; give it a new id"])


def _rows(rows: Sequence[Row]) -> list[object]:
    return [row.model_dump(mode="json") for row in rows]


async def _put(on: asyncpg.Connection, query: Query, rows: Sequence[Row]) -> Count:
    done = await query.fetch(on, rows=_rows(rows))
    added = sum(row["added"] for row in done)
    return Count(added, len(done) - added)


async def _put_shifts(on: asyncpg.Connection, registry: Registry, now: datetime) -> Count:
    rows = _rows(registry.shifts)
    await REGISTRY.lock_roster.execute(on)
    removed = await REGISTRY.drop_shifts.fetch(on, rows=rows, now=now)
    done = await REGISTRY.put_shifts.fetch(on, rows=rows, now=now)
    await REGISTRY.keep_imported.execute(on, rows=rows, now=now)
    added = sum(row["added"] for row in done)
    return Count(added, len(done) - added, len(removed))


async def _put_outlets(on: asyncpg.Connection, registry: Registry, now: datetime) -> dict[str, Count]:
    """Outlets, and who operates monitors; what an outlet was designed for before is kept."""
    counts = {}
    if registry.outlets:
        rows = _rows(registry.outlets)
        done = await REGISTRY.put_outlets.fetch(on, rows=rows)
        designed = await REGISTRY.put_designs.fetch(on, rows=rows, now=now)
        added = {row["outlet_id"] for row in done if row["added"]}
        changed = {row["outlet_id"] for row in [*done, *designed]} - added
        counts["outlets"] = Count(len(added), len(changed))
    if registry.operators:
        counts["operators"] = await _put(on, REGISTRY.put_operators, registry.operators)
    if registry.operator_monitors:
        drop, put = REGISTRY.drop_operator_monitors, REGISTRY.put_operator_monitors
        counts["operator monitors"] = await _replace(on, drop, put, registry.operator_monitors)
    return counts


async def _replace(on: asyncpg.Connection, drop: Query, put: Query, rows: Sequence[Row]) -> Count:
    """Of a file that says all there is."""
    removed = await drop.fetch(on, rows=_rows(rows))
    return replace(await _put(on, put, rows), removed=len(removed))


async def load_registry(on: asyncpg.Connection) -> Registry | None:
    """The registry as it stands in the database, None before the first import. People and shifts are not part of it."""
    grid = await REGISTRY.grid.fetchrow(on)
    if grid is None:
        return None
    return Registry.model_validate(
        {
            "grid": dict(grid),
            "stations": [dict(row) for row in await REGISTRY.stations.fetch(on)],
            "enterprises": [dict(row) for row in await REGISTRY.enterprises.fetch(on)],
            "monitors": [dict(row) for row in await REGISTRY.monitors.fetch(on)],
            "marks": [dict(row) for row in await REGISTRY.marks.fetch(on)],
            "findings": [dict(row) for row in await REGISTRY.findings.fetch(on)],
            "parks": [dict(row) for row in await REGISTRY.parks.fetch(on)],
            "loggers": [dict(row) for row in await REGISTRY.loggers.fetch(on)],
            "station_channels": [dict(row) for row in await REGISTRY.station_channels.fetch(on)],
            "facilities": [dict(row) for row in await REGISTRY.facilities.fetch(on)],
        }
    )
