"""What is exported can be loaded again and is the same; CSV opens in Excel; means of hours and days too."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import export as exporting
from ingest import load as loading
from ingest.export import Asked, ExportError, export
from ingest.flag import Qc
from ingest.importer import import_folder
from ingest.load import Tally
from tests.support.registry_folder import FILES, write

NOW = datetime(2026, 11, 22, tzinfo=UTC)
START = datetime(2026, 11, 20, 16, tzinfo=UTC)  # midnight in Beijing
DAY = timedelta(days=1)
QC = bytes([Qc.IMPLAUSIBLE, Qc.UNKNOWN, Qc.CALIBRATION, 0, Qc.SPIKE, *[0] * 9])


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
async def filled(database: str, pool: asyncpg.Pool, tmp_path: Path) -> str:
    """Two hours of S1, S2, of the monitor M1 and of the car C1, of all kinds; the address of the database."""
    folder = tmp_path / "registry"
    folder.mkdir()
    stations = FILES["stations.csv"] + "C1,车,mobile,119.94,31.76,,\n"
    await import_folder(write(folder, stations=stations), database, NOW)
    ids = {row["device_id"]: row["device"] for row in await pool.fetch("SELECT * FROM device")}
    for i in range(120):
        await pool.execute(
            "INSERT INTO station_reading (device, ts, pm25, no2, qc)"
            " VALUES ($1, $3, $4, $5, $6), ($2, $3, $5, $4, NULL)",
            *(ids["S1"], ids["S2"], at(i), 35.2 + i / 10, 1e-7 * i if i % 7 else None, QC if i % 5 == 0 else None),
        )
        await pool.execute(
            "INSERT INTO monitor_reading VALUES ($1, $2, 'so2', $3, $4), ($1, $2, 'a25002', $5, 0)",
            *(ids["M1"], at(i), i * 2.619, Qc.FAULT if i % 9 == 0 else 0, i if i % 4 else None),
        )
        await pool.execute(
            "INSERT INTO mobile_reading (device, ts, lon, lat, ix, iy, pm10, qc)"
            " VALUES ($1, $2, $3, 31.76, $4, 2, 5, $5)",
            *(ids["C1"], at(i / 20), 119.94 + i / 1e6, 1, QC if i % 3 == 0 else None),
        )
    await pool.execute("INSERT INTO hour_mean VALUES ($1, $2, 'pm25', 35.5, 1, 99, 47, 0, 60)", ids["S1"], at(60))
    day = date(2026, 11, 21)
    await pool.execute("INSERT INTO day_mean VALUES ($1, $2, 'pm25', 36.5, 1, 99, 21, 1300, 0, 1400)", ids["S1"], day)
    return database


async def exported(database: str, out: Path, **asked: Any) -> int:
    return await export(
        Asked(**{"from_at": START, "to_at": START + DAY, "out": out, **asked}), database, lambda _: None
    )


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()]


TABLES = {"station": "station_reading", "monitor": "monitor_reading", "mobile": "mobile_reading"}


async def rows(pool: asyncpg.Pool, table: str) -> list[tuple[Any, ...]]:
    return sorted(map(tuple, await pool.fetch(f"SELECT * FROM {table}")), key=str)  # noqa: S608


@pytest.mark.parametrize(
    "case",
    [(form, kind, values) for form in ("csv", "parquet") for kind in TABLES for values in (200, 4_000_000)],
    ids=str,
)
async def test_what_is_exported_and_loaded_again_is_the_same(
    pool: asyncpg.Pool, filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[str, str, int]
) -> None:
    form, kind, together = case
    monkeypatch.setattr(exporting, "VALUES", together)
    count = await exported(filled, tmp_path / f"a.{form}", kind=kind)
    before = await rows(pool, TABLES[kind])
    await pool.execute(f"SET ROLE NONE; TRUNCATE {TABLES[kind]}; SET ROLE hotgrid_app")
    tally = Tally()
    await loading.load(
        loading.Asked(tmp_path / f"a.{form}", is_converted=form == "csv"), filled, lambda: NOW, tally, lambda _: None
    )
    assert await rows(pool, TABLES[kind]) == before
    assert (tally.read, tally.new, tally.refused) == (count, len(before), {})


def read(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV file, what is empty left out."""
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


async def test_a_csv_file_has_local_times_short_numbers_and_letters(filled: str, tmp_path: Path) -> None:
    assert await exported(filled, tmp_path / "a.csv", to_at=at(1)) == 2
    assert read(tmp_path / "a.csv") == [
        {
            "ts": "2026-11-21T00:00:00+08:00", "device_id": "S1", "pm25": "35.2", "pm25_flag": "implausible",
            "pm10_flag": "?", "so2_flag": "C", "o3_flag": "spike",
        },
        {"ts": "2026-11-21T00:00:00+08:00", "device_id": "S2", "no2": "35.2"},
    ]  # fmt: skip


async def test_samples_keep_their_seconds(filled: str, tmp_path: Path) -> None:
    await exported(filled, tmp_path / "a.csv", kind="mobile", to_at=at(0.1))
    assert [(row["ts"], row["lon"]) for row in read(tmp_path / "a.csv")] == [
        ("2026-11-21T00:00:00+08:00", "119.94"), ("2026-11-21T00:00:03+08:00", "119.940001")
    ]  # fmt: skip


async def test_a_parquet_file_has_instants_and_small_floats(filled: str, tmp_path: Path) -> None:
    await exported(filled, tmp_path / "a.parquet", devices=("S1",), from_at=at(1), to_at=at(3))
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.field("ts").type == pa.timestamp("us", "UTC")
    assert table.schema.field("pm25").type == pa.float32()
    assert table.column("ts").to_pylist() == [at(1), at(2)]
    assert set(table.column("device_id").to_pylist()) == {"S1"}


async def test_means_say_of_how_many_they_are(filled: str, tmp_path: Path) -> None:
    assert await exported(filled, tmp_path / "h.csv", step="hour") == 1
    hour = {"ts": "2026-11-21T01:00:00+08:00", "device_id": "S1", "pm25": "35.5", "pm25_minutes": "47"}
    assert read(tmp_path / "h.csv") == [hour]
    assert await exported(filled, tmp_path / "d.csv", step="day") == 1
    day = {"ts": "2026-11-21T00:00:00+08:00", "device_id": "S1", "pm25": "36.5", "pm25_hours": "21"}
    assert read(tmp_path / "d.csv") == [day]
    assert await exported(filled, tmp_path / "d.csv", step="day", from_at=at(1)) == 0


async def test_of_devices_that_are_named_the_kind_need_not_be(filled: str, tmp_path: Path) -> None:
    assert await exported(filled, tmp_path / "a.csv", devices=("M1",)) == 120
    first = read(tmp_path / "a.csv")[0]
    assert first == {
        "ts": "2026-11-21T00:00:00+08:00",
        "device_id": "M1",
        "a25002_flag": "N",
        "so2": "0",
        "so2_flag": "D",
    }


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"devices": ("X9", "S1")}, "not in the registry: X9"),
        ({"devices": ("S1", "M1")}, r"different kinds \(monitor, station\): choose one with --kind"),
        ({"devices": ("S1",), "kind": "monitor"}, "not all of these devices are of the kind monitor"),
        ({"to_at": START}, "--from must lie before --to"),
        ({"out": Path("a.xlsx")}, "must end in .parquet or .csv"),
    ],
)
async def test_what_cannot_be_asked_is_said(filled: str, tmp_path: Path, asked: dict[str, Any], problem: str) -> None:
    with pytest.raises(ExportError, match=problem):
        await exported(filled, **{"out": tmp_path / "a.csv", **asked})
    assert files(tmp_path) == []


async def test_a_file_that_breaks_off_leaves_the_one_before_it(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.csv"
    await exported(filled, out, to_at=at(1))
    before = out.read_bytes()
    monkeypatch.setattr(exporting, "VALUES", 20)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await export(Asked(START, START + DAY, out), filled, stop)
    assert out.read_bytes() == before
    assert files(tmp_path) == ["a.csv"]
