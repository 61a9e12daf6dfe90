"""A file is read whatever wrote it, in pieces of bounded size; what cannot be read is counted by row."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.batch import Span
from ingest.flag import Qc
from ingest.load.file import File, LoadError, open_file
from ingest.load.sheet import UNSET, Sheet, read
from ingest.load.tally import Tally
from tests.support.readings_file import Line, write_csv, write_parquet

MINUTE = datetime(2026, 11, 21, 8, tzinfo=UTC)
SPAN = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
LINES: list[Line] = [
    {"ts": MINUTE, "device_id": "S1", "pm25": 35.2, "no2": None, "no2_flag": "C"},
    {"ts": MINUTE + timedelta(minutes=1), "device_id": "S2", "pm25": None, "no2": 41.0, "no2_flag": None},
]


def sheets(path: Path, tally: Tally | None = None) -> list[Sheet]:
    """Everything that can be read of a file."""
    file, tally = open_file(path), tally or Tally()
    return [read(chunk, file, SPAN, tally) for chunk in file.chunks(tally)]


def told(sheet: Sheet) -> list[tuple[object, ...]]:
    """The rows of a sheet, as they were written."""
    names = [sheet.names[i] for i in sheet.device]
    times = [datetime.fromtimestamp(ts / 1e6, UTC) for ts in sheet.ts.tolist()]
    columns = [sheet.values[name].tolist() for name in sheet.values] + [flag.tolist() for flag in sheet.flags.values()]
    nothing = {UNSET: None}
    rows = zip(times, names, *columns, strict=True)
    return [tuple(None if value != value else nothing.get(value, value) for value in row) for row in rows]


EXPECTED = [
    (MINUTE, "S1", 35.2, None, Qc.CALIBRATION),
    (MINUTE + timedelta(minutes=1), "S2", None, 41.0, None),
]


def test_parquet_and_csv_say_the_same(tmp_path: Path) -> None:
    (parquet,), (text,) = (
        sheets(write_parquet(tmp_path / "a.parquet", LINES)),
        sheets(write_csv(tmp_path / "a.csv", LINES)),
    )
    assert told(parquet) == told(text) == EXPECTED


def test_a_table_saved_by_excel_is_read_too(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", LINES, bom=True, end="\r\n")
    path.write_bytes(path.read_bytes().replace(b"pm25", b" pm25 ").replace(b"S1", b'"S1"') + b"\r\n")
    (sheet,) = sheets(path)
    assert told(sheet) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T08:00:00Z",
        "2026-11-21T16:00:00+08:00",
        "2026-11-21 16:00+08:00",
        "2026-11-21T08:00:00.000+00:00",
        "20261121T080000Z",
        str(int(MINUTE.timestamp() * 1000)),
    ],
)
def test_a_time_may_be_written_in_many_ways(tmp_path: Path, text: str) -> None:
    (sheet,) = sheets(write_csv(tmp_path / "a.csv", [{"ts": text, "device_id": "S1", "pm25": 1}]))
    assert told(sheet) == [(MINUTE, "S1", 1)]


@pytest.mark.parametrize("kind", [pa.timestamp("s"), pa.timestamp("ns", "Asia/Shanghai"), pa.timestamp("ms", "UTC")])
def test_a_timestamp_of_any_unit_is_an_instant(tmp_path: Path, kind: pa.DataType) -> None:
    (sheet,) = sheets(write_parquet(tmp_path / "a.parquet", LINES, ts=kind))
    assert told(sheet) == EXPECTED


def test_a_time_without_an_offset_costs_only_its_row(tmp_path: Path) -> None:
    tally = Tally()
    times = ["2026-11-21T08:00:00", "yesterday", "2026-11-21T08:00:00Z", "1999-01-01T00:00:00Z", ""]
    (sheet,) = sheets(write_csv(tmp_path / "a.csv", [{"ts": t, "device_id": "S1", "pm25": 1} for t in times]), tally)
    assert told(sheet) == [(MINUTE, "S1", 1)]
    assert (tally.read, tally.refused) == (5, {"time": 4})
    assert tally.shown[0] == "2: time: ts: 2026-11-21T08:00:00: no time with an offset, and no epoch ms"
    assert tally.shown[-1].startswith("5: time: ts: 1999-01-01T00:00:00Z: not between 2000-01-01 and")


def test_what_is_no_number_costs_only_itself(tmp_path: Path) -> None:
    tally = Tally()
    values = ["1.5", "<0.5", "-9", "1e2", "N/A", "nan", "1_0", "inf"]
    lines = [{"ts": MINUTE, "device_id": "S1", "pm25": value, "no2": 1} for value in values]
    (sheet,) = sheets(write_csv(tmp_path / "a.csv", lines), tally)
    expected = [1.5, np.nan, -9, 100, np.nan, np.nan, np.nan, np.inf]
    assert np.array_equal(sheet.values["pm25"], expected, equal_nan=True)
    assert tally.shown == ["3: value: pm25: '<0.5' is no number", "8: value: pm25: '1_0' is no number"]


def test_a_line_unlike_the_header_costs_only_itself(tmp_path: Path) -> None:
    path, tally = tmp_path / "a.csv", Tally()
    path.write_text(
        "ts,device_id,pm25\n2026-11-21T08:00:00Z,S1,1\n\n2026-11-21T08:00:00Z,S2\n2026-11-21T08:00:00Z,S3,3\n"
    )
    (sheet,) = sheets(path, tally)
    assert [row[1] for row in told(sheet)] == ["S1", "S3"]
    assert sheet.number.tolist() == [2, 5]
    assert tally.shown == ["4: line: 2 columns instead of 3: 2026-11-21T08:00:00Z,S2"]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_however_it_is_cut_every_row_is_read_once_and_keeps_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(File, "rows", 7)
    lines = [{"ts": MINUTE + timedelta(minutes=i), "device_id": f"S{i % 3}", "pm25": i} for i in range(50)]
    path = write_csv(tmp_path / name, lines) if name == "a.csv" else write_parquet(tmp_path / name, lines, group=3)
    found = sheets(path)
    assert max(len(sheet.ts) for sheet in found) <= 9
    assert [row[2] for sheet in found for row in told(sheet)] == list(range(50))
    assert [row[1] for sheet in found for row in told(sheet)] == [f"S{i % 3}" for i in range(50)]
    first = 2 if name == "a.csv" else 1  # a line, or a row
    assert np.concatenate([sheet.number for sheet in found]).tolist() == list(range(first, first + 50))


def test_the_share_that_is_read_rises_to_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(File, "rows", 10)
    lines = [{"ts": MINUTE, "device_id": "S1", "pm25": i} for i in range(50)]
    done = [chunk.done for chunk in open_file(write_parquet(tmp_path / "a.parquet", lines)).chunks(Tally())]
    assert done == sorted(done)
    assert done[-1] == 1
    assert len(set(done)) == 5


def test_names_of_our_own_checks_are_flags_too(tmp_path: Path) -> None:
    lines = [{"ts": MINUTE, "device_id": "S1", "pm25": 1, "pm25_flag": flag} for flag in ("spike", "?", "N", "", " D ")]
    (sheet,) = sheets(write_csv(tmp_path / "a.csv", lines))
    assert sheet.flags["pm25"].tolist() == [Qc.SPIKE, Qc.UNKNOWN, Qc.GOOD, UNSET, Qc.FAULT]


def test_numbers_of_any_type_are_numbers(tmp_path: Path) -> None:
    table = pa.table({"ts": [MINUTE], "device_id": ["S1"], "pm25": pa.array([3], pa.int16()), "no2": ["4.5"]})
    pq.write_table(table, tmp_path / "a.parquet")
    (sheet,) = sheets(tmp_path / "a.parquet")
    assert told(sheet) == [(MINUTE, "S1", 3, 4.5)]


def test_columns_that_are_not_taken_are_told(tmp_path: Path) -> None:
    file = open_file(write_parquet(tmp_path / "a.parquet", [{"ts": MINUTE, "device_id": "S1", "pm25": 1, "x": 2}]))
    assert (file.channels, file.ignored) == (("pm25",), ("x",))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"device_id,pm25\n", "a.csv: column ts is missing; there are device_id, pm25"),
        (b"ts,device_id\n", "a.csv: no column of a channel: pm25, pm10"),
        (b"ts,device_id,pm25,pm25\n", "a column is there twice"),
        (b"", "column ts, device_id is missing"),
        ("ts,device_id,pm25,站名\n".encode("gbk"), r"cannot be read as CSV \(UTF-8\)"),
    ],
)
def test_a_file_that_is_none_of_readings_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(LoadError, match=problem):
        open_file(tmp_path / "a.csv")


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(LoadError, match=r"a\.parquet: cannot be read as Parquet"):
        open_file(tmp_path / "a.parquet")


def test_a_file_without_rows_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ts,device_id,pm25\n")
    assert all(len(sheet.ts) == 0 for sheet in sheets(tmp_path / "a.csv"))
    empty = {
        "ts": pa.array([], pa.timestamp("us")),
        "device_id": pa.array([], pa.string()),
        "pm25": pa.array([], pa.float32()),
    }
    pq.write_table(pa.table(empty), tmp_path / "a.parquet")
    assert sheets(tmp_path / "a.parquet") == []
