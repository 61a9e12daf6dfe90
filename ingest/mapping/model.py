"""What may be written in a mapping file; every wrong word is an error with its place."""

import codecs
from datetime import tzinfo
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    FiniteFloat,
    InstanceOf,
    Tag,
    model_validator,
)

from ingest.channel import CODE, COLUMN
from ingest.flag import LETTERS, UNFLAGGED
from ingest.mapping.moment import moment, zone
from ingest.mapping.path import EACH, Path, Template
from ingest.mapping.topic import Filter
from ingest.registry import DeviceId, Row
from ingest.unit import linear

OURS = Filter.parse("hotgrid/v1/#")


def _channel(name: str) -> str:
    if name not in COLUMN and not CODE.fullmatch(name):
        raise ValueError(f"no such channel; there are {', '.join(COLUMN)} and HJ 212 codes such as a24088, d10001, SB1")
    return name


def _letter(letter: str) -> str:
    if letter not in LETTERS:
        raise ValueError(f"no letter of HJ 212; there are {' '.join(LETTERS)} ({UNFLAGGED}: nobody knows)")
    return letter


def _text(given: object) -> str:
    if not isinstance(given, str) or not given:
        raise ValueError("must be a text in quotes")
    return given


def _rooted(given: object) -> Path:
    path = Path.parse(_text(given))
    if not path.root or EACH in path.steps:
        raise ValueError(f"{path.text!r}: begin the path with $ (the payload) or @ (the record), and leave out [*]")
    return path


def _below(given: object) -> Path:
    path = Path.parse(_text(given))
    if path.root or EACH in path.steps:
        raise ValueError(f"{path.text!r}: the path begins at the list's member, as val or val.avg, and has no [*]")
    return path


def _several(given: object) -> Path:
    path = Path.parse(_text(given))
    if not path.root:
        raise ValueError(f"{path.text!r}: begin the path with $ (the payload) or @ (the record)")
    return path


def _filter(given: object) -> Filter:
    topic = Filter.parse(_text(given))
    if topic.overlaps(OURS):
        raise ValueError(f"{topic.text!r} overlaps with {OURS.text}, which is not foreign; make it narrower")
    return topic


def _encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError(f"no encoding: {name!r}; write it as utf-8, gbk or gb18030") from None


def _path_alone(given: object) -> object:
    return {"path": given} if isinstance(given, str) else given


def _channel_alone(given: object) -> object:
    return {"channel": given} if isinstance(given, str) else given


ChannelName = Annotated[str, AfterValidator(_channel)]
Rooted = Annotated[InstanceOf[Path], BeforeValidator(_rooted)]
Below = Annotated[InstanceOf[Path], BeforeValidator(_below)]
Several = Annotated[InstanceOf[Path], BeforeValidator(_several)]
Text = Annotated[InstanceOf[Template], BeforeValidator(lambda given: Template.parse(_text(given)))]


class Amount(Row):
    """How a number becomes one in the registry's unit: by scale and offset, then from `unit` to the canonical one."""

    scale: FiniteFloat = 1.0
    offset: FiniteFloat = 0.0
    unit: str | None = None
    words: dict[str, FiniteFloat] = Field(default_factory=dict)

    def line(self, channel: str) -> tuple[float, float]:
        """Scale and offset in one; raises UnitError."""
        if self.unit is None:
            return self.scale, self.offset
        if channel not in COLUMN:
            raise ValueError(f"{channel} stays in the registry's unit: leave out unit, or use scale")
        scale, offset = linear(channel, self.unit)
        return self.scale * scale, self.offset * scale + offset


class Value(Amount):
    """Where a channel's value is."""

    path: Rooted
    flag: Rooted | None = None


class Member(Amount):
    """What the value of a name in a list of names and values is."""

    channel: ChannelName

    @model_validator(mode="after")
    def _converts(self) -> "Member":
        self.line(self.channel)
        return self


class Stream(Member):
    """What a datastream is."""

    device: DeviceId


class PairList(Row):
    """A list of objects that have a name and a value; the paths of both begin at the object."""

    list: Several
    name: Below
    value: Below
    flag: Annotated[InstanceOf[Path], BeforeValidator(lambda given: Path.parse(_text(given)))] | None = None
    names: dict[str, Annotated[Member, BeforeValidator(_channel_alone)]] = Field(min_length=1)


class Place(Row):
    """Where a car or drone is."""

    lon: Rooted
    lat: Rooted


class Named(Row):
    """What every source has."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    topic: Annotated[InstanceOf[Filter], BeforeValidator(_filter)]
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    missing: list[float | str] = Field(default_factory=list)


class Records(Named):
    """A source of records, each one device-minute."""

    device: Text
    time: Text
    time_format: str = "iso"
    time_zone: Annotated[InstanceOf[tzinfo], BeforeValidator(lambda given: zone(_text(given)))] | None = None
    time_is: Literal["start", "end"] = "start"
    devices: dict[str, DeviceId] = Field(default_factory=dict)
    values: dict[ChannelName, Annotated[Value, BeforeValidator(_path_alone)]] = Field(default_factory=dict)
    pairs: PairList | None = None
    flag: Rooted | None = None
    flags: dict[str, Annotated[str, AfterValidator(_letter)]] = Field(default_factory=dict)
    place: Place | None = None

    @model_validator(mode="after")
    def _agrees(self) -> "Records":
        if not self.values and self.pairs is None:
            raise ValueError("nothing is taken: [source.values] or [source.pairs] is needed")
        moment(self.time_format, self.time_zone)
        for channel, value in self.values.items():
            try:
                value.line(channel)
            except ValueError as error:
                raise ValueError(f"values.{channel}.unit: {error}") from None
        if self.device.levels > self.topic.wildcards or self.time.levels > self.topic.wildcards:
            raise ValueError(f"topic {self.topic.text!r} has {self.topic.wildcards} wildcards, fewer than are used")
        return self


class JsonSource(Records):
    """JSON payloads."""

    format: Literal["json"] = "json"
    records: Several | None = None

    @model_validator(mode="after")
    def _reads_records(self) -> "JsonSource":
        taken = [value.path.root for value in self.values.values()] + ([self.pairs.list.root] if self.pairs else [])
        if self.records is not None and "@" not in taken:
            raise ValueError("no value is read from a record: where records is given, begin its paths with @, not $")
        return self


class CsvSource(Records):
    """Lines of text; a cell is `@.name` where there are names, else `@[0]`."""

    format: Literal["csv"]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    columns: list[str] | None = None
    header: bool = False

    @model_validator(mode="after")
    def _names_columns(self) -> "CsvSource":
        if self.columns is not None and self.header:
            raise ValueError("columns and header: one of them says the names")
        for path in (*self.device.paths, *self.time.paths, *(value.path for value in self.values.values())):
            if path.root != "@" or len(path.steps) != 1:
                raise ValueError(f"{path.text}: a cell is @.name or @[0]")
            if self.columns is not None and isinstance(path.steps[0], str) and path.steps[0] not in self.columns:
                raise ValueError(f"{path.text}: no such column; there are {', '.join(self.columns)}")
        return self


class ObservationSource(Named):
    """SensorThings observations."""

    format: Literal["sensorthings"]
    datastreams: dict[str, Stream] = Field(min_length=1)


def _format(given: Any) -> str:
    return str(given.get("format", "json")) if isinstance(given, dict) else "json"


AnySource = Annotated[
    Annotated[JsonSource, Tag("json")]
    | Annotated[CsvSource, Tag("csv")]
    | Annotated[ObservationSource, Tag("sensorthings")],
    Discriminator(_format),
]


class MappingFile(Row):
    """A mapping file."""

    source: list[AnySource] = Field(min_length=1)
