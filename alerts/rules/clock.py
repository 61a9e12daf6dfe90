"""Devices whose clock is wrong: what they send is refused, or stands in the wrong minute."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.rules.condition import Condition, Seen
from ingest.layout import Layout
from ingest.registry import Registry

KIND = "clock"
DISTRICT = "district"
SLIGHT = 300.0  # s; farther ahead is refused, and what is behind comes too late: from there on severity 2
SHARE = 0.2  # of the devices wrong at a time: rather our own clock, or the network's
FEW = 5  # devices that this takes at least
HOLD = 15  # min without an error before the alert closes


class Clock:
    """Remembers nothing: since when and how far a clock is wrong comes with the frame, of live ones only."""

    keys: Sequence[str] = ()
    memory: Mapping[str, NDArray[Any]] = {}

    def __init__(self, _registry: Registry, layout: Layout) -> None:
        self._most = max(FEW - 1, SHARE * len(layout.devices))

    def step(self, seen: Seen) -> list[Condition]:
        """Whose clock is wrong at the end of this minute."""
        if seen.frame.skew is None:
            return []
        wrong = np.flatnonzero(~np.isnan(seen.frame.skew))
        if len(wrong) > self._most:
            return [_condition(DISTRICT, (), float(np.median(seen.frame.skew[wrong])), len(wrong))]
        names = [(seen.layout.devices[row].id, float(seen.frame.skew[row])) for row in wrong]
        return [_condition(name, (name,), skew, 1) for name, skew in names]


def _condition(source: str, devices: tuple[str, ...], skew: float, count: int) -> Condition:
    sign = "ahead" if skew > 0 else "behind"
    evidence: dict[str, object] = {"sign": sign, "minutes": round(skew / 60, 1), "devices": count}
    severity = 1 if 0 < skew <= SLIGHT else 2
    away = abs(skew) / 60
    return Condition(KIND, source, "", devices, severity, away, 0.0, away, evidence, HOLD)
