"""Devices that used to report and have fallen silent: one condition a device, or one for the district."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from alerts.enterprise.standing import LEAST_SILENCE
from alerts.rules.condition import Condition, Seen
from ingest.layout import Layout
from ingest.marks import Marks
from ingest.registry import Registry

KIND = "offline"
DISTRICT = "district"
LEAST = LEAST_SILENCE / timedelta(minutes=1)
TIMES = 5.0  # usual intervals of the device itself that are forgiven: some send every minute, some every ten
UNKNOWN = 60.0  # min, interval of a device that was heard once only
GAIN = 0.1  # of the usual interval, a report; one gap counts at most twice the interval, so that outages teach little
STAGES = ((240.0, 2), (1440.0, 3))  # min of silence → severity; 1 before
TOGETHER = 0.2  # share of the devices, silent for half of what is forgiven, that makes it the district's outage …
AGAIN = 0.1  # … until no more than these are
FEW = 5  # fewer silent devices are never an outage
HALF = 0.5  # share of the devices from which an outage is of severity 3, else 2


class Offline:
    """Remembers when every device was heard last; one that was never heard has no data, and no alert either.

    A flagged value is a sign of life, and a device under a mark or with a wrong clock is excused: others say so.
    """

    def __init__(self, registry: Registry, layout: Layout) -> None:
        self._marks = Marks.of(registry.marks, layout)
        self.keys: Sequence[str] = (*(device.id for device in layout.devices), DISTRICT)
        n = len(self.keys)
        self._last = np.zeros(n, np.int32)  # minute number in which it was heard, 0: never
        self._usual = np.full(n, UNKNOWN, np.float32)  # min between two reports
        self._told = np.zeros(n, np.uint8)  # has an alert of its own; the district's: there is an outage
        self.memory: Mapping[str, NDArray[Any]] = {"last": self._last, "usual": self._usual, "told": self._told}

    def step(self, seen: Seen) -> list[Condition]:
        """Who is silent for too long at the end of this minute."""
        listen(seen.frame.values, seen.frame.qc, self._last, self._usual, seen.clock)
        self._excuse(seen)
        known = self._last[:-1] > 0
        silent = np.where(known, seen.clock - self._last[:-1], 0)
        forgiven = np.maximum(LEAST, TIMES * self._usual[:-1])
        down = silent >= forgiven
        quiet = int(np.count_nonzero(2 * silent >= forgiven))
        share = quiet / max(int(np.count_nonzero(known)), 1)
        outage = quiet >= FEW and share >= (AGAIN if self._told[-1] else TOGETHER)
        # Who had an alert before the outage keeps it; the others get theirs when they stay behind.
        self._told[:-1] = down & (self._told[:-1] == 1) if outage else down
        self._told[-1] = outage
        found = [
            _device(seen, self.keys[int(i)], int(silent[i]), self._usual[i]) for i in np.flatnonzero(self._told[:-1])
        ]
        return [*found, _outage(quiet, share)] if outage else found

    def patience(self) -> timedelta | None:
        """For how long all may be silent before it is an outage, however few they are; None: nobody was ever heard."""
        forgiven = np.sort(np.maximum(LEAST, TIMES * self._usual[:-1][self._last[:-1] > 0]))
        if not len(forgiven):
            return None
        return timedelta(minutes=float(forgiven[math.ceil(TOGETHER * len(forgiven)) - 1]) / 2)

    def _excuse(self, seen: Seen) -> None:
        """Devices whose silence is known of."""
        excused = self._marks.rows(seen.frame.minute)
        if seen.frame.skew is not None:
            excused = np.union1d(excused, np.flatnonzero(~np.isnan(seen.frame.skew)))
        self._last[excused] = np.where(self._last[excused] > 0, seen.clock, 0)


@njit(nogil=True, cache=False)
def listen(
    values: NDArray[np.floating],
    qc: NDArray[np.integer],
    last: NDArray[np.integer],
    usual: NDArray[np.floating],
    clock: int,
) -> None:
    """Note who sent any value in minute number `clock`, and learn how often they do; flags alone excuse."""
    for i in range(len(values)):
        sent, flagged = False, False
        for c in range(values.shape[1]):
            if not np.isnan(values[i, c]):
                sent = True
                break
            flagged |= qc[i, c] != 0
        if sent and last[i] > 0:
            gap = clock - last[i]
            usual[i] += GAIN * (min(gap, 2 * usual[i] + 1) - usual[i])
        if sent or flagged:
            last[i] = clock


def _device(seen: Seen, name: str, silent: int, usual: float) -> Condition:
    passed = [(minutes, severity) for minutes, severity in STAGES if silent >= minutes]
    reached, severity = passed[-1] if passed else (0.0, 1)
    evidence = {
        "sign": "silent",
        "last_heard": (seen.end - timedelta(minutes=silent)).isoformat(),
        "usual_interval_min": round(float(usual), 1),
    }
    # The value is the stage that was reached, not the minutes: an alert that grows with time would tell every hour.
    value = max(reached, LEAST)
    return Condition(KIND, name, "", (name,), severity, value, float(usual), silent / LEAST, evidence, hold=1)


def _outage(quiet: int, share: float) -> Condition:
    evidence: dict[str, object] = {"sign": "outage", "silent_devices": quiet, "share": round(share, 3)}
    severity = 3 if share >= HALF else 2
    return Condition(KIND, DISTRICT, "", (), severity, quiet, 0.0, share, evidence, hold=1)
