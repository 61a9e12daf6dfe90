"""What messages say, laid out in the columns in which it is judged and stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS, COLUMN, NAME_OF_CODE
from ingest.directory import Directory
from ingest.flag import LETTERS, Qc
from ingest.frame import Claim, Decoded, Message, Note, Part, Reject, Sent, Taken
from ingest.grid import Grid
from ingest.period import Period, convert
from ingest.quality import MONITOR_RANGE, implausible, judge

MOST_PACKETS = 100  # of one frame: more than any list of factors needs
MOST_NAME, MOST_TEXT = 64, 2000  # characters of what a logger says about itself: a frame has 950


class Span(NamedTuple):
    """The times that are believed."""

    oldest: datetime
    newest: datetime

    @classmethod
    def around(cls, now: datetime, age: timedelta, ahead: timedelta) -> "Span":
        """From `age` before now to `ahead` after it."""
        return cls(now - age, now + ahead)


class Refusable(Protocol):
    """What is of a message and a device."""

    @property
    def message(self) -> Message:
        """What it came in."""

    @property
    def device_id(self) -> str:
        """Whose it is."""


R = TypeVar("R", bound=Refusable)


class Value(NamedTuple):
    """One value of a monitor, in the canonical unit."""

    device: int
    ts: datetime
    channel: str
    value: float | None
    qc: int


@dataclass(slots=True)
class Rows:
    """One row a frame: what stations measured (rows, CHANNELS) in canonical units, and why not.

    `places` (longitude, latitude) of mobile samples, whose times are seconds; empty where the rows are minutes.
    """

    devices: list[int] = field(default_factory=list)
    minutes: list[datetime] = field(default_factory=list)
    places: list[tuple[float, float]] = field(default_factory=list)
    values: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, len(CHANNELS)), np.float32))
    qc: NDArray[np.uint8] = field(default_factory=lambda: np.empty((0, len(CHANNELS)), np.uint8))


@dataclass(slots=True)
class Batch(Rows):
    """What goes into the database together, and whose messages are to be answered then."""

    monitor: list[Value] = field(default_factory=list)
    mobile: Rows = field(default_factory=Rows)
    periods: list[Period] = field(default_factory=list)
    notes: list[tuple[int, Note]] = field(default_factory=list)
    parts: list[tuple[int, Part]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    untimely: list[tuple[int, datetime]] = field(default_factory=list)  # device and minute of what was out of time
    taken: Taken = field(default_factory=lambda: Taken([], []))
    grid: Grid | None = None

    def refuse(self, of: Refusable, reason: str, detail: str) -> None:
        """Keep what is not taken of a message, with the reason."""
        self.rejects.append(Reject.of(of.message, of.device_id, reason, detail))


def lay_out(decoded: Decoded, directory: Directory, span: Span, *, trusting: bool = True) -> Batch:
    """Place, convert and judge; what is unknown, denied, out of time or implausible becomes a reject.

    Who is not `trusting` denies the claims of devices that have no password.
    """
    batch = Batch(rejects=list(decoded.rejects), grid=directory.grid)
    denied = _denied(decoded.claims, directory, batch, trusting)
    stations, tracks = _StationRows(batch, batch, directory), _StationRows(batch, batch.mobile, directory)
    monitors: dict[tuple[int, datetime, str], Value] = {}
    for frame in decoded.frames:
        if denied and id(frame.message) in denied:
            continue
        if not span.oldest <= frame.minute <= span.newest:
            batch.refuse(frame, "time", f"ts: not between {span.oldest:%Y-%m-%d} and {span.newest:%Y-%m-%d %H:%M}Z")
            if (device := directory.number(frame.device_id)) is not None:
                batch.untimely.append((device, frame.minute))
        elif (device := directory.stations.get(frame.device_id)) is not None:
            _of_station(frame, device, directory, stations, tracks)
        elif (device := directory.monitors.get(frame.device_id)) is not None:
            for value in _monitor_values(frame, device, directory, batch):
                monitors.setdefault(value[:3], value)
        else:
            batch.refuse(frame, "device", "not in the registry: import it with `hotgrid import`")
    stations.finish()
    tracks.finish()
    batch.monitor = list(monitors.values())
    _lay_out_rest(decoded, denied, directory, span, batch)
    return batch


def _denied(claims: list[Claim], directory: Directory, batch: Batch, trusting: bool) -> set[int]:
    """The messages whose claims do not hold: they are refused whole, and not answered."""
    for claim in claims:
        objection = _objection(claim, directory, trusting)
        if objection is None:
            batch.taken.held.append(claim)
        else:
            batch.refuse(claim, *objection)
            batch.taken.denied.append(batch.rejects[-1])
    return {id(reject.message) for reject in batch.taken.denied}


def _objection(claim: Claim, directory: Directory, trusting: bool) -> tuple[str, str] | None:
    """Why a claim does not hold, reason and detail."""
    if directory.number(claim.device_id) is None:
        return "device", "MN not in the registry: monitors.csv, or loggers.csv of a station"
    secret = directory.secrets.get(claim.device_id)
    if secret is None:
        return None if trusting else ("password", "no PW in the registry: give it one (monitors.csv, loggers.csv)")
    if not compare_digest(secret.encode(), claim.password.encode(errors="replace")):
        return "password", "PW is not that of the registry (monitors.csv, loggers.csv)"
    return None


def _of_station(
    frame: Sent, device: int, directory: Directory, stations: "_StationRows", tracks: "_StationRows"
) -> None:
    """Who moves says where it is; of who stands, where it says it is does not matter."""
    if device not in directory.mobile:
        stations.add(frame if frame.place is None else frame._replace(minute=_whole(frame.minute)), device)
    elif frame.place is None:
        stations.batch.refuse(frame, "place", "a mobile device sends lon and lat with every frame")
    else:
        tracks.add(frame, device)


def _whole(ts: datetime) -> datetime:
    return ts.replace(second=0, microsecond=0)


class _StationRows:
    """Gathers station frames row by row, so that the arrays are filled in one go."""

    def __init__(self, batch: Batch, into: Rows, directory: Directory) -> None:
        self.batch, self.into, self.units = batch, into, directory.units
        self.frames: list[Sent] = []
        self.row: dict[tuple[int, datetime], int] = {}
        self.values: list[Mapping[str, float | None]] = []
        self.flags: list[tuple[int, int, int]] = []

    def add(self, frame: Sent, device: int) -> None:
        """A frame of a minute that is there already adds the channels that are not: of a channel the first counts."""
        if not frame.values or not frame.values.keys() <= COLUMN.keys() >= frame.flags.keys():
            frame = _named(frame)
            for name in frame.values.keys() - COLUMN.keys():
                self.batch.refuse(frame, "channel", f"values.{name}: no such channel of a station")
            if not (frame.values.keys() | frame.flags.keys()) & COLUMN.keys():
                self._flag(frame, -1, {})  # which refuses them all
                return
        if device in self.units:
            frame = self._converted(frame, self.units[device])
        row = self.row.setdefault((device, frame.minute), len(self.frames))
        if row == len(self.frames):
            self.frames.append(frame)
            self.into.devices.append(device)
            self.into.minutes.append(frame.minute)
            if frame.place is not None:
                self.into.places.append(frame.place)
            self._flag(frame, row, {})
            self.values.append(frame.values)
        else:
            before = {name: value for name, value in self.values[row].items() if value is not None}
            self._flag(frame, row, before)
            self.values[row] = {**frame.values, **before}

    def _converted(self, frame: Sent, units: Mapping[str, float]) -> Sent:
        values = dict(frame.values)
        for name, multiplier in units.items():
            if (sent := values.get(name)) is None:
                continue
            if multiplier != multiplier:
                self.batch.refuse(frame, "unit", f"values.{name}: the registered unit does not convert (channels.csv)")
            values[name] = sent * multiplier if multiplier == multiplier else None
        return frame._replace(values=values)

    def _flag(self, frame: Sent, row: int, before: Mapping[str, float | None]) -> None:
        """A flag that comes with a repeat is not for the value that was sent before it."""
        for name, letter in frame.flags.items():
            column, code = COLUMN.get(name), LETTERS.get(letter)
            if column is None or code is None:
                self.batch.refuse(frame, "flag", f"flags.{name}: {letter!r}: no such channel or HJ 212 letter")
            elif name not in before:
                self.flags.append((row, column, int(code)))

    def finish(self) -> None:
        """Fill the arrays and judge them."""
        table = [list(map(values.get, COLUMN)) for values in self.values]
        exact = np.array(table, float).reshape(-1, len(COLUMN))  # None becomes NaN
        qc = np.zeros(exact.shape, np.uint8)
        for row, column, code in self.flags:
            qc[row, column] = qc[row, column] or code
        for row, column in np.argwhere(implausible(exact)):
            channel = CHANNELS[column]
            detail = f"values.{channel.name}: {exact[row, column]:g} {channel.unit} cannot be"
            self.batch.refuse(self.frames[row], "implausible", detail)
        judge(exact, qc)
        self.into.values, self.into.qc = exact.astype(np.float32), qc


def _named(frame: Sent) -> Sent:
    """The frame with the names of the channels instead of their HJ 212 codes."""
    values = {NAME_OF_CODE.get(code, code): value for code, value in frame.values.items()}
    return frame._replace(values=values, flags={NAME_OF_CODE.get(code, code): x for code, x in frame.flags.items()})


def _monitor_values(frame: Sent, device: int, directory: Directory, batch: Batch) -> list[Value]:
    """The values of a monitor's frame in canonical units."""
    values = []
    for code in {**frame.values, **frame.flags}:
        name = directory.channel(frame.device_id, code)
        multiplier = directory.channels.get((frame.device_id, name))
        letter = frame.flags.get(code, "N")
        if multiplier is None:
            batch.refuse(frame, "channel", f"values.{name}: not registered for this monitor (monitors.csv)")
        elif multiplier != multiplier:
            batch.refuse(frame, "unit", f"values.{name}: the registered unit does not convert (monitors.csv)")
        elif letter not in LETTERS:
            batch.refuse(frame, "flag", f"flags.{name}: {letter!r}: no such HJ 212 letter")
        else:
            sent = frame.values.get(code)
            value = None if sent is None else sent * multiplier
            values.append(Value(device, frame.minute, name, *_judged(frame, name, value, LETTERS[letter], batch)))
    return values


def _judged(frame: Sent, name: str, value: float | None, qc: Qc, batch: Batch) -> tuple[float | None, int]:
    """A monitor's value and flag; stacks hold more than air, so only nonsense is refused."""
    if value is None:
        return None, int(qc)
    if not MONITOR_RANGE[0] <= value <= MONITOR_RANGE[1]:
        batch.refuse(frame, "implausible", f"values.{name}: {value:g} cannot be")
        return None, int(Qc.IMPLAUSIBLE)
    return value, int(qc)


def _known(items: Iterable[R], denied: set[int], directory: Directory) -> Iterator[tuple[int, R]]:
    """Those of devices that may send, with the device's number; of the others the claim was refused already."""
    for item in items:
        device = directory.number(item.device_id)
        if device is not None and id(item.message) not in denied:
            yield device, item


def _lay_out_rest(decoded: Decoded, denied: set[int], directory: Directory, span: Span, batch: Batch) -> None:
    """What loggers send besides frames."""
    for _, statistic in _known(decoded.statistics, denied, directory):
        if not span.oldest <= statistic.start <= span.newest:
            batch.refuse(statistic, "time", f"DataTime: {statistic.start:%Y-%m-%d %H:%M}Z is not believed")
        elif isinstance(row := convert(statistic, directory), Period):
            batch.periods.append(row)
        else:
            batch.refuse(statistic, *row)
    for device, note in _known(decoded.notes, denied, directory):
        if span.oldest <= note.at <= span.newest:
            short = note._replace(code=note.code[:MOST_NAME], name=note.name[:MOST_NAME], text=note.text[:MOST_TEXT])
            batch.notes.append((device, short))
        else:
            batch.refuse(note, "time", f"DataTime: {note.at:%Y-%m-%d %H:%M}Z is not believed")
    times: dict[tuple[int, int, int], str] = {}
    for device, part in _known(decoded.parts, denied, directory):
        if part.total > MOST_PACKETS:
            batch.refuse(part, "part", f"PNUM is {part.total}; up to {MOST_PACKETS} packets are put together")
            continue
        # Who cuts the text anywhere sends DataTime with the first packet alone.
        key = device, part.command, part.total
        times[key] = part.data_time or times.get(key, "")
        batch.parts.append((device, part._replace(data_time=times[key])))
