"""A registry folder of CSV files: read whole, every problem named by file, line and column."""

import csv
import io
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pyproj import CRS
from pyproj.exceptions import CRSError

from ingest.grid import Grid
from ingest.registry import Enterprise, GridRow, MonitorChannel, Person, Registry, Row, Shift, Station

STACKED_M = 1.0  # two micro-stations closer than this share a default coordinate rather than a wall
R = TypeVar("R", bound=Row)


class FolderError(ValueError):
    """A registry folder that cannot be taken; `problems` are lines of file:line:column and reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(slots=True)
class Report:
    """What is wrong (nothing is taken then) and what is only odd."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """Where a row stands, for messages."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}:{self.number}"


def read_folder(path: Path) -> tuple[Registry, list[str]]:
    """The registry of a folder and its warnings; raises FolderError with every problem of every file."""
    report = Report()
    grids = _rows(path / "grid.csv", GridRow, report, required=True)
    stations = _rows(path / "stations.csv", Station, report, required=True)
    enterprises = _rows(path / "enterprises.csv", Enterprise, report)
    monitors = _rows(path / "monitors.csv", MonitorChannel, report)
    people = _rows(path / "people.csv", Person, report)
    shifts = _rows(path / "shifts.csv", Shift, report)
    if len(grids) != 1 and not report.problems:
        report.problems.append(f"grid.csv:1: one grid is needed, found {len(grids)}")
    _unique(stations, "station_id", lambda row: row.station_id, report)
    _unique(enterprises, "enterprise_id", lambda row: row.enterprise_id, report)
    _unique(monitors, "channel", lambda row: (row.mn, row.channel), report)
    _unique(people, "person_id", lambda row: row.person_id, report)
    _check_monitors(monitors, stations, enterprises, report)
    _check_shifts(shifts, people, report)
    grid = _grid(grids, report)
    if report.problems:
        raise FolderError(report.problems)
    _warn_places(grid, stations, report)
    registry = Registry(
        grid=grids[0][1],
        stations=_only(stations),
        enterprises=_only(enterprises),
        monitors=_only(monitors),
        people=_only(people),
        shifts=_only(shifts),
    )
    return registry, report.warnings


def _only(rows: list[tuple[Line, R]]) -> tuple[R, ...]:
    return tuple(row for _, row in rows)


def _rows(path: Path, model: type[R], report: Report, required: bool = False) -> list[tuple[Line, R]]:
    """The good rows of a file; the others go to the report."""
    if not path.is_file():
        if required:
            report.problems.append(f"{path.name}: missing; a registry folder needs grid.csv and stations.csv")
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        report.problems.append(f"{path.name}: not UTF-8 ({error.reason} at byte {error.start}); save it as CSV UTF-8")
        return []
    good = []
    for line, cells in _cells(path.name, text, model, report):
        try:
            good.append((line, model.model_validate({k: v for k, v in cells.items() if v != ""})))
        except ValidationError as error:
            report.problems.extend(_explain(line, error))
    return good


def _cells(name: str, text: str, model: type[Row], report: Report) -> Iterator[tuple[Line, dict[str, str]]]:
    """Line by line as a dictionary; a wrong header or a row of another width goes to the report."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        if not _good_header(name, header, model, report):
            return
        for row in reader:
            line = Line(name, reader.line_num)
            if not any(row):
                continue
            if len(row) != len(header):
                report.problems.append(f"{line}: {len(row)} columns, the header has {len(header)}")
                continue
            yield line, dict(zip(header, (value.strip() for value in row), strict=True))
    except csv.Error as error:
        report.problems.append(f"{name}:{reader.line_num}: not CSV: {error}")


def _good_header(name: str, header: list[str], model: type[Row], report: Report) -> bool:
    needed = {key for key, field_ in model.model_fields.items() if field_.is_required()}
    wrong = [f"{name}:1:{column}: no such column" for column in header if column not in model.model_fields]
    wrong += [f"{name}:1:{column}: column missing" for column in sorted(needed - set(header))]
    wrong += [f"{name}:1:{column}: column twice" for column in sorted(set(header)) if header.count(column) > 1]
    report.problems.extend(wrong)
    return not wrong


def _explain(line: Line, error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_url=False):
        column = item["loc"][0] if item["loc"] else "row"
        shown: Any = "" if item["type"] == "missing" else f": {item['input']!r}"
        yield f"{line}:{column}: {item['msg'].removeprefix('Value error, ')}{shown}"


def _unique(rows: list[tuple[Line, R]], column: str, key: Callable[[R], Hashable], report: Report) -> None:
    seen: dict[Hashable, Line] = {}
    for line, row in rows:
        first = seen.setdefault(key(row), line)
        if first is not line:
            report.problems.append(f"{line}:{column}: {key(row)!r} stands in line {first.number} already")


def _check_monitors(
    monitors: list[tuple[Line, MonitorChannel]],
    stations: list[tuple[Line, Station]],
    enterprises: list[tuple[Line, Enterprise]],
    report: Report,
) -> None:
    """References hold, and the lines of one monitor agree on what is the monitor's and not the channel's."""
    known = {row.enterprise_id for _, row in enterprises}
    taken = {row.station_id for _, row in stations}
    first: dict[str, MonitorChannel] = {}
    for line, row in monitors:
        if row.enterprise_id not in known:
            report.problems.append(f"{line}:enterprise_id: {row.enterprise_id!r} is not in enterprises.csv")
        if row.mn in taken:
            report.problems.append(f"{line}:mn: {row.mn!r} is a station_id already")
        sibling = first.setdefault(row.mn, row)
        for column in ("enterprise_id", "outlet", "lon", "lat", "password"):
            if getattr(sibling, column) != getattr(row, column):
                report.problems.append(f"{line}:{column}: differs from the first line of monitor {row.mn}")


def _check_shifts(shifts: list[tuple[Line, Shift]], people: list[tuple[Line, Person]], report: Report) -> None:
    known = {row.person_id for _, row in people}
    for line, row in shifts:
        if row.person_id not in known:
            report.problems.append(f"{line}:person_id: {row.person_id!r} is not in people.csv")
        if row.end <= row.start:
            report.problems.append(f"{line}:end: not after start")


def _grid(grids: list[tuple[Line, GridRow]], report: Report) -> Grid | None:
    for line, row in grids:
        try:
            if {axis.unit_name for axis in CRS.from_epsg(row.epsg).axis_info} != {"metre"}:
                report.problems.append(f"{line}:epsg: {row.epsg} is no projection in metres")
                continue
            return Grid(**row.model_dump())
        except CRSError:
            report.problems.append(f"{line}:epsg: no such projection: {row.epsg}")
        except ValueError as error:
            report.problems.append(f"{line}:lon0: {error}")
    return None


def _warn_places(grid: Grid | None, stations: Iterable[tuple[Line, Station]], report: Report) -> None:
    """Stations outside the grid and stations on one spot: real registries are full of default coordinates."""
    spots: dict[tuple[int, int], tuple[Line, Station]] = {}
    for line, row in stations:
        if grid is None or row.kind == "weather":
            continue
        if grid.cell(row.lon, row.lat) is None:
            report.warnings.append(f"{line}:lon: {row.station_id} lies outside the grid: it will not be judged")
            continue
        x, y = grid.metres(row.lon, row.lat)
        spot = (round(float(x) / STACKED_M), round(float(y) / STACKED_M))
        other_line, other = spots.setdefault(spot, (line, row))
        if other is not row:
            at = f"{other.station_id} (line {other_line.number})"
            report.warnings.append(
                f"{line}:lon: {row.station_id} stands on the spot of {at}: not used as its neighbour"
            )
