"""The files of a registry folder against each other: references hold, and lines about one thing agree."""

from collections.abc import Iterator
from datetime import UTC, date
from typing import NamedTuple

from ingest.channel import COLUMN, is_pollutant
from ingest.lines import Line, Report, check_unique
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
    Row,
    Shift,
    Station,
    StationChannel,
    StationChief,
)
from ingest.unit import UnitError, factor


class Files(NamedTuple):
    """The good lines of every file."""

    grids: list[tuple[Line, GridRow]]
    stations: list[tuple[Line, Station]]
    enterprises: list[tuple[Line, Enterprise]]
    monitors: list[tuple[Line, MonitorChannel]]
    people: list[tuple[Line, Person]]
    shifts: list[tuple[Line, Shift]]
    chiefs: list[tuple[Line, StationChief]]
    townships: list[tuple[Line, DistrictTownship]]
    marks: list[tuple[Line, Mark]]
    findings: list[tuple[Line, Finding]]
    parks: list[tuple[Line, ParkDevice]]
    loggers: list[tuple[Line, Logger]]
    station_channels: list[tuple[Line, StationChannel]]
    facilities: list[tuple[Line, Facility]]
    outlets: list[tuple[Line, Outlet]]
    operators: list[tuple[Line, Operator]]
    operator_monitors: list[tuple[Line, OperatorMonitor]]


def check(files: Files, report: Report) -> None:
    """Every key once, every reference to something that is there; what is wrong goes to the report."""
    if len(files.grids) != 1 and not report.problems:
        report.problems.append(f"grid.csv:1: one grid is needed, found {len(files.grids)}")
    check_unique(files.stations, "station_id", lambda row: row.station_id, report)
    check_unique(files.enterprises, "enterprise_id", lambda row: row.enterprise_id, report)
    check_unique(files.monitors, "channel", lambda row: (row.mn, row.channel), report)
    check_unique(files.people, "person_id", lambda row: row.person_id, report)
    check_unique(files.shifts, "start", lambda row: (row.person_id, f"{row.start.astimezone(UTC)}", row.post), report)
    check_unique(files.chiefs, "station_id", lambda row: row.station_id, report)
    check_unique(files.townships, "township", lambda row: (row.district, row.township), report)
    check_unique(files.marks, "start", lambda row: (row.device_id, row.kind, f"{row.start.astimezone(UTC)}"), report)
    check_unique(files.findings, "at", lambda row: (row.alert_id, f"{row.at.astimezone(UTC)}"), report)
    check_unique(files.parks, "channel", lambda row: (row.park_id, row.device_id, row.channel), report)
    check_unique(files.loggers, "mn", lambda row: row.mn, report)
    check_unique(files.loggers, "device_id", lambda row: row.device_id, report)
    check_unique(files.station_channels, "channel", lambda row: (row.station_id, row.channel), report)
    check_unique(files.facilities, "channel", lambda row: (row.mn, row.channel), report)
    check_unique(files.outlets, "outlet", lambda row: (row.enterprise_id, row.outlet), report)
    check_unique(files.operators, "operator_id", lambda row: row.operator_id, report)
    check_unique(files.operator_monitors, "from", lambda row: (row.mn, f"{row.from_on}"), report)
    for problems in _PROBLEMS:
        report.problems.extend(problems(files))


def _of_monitors(files: Files) -> Iterator[str]:
    """References hold, and the lines of one monitor agree on what is the monitor's and not the channel's."""
    known = {row.enterprise_id for _, row in files.enterprises}
    taken = {row.station_id for _, row in files.stations}
    first: dict[str, MonitorChannel] = {}
    for line, row in files.monitors:
        if row.enterprise_id not in known:
            yield f"{line}:enterprise_id: {row.enterprise_id!r} is not in enterprises.csv"
        if row.mn in taken:
            yield f"{line}:mn: {row.mn!r} is a station_id already"
        sibling = first.setdefault(row.mn, row)
        columns = ("enterprise_id", "outlet", "lon", "lat", "password")
        yield from _differing(line, sibling, row, columns, f"monitor {row.mn}")


def _differing(line: Line, first: Row, row: Row, columns: tuple[str, ...], what: str) -> Iterator[str]:
    for column in columns:
        if getattr(first, column) != getattr(row, column):
            yield f"{line}:{column}: differs from the first line of {what}"


def _of_shifts(files: Files) -> Iterator[str]:
    known = {row.person_id for _, row in files.people}
    for line, row in files.shifts:
        if row.person_id not in known:
            yield f"{line}:person_id: {row.person_id!r} is not in people.csv"
        if row.end <= row.start:
            yield f"{line}:end: not after start"


def _of_chiefs(files: Files) -> Iterator[str]:
    """Chiefs are people of the registry, each of a station of it, and nobody acts for oneself."""
    stations = {row.station_id for _, row in files.stations}
    people = {row.person_id for _, row in files.people}
    for line, row in files.chiefs:
        if row.station_id not in stations:
            yield f"{line}:station_id: {row.station_id!r} is not in stations.csv"
        if row.person_id not in people:
            yield f"{line}:person_id: {row.person_id!r} is not in people.csv"
        if row.acting_id is not None and row.acting_id not in people:
            yield f"{line}:acting_id: {row.acting_id!r} is not in people.csv"
        if row.acting_id == row.person_id:
            yield f"{line}:acting_id: the same as person_id"


def _of_marks(files: Files) -> Iterator[str]:
    known = {row.station_id for _, row in files.stations} | {row.mn for _, row in files.monitors}
    for line, row in files.marks:
        if row.device_id not in known:
            yield f"{line}:device_id: {row.device_id!r} is neither in stations.csv nor in monitors.csv"
        if row.end is not None and row.end < row.start:
            yield f"{line}:end: before start"


def _of_findings(files: Files) -> Iterator[str]:
    known = {row.enterprise_id for _, row in files.enterprises}
    for line, row in files.findings:
        if row.enterprise_id is not None and row.enterprise_id not in known:
            yield f"{line}:enterprise_id: {row.enterprise_id!r} is not in enterprises.csv"


def _of_loggers(files: Files) -> Iterator[str]:
    """Only stations have an MN besides their id, and nobody else's."""
    stations = {row.station_id for _, row in files.stations}
    taken = stations | {row.mn for _, row in files.monitors}
    for line, row in files.loggers:
        if row.device_id not in stations:
            yield f"{line}:device_id: {row.device_id!r} is not in stations.csv; a monitor's mn and password are its own"
        if row.mn in taken - {row.device_id}:
            yield f"{line}:mn: {row.mn!r} is another device's id"


def _of_streams(files: Files) -> Iterator[str]:
    """Units of stations convert; facilities are told of by streams that are registered."""
    stations = {row.station_id for _, row in files.stations}
    for line, row in files.station_channels:
        if row.station_id not in stations:
            yield f"{line}:station_id: {row.station_id!r} is not in stations.csv"
        try:
            factor(row.channel, row.unit)
        except UnitError as error:
            yield f"{line}:unit: {error}"
    registered = {(row.mn, row.channel) for _, row in files.monitors}
    for line, stream in files.facilities:
        if (stream.mn, stream.channel) not in registered:
            yield f"{line}:channel: monitors.csv has no {stream.channel!r} of {stream.mn!r}"


def _of_parks(files: Files) -> Iterator[str]:
    """Devices send what they are to be compared by, limits convert and are one for a park and channel."""
    stations = {row.station_id for _, row in files.stations}
    units = {(row.mn, row.channel): row.unit for _, row in files.monitors}
    monitors = {mn for mn, _ in units}
    names: dict[str, ParkDevice] = {}
    limits: dict[tuple[str, str], ParkDevice] = {}
    for line, row in files.parks:
        if row.device_id not in stations | monitors:
            yield f"{line}:device_id: {row.device_id!r} is neither in stations.csv nor in monitors.csv"
        elif not _sends(row, stations, units):
            yield f"{line}:channel: {row.device_id!r} sends no {row.channel!r}"
        elif not is_pollutant(row.channel):
            yield f"{line}:channel: {row.channel!r} is no pollutant: more of it downwind says nothing"
        yield from _of_unit(line, row, units)
        yield from _differing(line, names.setdefault(row.park_id, row), row, ("name",), f"park {row.park_id}")
        sibling = limits.setdefault((row.park_id, row.channel), row)
        yield from _differing(line, sibling, row, ("unit", "limit"), f"park {row.park_id} for {row.channel}")


def _sends(row: ParkDevice, stations: set[str], units: dict[tuple[str, str], str]) -> bool:
    """Stations send the named channels, monitors what is registered."""
    return row.channel in COLUMN if row.device_id in stations else (row.device_id, row.channel) in units


def _of_unit(line: Line, row: ParkDevice, units: dict[tuple[str, str], str]) -> Iterator[str]:
    """A named channel's unit converts; of an HJ 212 code, which is kept as it is sent, it is the monitor's."""
    sent = units.get((row.device_id, row.channel), row.unit)
    try:
        factor(row.channel, row.unit)
    except UnitError as error:
        yield f"{line}:unit: {error}"
    if row.channel not in COLUMN and row.unit != sent:
        yield f"{line}:unit: {row.device_id} sends {row.channel} in {sent!r}, which does not convert to {row.unit!r}"


def _of_outlets(files: Files) -> Iterator[str]:
    known = {row.enterprise_id for _, row in files.enterprises}
    for line, row in files.outlets:
        if row.enterprise_id not in known:
            yield f"{line}:enterprise_id: {row.enterprise_id!r} is not in enterprises.csv"


def _of_operators(files: Files) -> Iterator[str]:
    """A monitor is operated by one company at a time."""
    operators, monitors = {row.operator_id for _, row in files.operators}, {row.mn for _, row in files.monitors}
    before: dict[str, tuple[Line, date]] = {}
    for line, row in sorted(files.operator_monitors, key=lambda one: (one[1].mn, one[1].from_on)):
        if row.mn not in monitors:
            yield f"{line}:mn: {row.mn!r} is not in monitors.csv"
        if row.operator_id not in operators:
            yield f"{line}:operator_id: {row.operator_id!r} is not in operators.csv"
        if row.to_on is not None and row.to_on < row.from_on:
            yield f"{line}:to: before from"
        other, until = before.get(row.mn, (line, date.min))
        if other is not line and row.from_on <= until:
            yield f"{line}:from: {row.mn} is operated until {until} as line {other.number} says"
        before[row.mn] = (line, row.to_on or date.max)


_PROBLEMS = (
    *(_of_monitors, _of_shifts, _of_chiefs, _of_marks, _of_findings, _of_parks, _of_loggers, _of_streams),
    *(_of_outlets, _of_operators),
)
