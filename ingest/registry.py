"""What is known of a district beside its readings: who measures where, sources, parks, people, marks, findings."""

import re
from datetime import date
from operator import attrgetter
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
)

from ingest.channel import CODE, COLUMN
from ingest.grid import Grid


def storable(text: str) -> str:
    """The text; raises ValueError for one that the database cannot keep."""
    if "\0" in text:
        raise ValueError("a NUL character cannot be stored")
    return text


# No '/', '+' or '#': a device's id is one level of its MQTT topic.
DeviceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
OperatorId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Text = Annotated[str, AfterValidator(storable)]
Name = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=200)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(storable)]
AlertId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
Longitude = Annotated[FiniteFloat, Field(ge=-180, le=180)]
Latitude = Annotated[FiniteFloat, Field(ge=-90, le=90)]


def _as_written(day: object) -> object:
    """Raises ValueError for what is no day: 20260101 alone would be taken for seconds since 1970."""
    if isinstance(day, str) and not re.fullmatch(r"(19|20|21)\d\d-\d\d-\d\d", day, re.ASCII):
        raise ValueError("must be a day, for example 2026-11-21")
    return day


Day = Annotated[date, BeforeValidator(_as_written)]


def _known_channel(name: str) -> str:
    if name not in COLUMN and not CODE.fullmatch(name):
        raise ValueError(f"no such channel; there are {', '.join(COLUMN)} and HJ 212 codes such as a24088, d10001, SB1")
    return name


def _named_channel(name: str) -> str:
    if name not in COLUMN:
        raise ValueError(f"no such channel of a station; there are {', '.join(COLUMN)}")
    return name


class Row(BaseModel):
    """A line of a registry file; a column that is not named here is an error of the file, not silently lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GridRow(Row):
    """The one line of grid.csv."""

    cell_m: Annotated[FiniteFloat, Field(gt=0, le=100_000)]
    epsg: Annotated[int, Field(gt=0)]
    lon0: Longitude
    lat0: Latitude
    nx: Annotated[int, Field(gt=0, le=10_000)]
    ny: Annotated[int, Field(gt=0, le=10_000)]


class Station(Row):
    """A grid micro-station, national station, weather mast, boundary (fence-line) station, or a car or drone.

    Of a mobile one the place is its home: its samples are placed by their own.
    """

    station_id: DeviceId
    name: Name
    kind: Literal["micro", "national", "weather", "boundary", "mobile"]
    lon: Longitude
    lat: Latitude
    township: Name = ""
    chief: Name = ""


class Enterprise(Row):
    """A registered possible source."""

    enterprise_id: Key
    name: Name
    lon: Longitude
    lat: Latitude
    industry: Name = ""
    township: Name = ""
    contact: Name = ""


class MonitorChannel(Row):
    """One quantity of an enterprise's VOC online monitor, in the unit it sends, with its permit limit if it has one."""

    mn: DeviceId
    enterprise_id: Key
    outlet: Name = ""
    lon: Longitude
    lat: Latitude
    password: Text = ""
    channel: Annotated[str, AfterValidator(_known_channel)]
    unit: Key
    limit: Annotated[FiniteFloat, Field(gt=0)] | None = None
    limit_period: Literal["hour", ""] = ""


class Logger(Row):
    """The MN and password (PW) under which a station speaks HJ 212; a monitor's are its own."""

    device_id: DeviceId
    mn: DeviceId
    password: Text = ""


class StationChannel(Row):
    """The unit in which a station sends a channel, where it is not that of the contract."""

    station_id: DeviceId
    channel: Annotated[str, AfterValidator(_named_channel)]
    unit: Key


class Facility(Row):
    """A stream of a monitor that tells whether a production or treatment facility runs: above `on_above` it does.

    Facilities of one enterprise with the same `line` belong together; the unit is that of the stream.
    """

    mn: DeviceId
    channel: Annotated[str, AfterValidator(_known_channel)]
    line: Name = ""
    role: Literal["production", "treatment"]
    on_above: FiniteFloat


class Outlet(Row):
    """An outlet of an enterprise with what it is designed for; monitors name it in their `outlet`.

    `industry_class` is needed where the enterprise's industry does not tell it; `due` where the authority has set a day
    by which the outlet's monitor has to be on the network.
    """

    enterprise_id: Key
    outlet: Key
    design_flow_m3h: Annotated[FiniteFloat, Field(gt=0, le=100_000_000)]
    industry_class: Literal["chemical", "other", ""] = ""
    due: Day | None = None


class Operator(Row):
    """A company that operates monitors for enterprises (运维单位)."""

    operator_id: OperatorId
    name: Name
    contact: Name = ""


class OperatorMonitor(Row):
    """Who operates a monitor from when to when, both days included; without `to` still."""

    mn: DeviceId
    operator_id: OperatorId
    from_on: Annotated[Day, Field(alias="from")]
    to_on: Annotated[Day | None, Field(alias="to")] = None


class Person(Row):
    """Somebody of the task force."""

    person_id: Key
    name: Name
    role: Literal["leader", "duty", "dispatcher", "chief", "field", "bureau"]
    phone: Name = ""
    township: Name = ""


class Shift(Row):
    """One person's span on duty, `start` included, `end` not."""

    start: AwareDatetime
    end: AwareDatetime
    person_id: Key
    post: Name = ""


class StationChief(Row):
    """Who answers for a station (点位长), who acts while the chief is on leave, and the township that it stands for."""

    station_id: DeviceId
    person_id: Key
    acting_id: Key | None = None
    township: Name = ""


class DistrictTownship(Row):
    """Which township lies in which district: accounts may be bound to a district."""

    district: Annotated[Name, StringConstraints(min_length=1)]
    township: Annotated[Name, StringConstraints(min_length=1)]


class Mark(Row):
    """While it is in force, what a station or monitor sends is no evidence; without `end` it still is.

    An end that equals the start takes the mark back: it is then never in force.
    """

    device_id: DeviceId
    kind: Literal["stop", "maintenance", "calibration", "fault", "startup"]
    start: AwareDatetime
    end: AwareDatetime | None = None
    reason: Name = ""


class Finding(Row):
    """What a field team found for an alert; without `enterprise_id` nobody of the registry, or nothing."""

    alert_id: AlertId
    at: AwareDatetime
    enterprise_id: Key | None = None
    cause: Key
    note: Annotated[Text, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class ParkDevice(Row):
    """A device on the boundary of an industrial park, and a channel of it.

    `limit` is how much more than upwind may be measured downwind, in `unit`; the same for a park and channel.
    """

    park_id: Key
    name: Name = ""
    device_id: DeviceId
    channel: Annotated[str, AfterValidator(_known_channel)]
    unit: Key
    limit: Annotated[FiniteFloat, Field(gt=0)]


def _by(*names: str) -> AfterValidator:
    """In the order of these fields."""

    def in_order(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(sorted(rows, key=attrgetter(*names)))

    return AfterValidator(in_order)


class Registry(BaseModel):
    """A whole district; ids are unique, references hold (see `ingest.folder`).

    What the detector goes through row by row is in the order of its keys, so that a folder, whatever the order of its
    lines, and the database are the same to it; for stations the layout sees to that.
    """

    model_config = ConfigDict(frozen=True)

    grid: GridRow
    stations: tuple[Station, ...] = ()
    enterprises: Annotated[tuple[Enterprise, ...], _by("enterprise_id")] = ()
    monitors: Annotated[tuple[MonitorChannel, ...], _by("mn", "channel")] = ()
    people: tuple[Person, ...] = ()
    shifts: tuple[Shift, ...] = ()
    chiefs: tuple[StationChief, ...] = ()
    townships: tuple[DistrictTownship, ...] = ()
    marks: Annotated[tuple[Mark, ...], _by("start", "device_id", "kind")] = ()
    findings: Annotated[tuple[Finding, ...], _by("at", "alert_id")] = ()
    parks: Annotated[tuple[ParkDevice, ...], _by("park_id", "device_id", "channel")] = ()
    loggers: tuple[Logger, ...] = ()
    station_channels: tuple[StationChannel, ...] = ()
    facilities: Annotated[tuple[Facility, ...], _by("mn", "channel")] = ()
    outlets: tuple[Outlet, ...] = ()
    operators: tuple[Operator, ...] = ()
    operator_monitors: tuple[OperatorMonitor, ...] = ()
    quality: str = ""
    """The district's own thresholds for the checks of values, as CSV (`ingest.quality.Thresholds`)."""

    def cells(self) -> Grid:
        """The grid with its projection."""
        return Grid(**self.grid.model_dump())
