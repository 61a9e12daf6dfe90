"""Importing a folder: all or nothing, the same again changes nothing, an update changes just what it changes."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ingest.folder import FolderError, read_folder
from ingest.importer import Count, import_folder, load_registry
from ingest.layout import Layout
from sql.pool import connect
from tests.support.deadline import until_true
from tests.support.registry_folder import FILES, replaced, write

BEFORE = datetime(2099, 11, 20, tzinfo=UTC)
FIRST_SHIFT = datetime(2099, 11, 21, 4, tzinfo=UTC)  # it has begun, the second has not
TABLES = (
    *("grid", "device", "station", "enterprise", "monitor", "monitor_channel", "person", "shift"),
    *("mark", "finding", "park_device"),
)


async def contents(pool: asyncpg.Pool) -> dict[str, list[tuple[object, ...]]]:
    """Every registry table."""
    return {name: sorted(map(tuple, await pool.fetch(f"SELECT * FROM {name}")), key=str) for name in TABLES}  # noqa: S608


async def test_a_first_import_adds_everything(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    report = await import_folder(write(tmp_path), database, BEFORE)
    assert {name: count.added for name, count in report.counts.items()} == {
        "grid": 1,
        "stations": 3,
        "enterprises": 1,
        "monitors": 1,
        "monitor channels": 3,
        "people": 2,
        "shifts": 2,
        "marks": 2,
        "findings": 2,
        "parks": 3,
    }
    registry, _ = read_folder(tmp_path)
    async with pool.acquire() as connection:
        stored = await load_registry(connection)
    assert stored is not None
    assert stored.grid == registry.grid
    assert {row.station_id: row for row in stored.stations} == {row.station_id: row for row in registry.stations}
    assert set(stored.enterprises) == set(registry.enterprises)
    assert set(stored.monitors) == set(registry.monitors)
    assert set(stored.marks) == set(registry.marks)
    assert set(stored.findings) == set(registry.findings)
    assert set(stored.parks) == set(registry.parks)


async def test_a_second_import_changes_nothing(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    before = await contents(pool)
    report = await import_folder(tmp_path, database, BEFORE)
    assert set(report.counts.values()) == {Count(0, 0)}
    assert await contents(pool) == before


async def test_an_update_changes_just_what_it_changes(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    before = await contents(pool)
    text = replaced("stations", "119.95,31.77,东山", "119.951,31.77,东山") + "S3,新站,micro,119.96,31.78,,\n"
    report = await import_folder(write(tmp_path, stations=text), database, BEFORE)
    assert {name: count for name, count in report.counts.items() if count != Count(0, 0)} == {"stations": Count(1, 1)}
    after = await contents(pool)
    assert {name for name in TABLES if after[name] != before[name]} == {"device", "station"}
    assert await pool.fetchval("SELECT lon FROM station JOIN device USING (device) WHERE device_id = 'S2'") == 119.951
    assert set(before["device"]) < set(after["device"])


@pytest.mark.parametrize("file", ["grid", "enterprises", "monitors", "people", "marks", "findings", "parks"])
async def test_every_file_can_be_updated(file: str, database: str, tmp_path: Path) -> None:
    changes = {
        "grid": ("12,10", "13,10"),
        "enterprises": ("化工厂", "机械厂"),
        "monitors": ("60,hour", "80,hour"),
        "people": ("139", "137"),
        "marks": (",,风扇", ",2026-11-20T12:00:00+08:00,风扇"),
        "findings": ("门开着", "门关了"),
        "parks": ("0.1", "0.2"),
    }
    await import_folder(write(tmp_path), database, BEFORE)
    report = await import_folder(write(tmp_path, **{file: replaced(file, *changes[file])}), database, BEFORE)
    changed = {name: count for name, count in report.counts.items() if count != Count(0, 0)}
    assert changed == {"monitor channels" if file == "monitors" else file: Count(0, 1)}


async def test_a_bad_line_anywhere_leaves_everything_as_it_was(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    before = await contents(pool)
    stations = FILES["stations.csv"] + "S3,新站,micro,119.96,31.78,,\n"
    write(tmp_path, stations=stations, people=replaced("people", "duty", "guard"))
    with pytest.raises(FolderError, match=r"people\.csv:2:role"):
        await import_folder(tmp_path, database, BEFORE)
    assert await contents(pool) == before


async def test_what_the_database_refuses_leaves_everything_as_it_was(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    owner = await asyncpg.connect(database)
    await owner.execute("ALTER TABLE person ADD CHECK (name <> '赵')")
    await owner.close()
    with pytest.raises(asyncpg.CheckViolationError):
        await import_folder(write(tmp_path), database, BEFORE)
    assert set(map(len, (await contents(pool)).values())) == {0}


@pytest.mark.parametrize(("old", "new"), [("S2,", "M1,"), ("M1,", "S2,")])
async def test_a_station_that_would_be_a_monitor_is_refused_and_the_other_way_round(
    old: str, new: str, pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    before = await contents(pool)
    name = new[:-1]
    if name == "M1":
        changed = {"stations": replaced("stations", old, new), "monitors": None}
    else:
        changed = {"stations": replaced("stations", "S2,", "S3,"), "monitors": replaced("monitors", old, new)}
    write(tmp_path, marks=None, parks=None, **changed)
    with pytest.raises(FolderError, match=f"{name}; give it a new id"):
        await import_folder(tmp_path, database, BEFORE)
    assert await contents(pool) == before


async def shifts(pool: asyncpg.Pool) -> set[tuple[str, int, int, str]]:
    """Person, day-hour of start and of end in UTC, post."""
    rows = await pool.fetch("SELECT * FROM shift")
    return {(r["person_id"], r["start_at"].hour, r["end_at"].hour, r["post"]) for r in rows}


async def test_shifts_to_come_are_replaced_and_those_that_have_begun_are_left(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    assert await shifts(pool) == {("P1", 0, 12, "day"), ("P2", 12, 0, "night")}
    roster = replaced("shifts", "P1,day", "P1,early").replace("P2,night", "P1,night")
    report = await import_folder(write(tmp_path, shifts=roster), database, FIRST_SHIFT)
    assert await shifts(pool) == {("P1", 0, 12, "day"), ("P1", 12, 0, "night")}
    assert report.counts["shifts"] == Count(1, 0, 1)


async def test_a_roster_that_is_not_there_removes_nobody(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    report = await import_folder(write(tmp_path, shifts=None), database, BEFORE)
    assert "shifts" not in report.counts
    assert len(await shifts(pool)) == 2


@pytest.mark.parametrize("file", ["marks", "findings", "parks"])
async def test_a_file_that_is_not_there_removes_nothing(
    file: str, pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    before = await contents(pool)
    report = await import_folder(write(tmp_path, **{file: None}), database, BEFORE)
    assert file not in report.counts
    assert await contents(pool) == before


@pytest.mark.parametrize(("file", "gone"), [("marks", "S2,fault"), ("findings", "hotspot-pm25-2")])
async def test_what_was_marked_and_found_stays_when_its_line_is_gone(
    file: str, gone: str, pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    before = await contents(pool)
    fewer = "".join(line for line in FILES[f"{file}.csv"].splitlines(True) if not line.startswith(gone))
    report = await import_folder(write(tmp_path, **{file: fewer}), database, BEFORE)
    assert report.counts[file] == Count(0, 0)
    assert await contents(pool) == before


async def test_a_mark_is_taken_back_by_an_end_that_equals_its_start(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    text = replaced("marks", ",,风扇", ",2026-11-20T09:00:00+08:00,误报")
    report = await import_folder(write(tmp_path, marks=text), database, BEFORE)
    assert report.counts["marks"] == Count(0, 1)
    assert await pool.fetchval("SELECT end_at = start_at FROM mark WHERE kind = 'fault'")


async def test_a_device_that_left_the_boundary_of_a_park_leaves_it(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, BEFORE)
    text = replaced("parks", "K1,东园,S2,so2,ppb,20\n", "K2,西园,S2,so2,ppb,30\n")
    report = await import_folder(write(tmp_path, parks=text), database, BEFORE)
    assert report.counts["parks"] == Count(1, 0, 1)
    assert await pool.fetchval("SELECT count(*) FROM park_device") == 3


async def test_the_running_processes_are_told(database: str, tmp_path: Path) -> None:
    told: list[str] = []
    connection = await connect(database, "test")
    try:
        await connection.add_listener("registry", lambda *args: told.append(args[2]))
        await import_folder(write(tmp_path), database, BEFORE)
        await until_true(lambda: told)
    finally:
        await connection.close()


async def test_warnings_do_not_stop_an_import(database: str, tmp_path: Path) -> None:
    text = replaced("stations", "119.95,31.77,东山", "119.94,31.76,东山")
    report = await import_folder(write(tmp_path, stations=text), database, BEFORE)
    assert report.counts["stations"] == Count(3, 0)
    assert "stands on the spot of S1" in report.warnings[0]


async def test_before_the_first_import_there_is_no_registry(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        assert await load_registry(connection) is None


async def test_the_database_and_a_folder_with_its_lines_in_any_order_are_the_same_registry(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    enterprises = "enterprise_id,name,lon,lat\n" + "".join(f"E{i},厂,119.96,31.77\n" for i in (3, 1, 10, 2))
    folder = write(tmp_path, enterprises=enterprises)
    straight, _ = read_folder(folder)
    for path in folder.iterdir():
        header, *lines = path.read_text().splitlines()
        path.write_text("\n".join([header, *lines[::-1]]) + "\n")
    turned, _ = read_folder(folder)
    await import_folder(folder, database, BEFORE)
    async with pool.acquire() as connection:
        stored = await load_registry(connection)
    assert stored is not None
    for other in (turned, stored):
        assert Layout.of(other) == Layout.of(straight)
        for rows in ("enterprises", "monitors", "marks", "findings", "parks"):
            assert getattr(other, rows) == getattr(straight, rows)
    assert [row.enterprise_id for row in straight.enterprises] == ["E1", "E10", "E2", "E3"]
