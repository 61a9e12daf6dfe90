"""Frames laid out in the columns in which they are judged and stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS, COLUMN
from ingest.directory import Directory
from ingest.flag import LETTERS, Qc
from ingest.frame import Reject, Sent
from ingest.quality import MONITOR_RANGE, implausible, judge

_NAMED = {channel.name: channel for channel in CHANNELS}


class Span(NamedTuple):
    """The times that are believed."""

    oldest: datetime
    newest: datetime

    @classmethod
    def around(cls, now: datetime, age: timedelta, ahead: timedelta) -> "Span":
        """From `age` before now to `ahead` after it."""
        return cls(now - age, now + ahead)


class Value(NamedTuple):
    """One value of a monitor, in the canonical unit."""

    device: int
    minute: datetime
    channel: str
    value: float | None
    qc: int


@dataclass(slots=True)
class Batch:
    """What goes into the database together: one row a station-minute, one a monitor value, and what was refused."""

    devices: list[int] = field(default_factory=list)
    minutes: list[datetime] = field(default_factory=list)
    values: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, len(CHANNELS)), np.float32))
    qc: NDArray[np.uint8] = field(default_factory=lambda: np.empty((0, len(CHANNELS)), np.uint8))
    monitor: list[Value] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    untimely: list[tuple[int, datetime]] = field(default_factory=list)  # device and minute of what was out of time


def lay_out(frames: list[Sent], directory: Directory, span: Span) -> Batch:
    """Place, convert and judge frames; what is unknown, out of time or implausible becomes a reject."""
    batch = Batch()
    stations = _StationRows(batch)
    monitors: dict[tuple[int, datetime, str], Value] = {}
    for frame in frames:
        if not span.oldest <= frame.minute <= span.newest:
            _refuse(batch, frame, "time", f"ts: not between {span.oldest:%Y-%m-%d} and {span.newest:%Y-%m-%d %H:%M}Z")
            if (device := directory.number(frame.device_id)) is not None:
                batch.untimely.append((device, frame.minute))
        elif (device := directory.stations.get(frame.device_id)) is not None:
            stations.add(frame, device)
        elif (device := directory.monitors.get(frame.device_id)) is not None:
            for value in _monitor_values(frame, device, directory, batch):
                monitors.setdefault(value[:3], value)
        else:
            _refuse(batch, frame, "device", "not in the registry: import it with `hotgrid import`")
    stations.finish()
    batch.monitor = list(monitors.values())
    return batch


def _refuse(batch: Batch, frame: Sent, reason: str, detail: str) -> None:
    batch.rejects.append(Reject.of(frame.message, frame.device_id, reason, detail))


class _StationRows:
    """Gathers station frames row by row, so that the arrays are filled in one go."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.frames: list[Sent] = []
        self.row: dict[tuple[int, datetime], int] = {}
        self.values: list[Mapping[str, float | None]] = []
        self.flags: list[tuple[int, int, int]] = []

    def add(self, frame: Sent, device: int) -> None:
        """A frame of a minute that is there already adds the channels that are not: of a channel the first counts."""
        if not frame.values or not frame.values.keys() <= COLUMN.keys():
            for name in frame.values.keys() - COLUMN.keys():
                _refuse(self.batch, frame, "channel", f"values.{name}: no such channel of a station")
            if not (frame.values.keys() | frame.flags.keys()) & COLUMN.keys():
                self._flag(frame, -1, {})  # which refuses them all
                return
        row = self.row.setdefault((device, frame.minute), len(self.frames))
        if row == len(self.frames):
            self.frames.append(frame)
            self.batch.devices.append(device)
            self.batch.minutes.append(frame.minute)
            self._flag(frame, row, {})
            self.values.append(frame.values)
        else:
            before = {name: value for name, value in self.values[row].items() if value is not None}
            self._flag(frame, row, before)
            self.values[row] = {**frame.values, **before}

    def _flag(self, frame: Sent, row: int, before: Mapping[str, float | None]) -> None:
        """A flag that comes with a repeat is not for the value that was sent before it."""
        for name, letter in frame.flags.items():
            column, code = COLUMN.get(name), LETTERS.get(letter)
            if column is None or code is None:
                _refuse(self.batch, frame, "flag", f"flags.{name}: {letter!r}: no such channel or HJ 212 letter")
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
            _refuse(self.batch, self.frames[row], "implausible", detail)
        judge(exact, qc)
        self.batch.values, self.batch.qc = exact.astype(np.float32), qc


def _monitor_values(frame: Sent, device: int, directory: Directory, batch: Batch) -> list[Value]:
    """The values of a monitor's frame in canonical units."""
    values = []
    for name in {**frame.values, **frame.flags}:
        multiplier = directory.channels.get((frame.device_id, name))
        letter = frame.flags.get(name, "N")
        if multiplier is None:
            _refuse(batch, frame, "channel", f"values.{name}: not registered for this monitor (monitors.csv)")
        elif multiplier != multiplier:
            _refuse(batch, frame, "unit", f"values.{name}: the registered unit does not convert (monitors.csv)")
        elif letter not in LETTERS:
            _refuse(batch, frame, "flag", f"flags.{name}: {letter!r}: no such HJ 212 letter")
        else:
            sent = frame.values.get(name)
            value = None if sent is None else sent * multiplier
            values.append(Value(device, frame.minute, name, *_judged(frame, name, value, LETTERS[letter], batch)))
    return values


def _judged(frame: Sent, name: str, value: float | None, qc: Qc, batch: Batch) -> tuple[float | None, int]:
    """A monitor's value and flag; stacks hold more than air, so only nonsense is refused."""
    if value is None:
        return None, int(qc)
    if not MONITOR_RANGE[0] <= value <= MONITOR_RANGE[1]:
        _refuse(batch, frame, "implausible", f"values.{name}: {value:g} cannot be")
        return None, int(Qc.IMPLAUSIBLE)
    return value, int(qc)
