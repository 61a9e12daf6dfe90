"""Marks of devices: what is sent while one is in force is no evidence, and says why."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.flag import Qc
from ingest.layout import Frame, Layout
from ingest.registry import Mark

QC = {
    "stop": Qc.STOPPED,
    "maintenance": Qc.MAINTENANCE,
    "calibration": Qc.CALIBRATION,
    "fault": Qc.FAULT,
    "startup": Qc.STARTUP,
}
MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = np.iinfo(np.int64).max


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a layout's devices in the order of their starts; `start`, `end` in µs since 1970, `end` excluded."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    row: NDArray[np.int64]
    qc: NDArray[np.uint8]

    @classmethod
    def of(cls, marks: Iterable[Mark], layout: Layout) -> "Marks":
        """Those of the layout's devices; a mark that was taken back (its end equals its start) is none."""
        lines = sorted(
            (
                _micros(mark.start - _EPOCH),
                _NEVER if mark.end is None else _micros(mark.end - _EPOCH),
                place,
                QC[mark.kind],
            )
            for mark in marks
            if (place := layout.index.get(mark.device_id)) is not None and mark.start != mark.end
        )
        start, end, row, qc = np.array(lines, np.int64).reshape(-1, 4).T
        return cls(start, end, row, qc.astype(np.uint8))

    def apply(self, frame: Frame) -> Frame:
        """The frame with the values of marked devices flagged, itself where there are none.

        A flag that a value has already stays; of several marks of a device the one that began first counts.
        """
        now = self._in_force(frame.minute)
        if not len(now):
            return frame
        rows, first = np.unique(self.row[now], return_index=True)
        had = frame.qc[rows]
        judged = (had == Qc.GOOD) & ~np.isnan(frame.values[rows])
        qc = frame.qc.copy()
        qc[rows] = np.where(judged, self.qc[now[first], None], had)
        return replace(frame, qc=qc)

    def rows(self, minute: datetime) -> NDArray[np.int64]:
        """The devices that are under a mark, whether they send or not."""
        return np.unique(self.row[self._in_force(minute)])

    def _in_force(self, minute: datetime) -> NDArray[np.intp]:
        at = _micros(minute - _EPOCH)
        return np.flatnonzero((self.start < at + _micros(MINUTE)) & (self.end > at))


def first_changed(old: Iterable[Mark], new: Iterable[Mark], minutes: Iterable[datetime]) -> datetime | None:
    """The first of some minutes in which not the same marks are in force, None if none; reasons do not matter."""
    before, after = ({_Span(mark.device_id, mark.kind, mark.start, mark.end) for mark in marks} for marks in (old, new))
    gone, come = before - after, after - before
    return next((minute for minute in minutes if _held(gone, minute) != _held(come, minute)), None)


class _Span(NamedTuple):
    device_id: str
    kind: str
    start: datetime
    end: datetime | None

    def holds(self, minute: datetime) -> bool:
        return self.start < minute + MINUTE and (self.end is None or self.end > max(minute, self.start))


def _held(spans: Iterable[_Span], minute: datetime) -> set[tuple[str, str]]:
    return {(span.device_id, span.kind) for span in spans if span.holds(minute)}
