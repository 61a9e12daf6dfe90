"""Production that runs while its treatment is off, by the electricity and the states that loggers report.

A line of production runs when one of its production streams does; its treatment is off when all of its treatment
streams say so. What is not known in a minute (no value, a flag, a mark) is taken to be as it should: treatment may
start some minutes after the machines, so only what lasts is told.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.rules.condition import Condition, Seen, printable
from ingest.flag import Qc
from ingest.layout import Layout
from ingest.registry import Facility, Registry

KIND = "fabrication"
LASTS = 10  # min
GRAVE = 60  # min: as severe as any sign of fabrication
SEVERITY, SEVEREST = 3, 4
HOLD = 10  # min
RUNNING = (1, 5)  # HJ 212-2017 table 4, SBxxx-RS: running, back-flushing


class Line(NamedTuple):
    """Facilities that belong together: the rows of the streams of each role."""

    enterprise_id: str
    name: str
    production: tuple[int, ...]
    treatment: tuple[int, ...]


class Untreated:
    """Its memory is for how many minutes each line has gone on like this."""

    def __init__(self, registry: Registry, layout: Layout) -> None:
        of = {row.mn: row.enterprise_id for row in registry.monitors}
        self._streams = [f for f in registry.facilities if f.mn in layout.index and f.channel in layout.column]
        self._at = (
            np.array([layout.index[f.mn] for f in self._streams], np.int64),
            np.array([layout.column[f.channel] for f in self._streams], np.int64),
        )
        self._is_state = np.array([f.channel.startswith("SB") for f in self._streams], bool)
        self._above = np.array([f.on_above for f in self._streams])
        self._lines = _lines(self._streams, of)
        self.keys: Sequence[str] = [f"{printable(x.enterprise_id)}/{printable(x.name)}" for x in self._lines]
        self._minutes = np.zeros(len(self._lines), np.int64)
        self.memory: Mapping[str, NDArray[Any]] = {"minutes": self._minutes}

    def step(self, seen: Seen) -> list[Condition]:
        """Lines that have produced without treatment for long enough."""
        if not self._lines:
            return []
        value = seen.frame.values[self._at]
        known = (seen.frame.qc[self._at] == Qc.GOOD) & ~np.isnan(value)
        runs = np.where(self._is_state, np.isin(value, RUNNING), value > self._above)
        conditions = []
        for i, line in enumerate(self._lines):
            on, off = list(line.production), list(line.treatment)
            untreated = (runs & known)[on].any() and (known & ~runs)[off].all()
            self._minutes[i] = self._minutes[i] + 1 if untreated else 0
            if self._minutes[i] >= LASTS:
                conditions.append(self._condition(i, line, value))
        return conditions

    def _condition(self, i: int, line: Line, value: NDArray[np.float32]) -> Condition:
        minutes = int(self._minutes[i])
        strongest = max(line.production, key=lambda k: float(np.nan_to_num(value[k])))
        return Condition(
            kind=KIND,
            source=self.keys[i],
            pollutant="",
            devices=tuple(sorted({self._streams[k].mn for k in (*line.production, *line.treatment)})),
            severity=SEVEREST if minutes >= GRAVE else SEVERITY,
            value=float(value[strongest]),
            background=float(self._above[strongest]),
            score=minutes / LASTS,
            evidence={
                "sign": "untreated",
                "line": line.name,
                "minutes": minutes,
                "production": self._shown(line.production, value),
                "treatment": self._shown(line.treatment, value),
            },
            hold=HOLD,
        )

    def _shown(self, rows: Sequence[int], value: NDArray[np.float32]) -> dict[str, float | None]:
        return {
            f"{self._streams[k].mn}/{self._streams[k].channel}": None
            if np.isnan(value[k])
            else float(f"{value[k]:.6g}")
            for k in rows
        }


def _lines(streams: Sequence[Facility], enterprise_of: Mapping[str, str]) -> list[Line]:
    """By enterprise and line, in their order; one without production or treatment can tell nothing."""
    rows: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: {"production": [], "treatment": []})
    for k, stream in enumerate(streams):
        rows[enterprise_of[stream.mn], stream.line][stream.role].append(k)
    return [
        Line(enterprise, name, tuple(of["production"]), tuple(of["treatment"]))
        for (enterprise, name), of in sorted(rows.items())
        if of["production"] and of["treatment"]
    ]
