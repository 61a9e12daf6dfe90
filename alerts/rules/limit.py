"""Permit limits of enterprises' monitors: a valid hour above one is an exceedance, minutes only warn of it.

Hours are clock hours of UTC, which are those of every zone that is whole hours off, Beijing's among them. An hour with
too few valid minutes neither opens an exceedance nor ends one: the alert says that nothing is known since, and is let
go after `LAPSE` such hours. Monitors whose unit does not convert have no values in a frame, so they are not looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.permit import VALID, level, severity
from alerts.rules.condition import Condition, Seen
from ingest.flag import Qc
from ingest.layout import Layout
from ingest.registry import MonitorChannel, Registry

HOUR = 60  # min
LAPSE = 6  # h on end without a valid one, after which an exceedance is no longer said to stand
RECENT = 10.0  # min over which the newest level is formed, exponentially
ENOUGH = 10  # valid min of an hour before it is projected
GAP = 10  # min without a value after which the level begins anew
NEVER = -(10**9)  # an hour or a minute that has never been

PAST = np.dtype(
    [
        ("hour", "i8"),  # that the next three are of, since 1970
        ("total", "f8"),
        ("valid", "i8"),  # min
        ("max", "f8"),
        ("level", "f8"),  # newest, smoothed
        ("sent", "i8"),  # newest minute with a value
        ("warned", "i8"),  # hour that was projected above the limit
        ("judged", "i8"),  # newest valid hour, and its figures
        ("judged_mean", "f8"),
        ("judged_valid", "i8"),
        ("judged_max", "f8"),
        ("since", "i8"),  # first hour of the exceedance that stands, NEVER: none stands
    ]
)


class Permit(NamedTuple):
    """A channel with an hourly limit: its line of the registry, and what its unit is multiplied with."""

    line: MonitorChannel
    factor: float  # to the channel's canonical unit

    def shown(self, amount: float) -> float | None:
        """A concentration of the frame in the unit of the permit, None where there is none."""
        return float(f"{amount / self.factor:.6g}") if np.isfinite(amount) else None


class Limit:
    """Hours and minutes of all channels that have an hourly limit."""

    def __init__(self, registry: Registry, layout: Layout) -> None:
        rows = [
            (row, column, Permit(line, factor))
            for line, (row, column, factor) in zip(registry.monitors, layout.registered, strict=True)
            if line.limit is not None and line.limit_period == "hour" and np.isfinite(factor)
        ]
        self.permits = [permit for _, _, permit in rows]
        self.keys: Sequence[str] = [f"{permit.line.mn}/{permit.line.channel}" for permit in self.permits]
        self._at = (
            np.array([row for row, _, _ in rows], np.int64),
            np.array([column for _, column, _ in rows], np.int64),
        )
        self._limit = np.array([(permit.line.limit or 0.0) * permit.factor for permit in self.permits])
        self._past = np.zeros(len(rows), PAST)
        for name in ("hour", "sent", "warned", "judged", "since"):
            self._past[name] = NEVER
        self.memory: Mapping[str, NDArray[Any]] = {"past": self._past}

    def step(self, seen: Seen) -> list[Condition]:
        """Exceedances that stand and early warnings; values and limits are compared in canonical units."""
        hour, minute = divmod(seen.clock, HOUR)
        value = seen.frame.values[self._at].astype(np.float64)
        good = (seen.frame.qc[self._at] == Qc.GOOD) & ~np.isnan(value)
        self._count(value, good, seen.clock)
        if minute == HOUR - 1:
            self._judge(hour)
        complete = hour if minute == HOUR - 1 else hour - 1
        stands = self._standing(complete)
        projected = self._projected(seen.clock)
        over, coming = good & self._above(value), self._above(projected)
        self._past["warned"][coming] = hour
        exceeding = [self._exceedance(int(i), complete) for i in np.flatnonzero(stands)]
        warned = np.flatnonzero((over | coming) & ~stands)
        return exceeding + list(self._warnings(warned, np.where(good, value, np.nan), projected, hour))

    def _above(self, amount: NDArray[np.float64]) -> NDArray[np.bool_]:
        """At the limit is not above it, and neither is NaN."""
        above: NDArray[np.bool_] = amount > level(self._limit)
        return above

    def _count(self, value: NDArray[np.float64], good: NDArray[np.bool_], clock: int) -> None:
        past = self._past
        begun = past["hour"] != clock // HOUR
        past["hour"] = clock // HOUR
        past["total"] = np.where(begun, 0.0, past["total"]) + np.where(good, value, 0.0)
        past["valid"] = np.where(begun, 0, past["valid"]) + good
        past["max"] = np.fmax(np.where(begun, -np.inf, past["max"]), np.where(good, value, -np.inf))
        known = clock - past["sent"] <= GAP
        level = np.where(known, past["level"] + (value - past["level"]) / RECENT, value)
        past["level"] = np.where(good, level, past["level"])
        past["sent"] = np.where(good, clock, past["sent"])

    def _judge(self, hour: int) -> None:
        """The hour is over: a valid one says whether an exceedance stands, others leave it as it was."""
        past = self._past
        enough = past["valid"] >= VALID
        mean = past["total"] / np.maximum(past["valid"], 1)
        for name, figure in (("judged", hour), ("judged_mean", mean), ("judged_valid", past["valid"])):
            past[name] = np.where(enough, figure, past[name])
        past["judged_max"] = np.where(enough, past["max"], past["judged_max"])
        over = self._above(mean)
        past["since"] = np.where(enough & over & (past["since"] == NEVER), hour, past["since"])
        past["since"][enough & ~over] = NEVER

    def _standing(self, complete: int) -> NDArray[np.bool_]:
        """Whose newest valid hour was above the limit, and not too long ago."""
        past = self._past
        past["since"][complete - past["judged"] >= LAPSE] = NEVER
        stands: NDArray[np.bool_] = past["since"] != NEVER
        return stands

    def _projected(self, clock: int) -> NDArray[np.float64]:
        """The hour's mean if its rest is as the last minutes were; NaN if that is not known or cannot be valid."""
        past, left = self._past, HOUR - 1 - clock % HOUR
        known = (past["valid"] >= ENOUGH) & (clock - past["sent"] <= GAP) & (past["valid"] + left >= VALID)
        mean = (past["total"] + left * past["level"]) / np.maximum(past["valid"] + left, 1)
        return np.where(known, mean, np.nan)

    def _exceedance(self, i: int, complete: int) -> Condition:
        permit, past, limit = self.permits[i], self._past[i], float(self._limit[i])
        mean, judged = float(past["judged_mean"]), int(past["judged"])
        evidence = {
            **_about(permit),
            "sign": "hour_mean" if judged == complete else "no_valid_hour",
            "from": _begin(judged),
            "to": _begin(judged + 1),
            "mean": permit.shown(mean),
            "share": round(mean / limit, 4),
            "valid_minutes": int(past["judged_valid"]),
            "max": permit.shown(float(past["judged_max"])),
            "since": _begin(int(past["since"])),
        }
        line = permit.line
        step = severity(mean / limit)
        # It ends in the very minute in which an hour says so, and every hour that says it goes on is told.
        told = ("sign", "from")
        return Condition(
            "exceedance", line.mn, line.channel, (line.mn,), step, mean, limit, mean / limit, evidence, 1, told
        )

    def _warnings(
        self, which: NDArray[np.intp], value: NDArray[np.float64], projected: NDArray[np.float64], hour: int
    ) -> Iterator[Condition]:
        """Severity 2 once the hour was projected above the limit, 1 for single minutes; never an exceedance."""
        for i in which:
            permit, past, limit = self.permits[i], self._past[i], float(self._limit[i])
            coming = past["warned"] == hour
            evidence = {
                **_about(permit),
                "sign": "hour_projected" if coming else "minute_over",
                "from": _begin(hour),
                "value": permit.shown(float(value[i])),
                "mean": permit.shown(float(past["total"] / max(past["valid"], 1))),
                "projected": permit.shown(float(projected[i])),
                "valid_minutes": int(past["valid"]),
            }
            line, worst = permit.line, float(np.fmax(value[i], projected[i]))
            step = 2 if coming else 1
            yield Condition(
                "early_warning", line.mn, line.channel, (line.mn,), step, worst, limit, worst / limit, evidence
            )


def _about(permit: Permit) -> dict[str, object]:
    line = permit.line
    return {"device": line.mn, "outlet": line.outlet, "limit": line.limit, "unit": line.unit}


def _begin(hour: int) -> str:
    return datetime.fromtimestamp(hour * HOUR * 60, UTC).isoformat()
