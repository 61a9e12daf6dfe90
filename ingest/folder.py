"""A registry folder of CSV files: read whole, every problem named by file, line and column."""

from collections.abc import Iterable
from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from ingest.grid import Grid
from ingest.lines import Line, R, Report, not_utf8, read_rows
from ingest.quality import STACKED_M, Thresholds, ThresholdsError
from ingest.references import Files, check
from ingest.registry import (
    DistrictTownship,
    Enterprise,
    Facility,
    Finding,
    GridRow,
    Logger,
    Mark,
    MonitorChannel,
    Operator,
    OperatorMonitor,
    Outlet,
    ParkDevice,
    Person,
    Registry,
    Shift,
    Station,
    StationChannel,
    StationChief,
)


class FolderError(ValueError):
    """A registry folder that cannot be taken; `problems` are lines of file:line:column and reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_folder(path: Path) -> tuple[Registry, list[str]]:
    """The registry of a folder and its warnings; raises FolderError with every problem of every file."""
    report = Report()
    files = _read(path, report)
    quality = _quality(path / "quality.csv", report)
    check(files, report)
    grid = _grid(files.grids, report)
    if report.problems:
        raise FolderError(report.problems)
    _warn_places(grid, files.stations, report)
    _warn_outlets(files, report)
    registry = Registry(
        grid=files.grids[0][1],
        stations=_only(files.stations),
        enterprises=_only(files.enterprises),
        monitors=_only(files.monitors),
        people=_only(files.people),
        shifts=_only(files.shifts),
        chiefs=_only(files.chiefs),
        townships=_only(files.townships),
        marks=_only(files.marks),
        findings=_only(files.findings),
        parks=_only(files.parks),
        loggers=_only(files.loggers),
        station_channels=_only(files.station_channels),
        facilities=_only(files.facilities),
        outlets=_only(files.outlets),
        operators=_only(files.operators),
        operator_monitors=_only(files.operator_monitors),
        quality=quality,
    )
    return registry, report.warnings


def _read(path: Path, report: Report) -> Files:
    return Files(
        grids=read_rows(path / "grid.csv", GridRow, report, required=True),
        stations=read_rows(path / "stations.csv", Station, report, required=True),
        enterprises=read_rows(path / "enterprises.csv", Enterprise, report),
        monitors=read_rows(path / "monitors.csv", MonitorChannel, report),
        people=read_rows(path / "people.csv", Person, report),
        shifts=read_rows(path / "shifts.csv", Shift, report),
        chiefs=read_rows(path / "chiefs.csv", StationChief, report),
        townships=read_rows(path / "townships.csv", DistrictTownship, report),
        marks=read_rows(path / "marks.csv", Mark, report),
        findings=read_rows(path / "findings.csv", Finding, report),
        parks=read_rows(path / "parks.csv", ParkDevice, report),
        loggers=read_rows(path / "loggers.csv", Logger, report),
        station_channels=read_rows(path / "channels.csv", StationChannel, report),
        facilities=read_rows(path / "facilities.csv", Facility, report),
        outlets=read_rows(path / "outlets.csv", Outlet, report),
        operators=read_rows(path / "operators.csv", Operator, report),
        operator_monitors=read_rows(path / "operator_monitors.csv", OperatorMonitor, report),
    )


def _quality(path: Path, report: Report) -> str:
    """The text of a table of thresholds; what is wrong with it goes to the report."""
    if not path.is_file():
        return ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        Thresholds.read(text)
    except ThresholdsError as error:
        report.problems += [f"{path.name}:{problem}" for problem in error.problems]
    except UnicodeDecodeError as error:
        report.problems.append(f"{path.name}: {not_utf8(error)}")
    else:
        return text
    return ""


def _only(rows: list[tuple[Line, R]]) -> tuple[R, ...]:
    return tuple(row for _, row in rows)


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
        if grid is None or row.kind in ("weather", "mobile"):
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


def _warn_outlets(files: Files, report: Report) -> None:
    """Monitors at outlets that are not listed, where there is a list: such an outlet would never be on the network."""
    known = {(row.enterprise_id, row.outlet) for _, row in files.outlets}
    told: set[str] = set()
    for line, row in files.monitors if known else ():
        if (row.enterprise_id, row.outlet) not in known and row.mn not in told:
            told.add(row.mn)
            report.warnings.append(f"{line}:outlet: outlets.csv has no {row.outlet!r} of {row.enterprise_id}")
