"""A file is loaded as if its rows had come by MQTT, but for the detector: once, first come, judged, shown."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest.directory import Directory
from ingest.flag import Qc
from ingest.frame import Message
from ingest.importer import import_folder
from ingest.known import load_directory
from ingest.load import Asked, Tally, load
from ingest.load.file import File
from ingest.store import commit
from tests.support.messages import MINUTE, NOW, frame, message, taken
from tests.support.readings_file import Line, write_parquet
from tests.support.registry_folder import FILES, write

Load = Callable[[Path], Any]
HOUR = timedelta(hours=1)
MOBILE = "C1,车,mobile,119.94,31.76,,\n"
UNITS = "station_id,channel,unit\nS2,no2,ppb\n"


@pytest.fixture
async def directory(database: str, pool: asyncpg.Pool, tmp_path: Path) -> Directory:
    """Stations S1 and S2 (NO2 in ppb, its temperature in a unit that does not convert), the monitor M1, the car C1."""
    folder = tmp_path / "registry"
    folder.mkdir()
    await import_folder(write(folder, stations=FILES["stations.csv"] + MOBILE, channels=UNITS), database, NOW)
    await pool.execute(
        "INSERT INTO station_channel SELECT device, 'temperature', 'K' FROM device WHERE device_id = 'S2'"
    )
    return await load_directory(pool)


@pytest.fixture
def loaded(database: str, directory: Directory) -> Load:
    """Loads a file; what became of it."""
    assert directory.stations

    async def run(path: Path) -> Tally:
        tally = Tally()
        await load(Asked(path), database, lambda: NOW, tally, lambda _: None)
        return tally

    return run


async def rows(pool: asyncpg.Pool, table: str) -> list[dict[str, Any]]:
    """A table by device and time; what is null is left out."""
    query = f"SELECT d.device_id, t.* FROM {table} AS t JOIN device AS d USING (device)"  # noqa: S608
    found = [{k: v for k, v in dict(row).items() if v is not None and k != "device"} for row in await pool.fetch(query)]
    return sorted(found, key=lambda row: (row["device_id"], row["ts"], row.get("channel", "")))


def at(minutes: float) -> datetime:
    return MINUTE + timedelta(minutes=minutes)


def line(device: str = "S1", minutes: float = 0, **columns: Any) -> Line:
    return {"ts": at(minutes), "device_id": device, **columns}


async def test_stations_lie_wide_and_monitors_narrow_in_canonical_units(
    pool: asyncpg.Pool, loaded: Load, tmp_path: Path
) -> None:
    lines = [line("S1", no2=41.5), line("S2", no2=10), line("M1", so2=10, a24088=2, pm25_flag=None)]
    tally = await loaded(write_parquet(tmp_path / "a.parquet", lines))
    assert (tally.read, tally.new, tally.there, tally.refused) == (3, 4, 0, {})
    assert await rows(pool, "station_reading") == [
        {"device_id": "S1", "ts": MINUTE, "no2": 41.5},
        {"device_id": "S2", "ts": MINUTE, "no2": pytest.approx(10 * 46.006 / 24.465)},
    ]
    assert await rows(pool, "monitor_reading") == [
        {"device_id": "M1", "ts": MINUTE, "channel": "nmhc", "value": 2, "qc": 0},
        {"device_id": "M1", "ts": MINUTE, "channel": "so2", "value": pytest.approx(10 * 64.066 / 24.465), "qc": 0},
    ]


async def test_the_same_again_changes_nothing(pool: asyncpg.Pool, loaded: Load, tmp_path: Path) -> None:
    path = write_parquet(
        tmp_path / "a.parquet",
        [line("S1", i, pm25=i) for i in range(-9, 0)] + [line("M1", so2=1), line("C1", pm25=1, lon=119.94, lat=31.76)],
    )
    tables = ("station_reading", "monitor_reading", "mobile_reading", "station_latest", "monitor_latest")
    assert (await loaded(path)).new == 11
    before = {table: await rows(pool, table) for table in tables}
    touched = await pool.fetchval("SELECT count(*) FROM touched")
    again = await loaded(path)
    assert (again.new, again.there) == (0, 11)
    assert {table: await rows(pool, table) for table in tables} == before
    assert await pool.fetchval("SELECT count(*) FROM touched") == touched


async def test_what_is_in_the_database_stays_and_is_filled_in(
    pool: asyncpg.Pool, directory: Directory, loaded: Load, tmp_path: Path
) -> None:
    sent = [message(frame(pm25=1, flags={"so2": "D"})), message(frame(so2=5), "M1", "monitor")]
    await commit(pool, taken(*sent, directory=directory), NOW)
    await pool.execute("DELETE FROM touched")
    lines = [line(pm25=9, no2=2, so2=3), line(minutes=-1, pm25=7), line("M1", so2=9, nmhc=4)]
    tally = await loaded(write_parquet(tmp_path / "a.parquet", lines))
    assert (tally.new, tally.there) == (2, 2)
    earlier, there = await rows(pool, "station_reading")
    assert earlier["pm25"] == 7
    assert {k: v for k, v in there.items() if k != "qc"} == {
        "device_id": "S1", "ts": MINUTE, "pm25": 1, "so2": 3, "no2": 2
    }  # fmt: skip
    assert there["qc"][2] == Qc.FAULT
    assert [(row["channel"], round(row["value"], 1)) for row in await rows(pool, "monitor_reading")] == [
        ("nmhc", 4), ("so2", round(5 * 64.066 / 24.465, 1))
    ]  # fmt: skip
    assert (await rows(pool, "station_latest"))[0]["no2"] == 2


async def test_of_duplicates_the_first_counts_wherever_they_are(
    pool: asyncpg.Pool, loaded: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(File, "rows", 2)
    lines = [line(pm25=1), line(minutes=0.5, pm25=2, no2=3), line(minutes=0.2, no2=4, co=5), line("M1", so2=1)]
    tally = await loaded(write_parquet(tmp_path / "a.parquet", [*lines, line("M1", so2=7)]))
    assert await rows(pool, "station_reading") == [{"device_id": "S1", "ts": MINUTE, "pm25": 1, "no2": 3, "co": 5}]
    assert [row["value"] for row in await rows(pool, "monitor_reading")] == [pytest.approx(64.066 / 24.465)]
    assert (tally.read, tally.new, tally.there) == (5, 2, 2)


async def test_history_is_not_judged_live_but_summed_up_again(pool: asyncpg.Pool, loaded: Load, tmp_path: Path) -> None:
    lines = [line("S1", -60, pm25=1), line("S1", pm25=1), line("S2", pm25=2), line("M1", so2=1), line("M1", nmhc=1)]
    await loaded(write_parquet(tmp_path / "a.parquet", [*lines, line("S1", -120)]))
    assert await pool.fetchval("SELECT count(*) FROM arrival") == 0
    told = await pool.fetch("SELECT hour, device_id FROM touched JOIN device ON device = ANY(devices)")
    assert sorted(map(tuple, told)) == sorted({(row["ts"].replace(minute=0), row["device_id"]) for row in lines})


async def test_the_newest_shown_never_goes_backwards(
    pool: asyncpg.Pool, directory: Directory, loaded: Load, tmp_path: Path
) -> None:
    sent = [message(frame(pm25=1)), message(frame(so2=5), "M1", "monitor")]
    await commit(pool, taken(*sent, directory=directory), NOW)
    lines = [line(minutes=m, pm25=7 + m) for m in (1, -3, 2, -2)] + [line("S2", -5, pm25=3)]
    lines += [line("M1", -1, so2=1, nmhc=1), line("M1", -2, nmhc=2)]
    await loaded(write_parquet(tmp_path / "a.parquet", lines))
    assert [(r["device_id"], r["ts"], r["pm25"]) for r in await rows(pool, "station_latest")] == [
        ("S1", at(2), 9), ("S2", at(-5), 3)
    ]  # fmt: skip
    assert [(r["channel"], r["ts"]) for r in await rows(pool, "monitor_latest")] == [("nmhc", at(-1)), ("so2", MINUTE)]


async def test_samples_of_who_moves_lie_at_their_places_by_the_second(
    pool: asyncpg.Pool, loaded: Load, tmp_path: Path
) -> None:
    here = {"lon": 119.94, "lat": 31.76}
    lines = [line("C1", 0.05, pm25=1, **here), line("C1", 0.1, pm25=2, lon=100.0, lat=20.0), line("C1", 0.2, pm25=3)]
    tally = await loaded(write_parquet(tmp_path / "a.parquet", lines))
    assert (tally.new, tally.refused) == (2, {"place": 1})
    inside, outside = await rows(pool, "mobile_reading")
    assert inside == {"device_id": "C1", "ts": at(0.05), "pm25": 1, **here, "ix": 1, "iy": 2}
    assert "ix" not in outside
    assert (await rows(pool, "station_latest"))[0]["ts"] == at(0.1)
    assert await rows(pool, "station_reading") == []


async def test_what_is_refused_is_counted_and_the_first_of_it_named_by_row(loaded: Load, tmp_path: Path) -> None:
    lines = [line("X9", pm25=1), line("X9", pm25=2), line("S1", pm25=1e6), line("M1", co=1, pm25=1e10)]
    lines += [line("S1", 60, pm25=1), line("S1", 1, pm25=2, pm25_flag="Q"), line("S1", 2, a25002=4), line("S1", 3)]
    lines += [line("S2", temperature=3, pm25=None), {"ts": None, "device_id": "S1", "pm25": 1}]
    tally = await loaded(write_parquet(tmp_path / "a.parquet", lines))
    assert tally.unknown == {"X9": 2}
    assert tally.refused == {"implausible": 1, "channel": 3, "time": 2, "flag": 1, "unit": 1}
    assert tally.empty == 2
    assert "3: implausible: pm25: 1e+06 µg/m³ cannot be" in tally.shown
    assert "6: flag: pm25_flag: 'Q' is no HJ 212 letter" in tally.shown
    assert len(tally.shown) == 8


def random_lines(seed: int, count: int) -> list[Line]:
    chance = random.Random(seed)
    lines = []
    for _ in range(count):
        device, minutes = chance.choice(["S1", "S2", "M1", "M1"]), chance.choice([-61, -1, 0, 0.25, 1])
        names = (
            ["so2", chance.choice(["a24088", "nmhc"]), "a25002"] if device == "M1" else ["pm25", "no2", "so2", "pm10"]
        )
        columns: Line = {}
        for name in names:
            columns[name] = chance.choice([None, None, 1.5, 20.25, 1e10, -5e3])
            columns[f"{name}_flag"] = chance.choice([None, None, None, "N", "D", "C", "?"])
        lines.append(line(device, minutes, **columns))
    return lines


def as_message(row: Line) -> Message:
    """The same row as a device would send it."""
    values = {k: v for k, v in row.items() if isinstance(v, float)}
    flags = {k.removesuffix("_flag"): v for k, v in row.items() if k.endswith("_flag") and v}
    sent = {"ts": row["ts"].isoformat(), "values": values, "flags": flags}
    return message(sent, row["device_id"], "monitor" if row["device_id"] == "M1" else "station")


async def contents(pool: asyncpg.Pool) -> tuple[object, ...]:
    """All that both ways write, which is then emptied."""
    tables = ("station_reading", "monitor_reading", "station_latest", "monitor_latest")
    found = [await rows(pool, table) for table in tables]
    hours = set(await pool.fetch("SELECT hour, unnest(devices) FROM touched"))
    await pool.execute(f"SET ROLE NONE; TRUNCATE {', '.join(tables)}, touched; SET ROLE hotgrid_app")
    return *found, hours


@pytest.mark.parametrize("case", [(seed, together) for seed in range(6) for together in (5, 1000)])
async def test_a_file_and_the_same_as_messages_give_the_same_database(
    pool: asyncpg.Pool,
    directory: Directory,
    loaded: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[int, int],
) -> None:
    seed, together = case
    monkeypatch.setattr(File, "rows", together)
    lines = random_lines(seed, 60)
    await loaded(write_parquet(tmp_path / "a.parquet", lines))
    by_file = await contents(pool)
    for start in range(0, len(lines), together):
        messages = map(as_message, lines[start : start + together])
        await commit(pool, taken(*messages, directory=directory), NOW)
    for mine, theirs in zip(by_file, await contents(pool), strict=True):
        assert mine == theirs
