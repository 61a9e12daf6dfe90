"""Haze, dust and smoke that come over the whole district: one notice, as long as the episode lasts."""

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.detector.tuning import FLOOR
from alerts.detector.wind import Breeze
from alerts.rules.condition import Condition, Seen
from ingest.channel import COLUMN
from ingest.flag import Qc
from ingest.layout import Layout
from ingest.registry import Registry

KIND = "regional"
DISTRICT = "district"
PARTICLES = ("pm25", "pm10")
AMBIENT = ("micro", "national")
SAMPLE = 4000  # devices that are enough to know a share to a hundredth
FEW = 5  # fewer devices are no district
FOLLOWS = 1 / 120  # gain a minute of a device's slow level: two hours, so that the rise of a day's rhythm stays small
HELD = 1 / 1440  # the same during an episode: what stays for days is the new normal
FORGETS = 120  # min of silence after which a device's level begins anew
RISEN = 0.35  # log units (42 %) over its slow level
SHARE = 0.6  # of the devices risen that make an episode …
FOR = 5  # … when it lasts so many minutes
BACK = 0.4  # share, of those risen half as far, under which it is over …
QUIET = 60  # … when it lasts so many minutes
TIMES = (2.0, 4.0)  # median level over the slow one from which an episode is of severity 2, 3
SLOPE = 0.1  # log units from one end of the district to the other that tell a side
DUST, HAZE = 0.4, 0.6  # PM2.5 / PM10 below which it is dust, above which haze or smoke; our own numbers
SIDES = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
LEAD, RISING, CALMING, SIDE, SEVERITY = range(5)  # of the episode's memory


class Rise(NamedTuple):
    """One pollutant in this minute: levels in µg/m³, the rise of every device in log units, NaN: no value."""

    rise: NDArray[np.float32]
    level: float
    slow: float
    risen: float  # share of the devices with a value
    above: float  # share of those risen half as far


class Regional:
    """Keeps the slow level of every ambient device; it hardly moves while an episode lasts."""

    def __init__(self, _registry: Registry, layout: Layout) -> None:
        self._rows = _sample(layout)
        self._xy = layout.xy[self._rows]
        self.keys: Sequence[str] = (*(layout.devices[row].id for row in self._rows), DISTRICT)
        shape = (len(self.keys), len(PARTICLES))
        self._slow = np.full(shape, np.nan, np.float32)  # ln(value + floor)
        self._heard = np.zeros(shape, np.int32)  # minute number of the last value
        # Of the district's row only: the pollutant that leads (from 1; 0: no episode), minutes of rise and of calm, …
        self._episode = np.zeros((len(self.keys), 5), np.int16)
        self.memory: Mapping[str, NDArray[Any]] = {"slow": self._slow, "heard": self._heard, "episode": self._episode}

    def step(self, seen: Seen) -> list[Condition]:
        """The episode that this minute is part of, if any."""
        rises = [self._rise(seen, i) for i in range(len(PARTICLES))]
        episode = self._episode[-1]
        high = {i: rise for i, rise in enumerate(rises) if rise is not None and rise.risen >= SHARE}
        if not episode[LEAD]:
            episode[RISING] = episode[RISING] + 1 if high else 0
            if episode[RISING] < FOR:
                return []
            lead = max(high, key=lambda i: high[i].risen)
            episode[:] = lead + 1, 0, 0, side(high[lead].rise, self._xy), 1
        lasting = any(rise is not None and rise.above >= BACK for rise in rises)
        episode[CALMING] = 0 if lasting else episode[CALMING] + 1
        if episode[CALMING] >= QUIET:
            episode[:] = 0
            return []
        return [self._condition(rises, episode, seen.breeze)]

    def _rise(self, seen: Seen, which: int) -> Rise | None:
        """How far each device is over its slow level, which is then brought up to date; None where hardly any sends."""
        name = PARTICLES[which]
        column, floor, slow, heard = COLUMN[name], FLOOR[name], self._slow[:-1, which], self._heard[:-1, which]
        values, qc = seen.frame.values[self._rows, column], seen.frame.qc[self._rows, column]
        y = np.log(np.maximum(values, 0) + np.float32(floor))
        there = qc == Qc.GOOD
        there &= ~np.isnan(y)
        anew = there & (np.isnan(slow) | (seen.clock - heard > FORGETS))
        slow[anew] = y[anew]
        heard[there] = seen.clock
        known = there.nonzero()[0]
        if len(known) < FEW:
            return None
        rise = np.where(there, y - slow, np.float32(np.nan))
        mine, before = rise[known], float(np.median(slow[known]))
        slow[known] += (HELD if self._episode[-1, LEAD] else FOLLOWS) * mine
        level, slowly = (math.exp(middle) - floor for middle in (float(np.median(y[known])), before))
        return Rise(rise, level, max(slowly, 0.0), float(np.mean(mine > RISEN)), float(np.mean(mine > RISEN / 2)))

    def _condition(self, rises: Sequence[Rise | None], episode: NDArray[np.int16], breeze: Breeze) -> Condition:
        name, lead = PARTICLES[episode[LEAD] - 1], rises[episode[LEAD] - 1]
        level, slow, share = (lead.level, lead.slow, lead.risen) if lead else (0.0, 0.0, 0.0)
        times = level / max(slow, 1.0)
        # Only ever upwards: a notice that says "worse" and "better" in turns is a flood of its own.
        episode[SEVERITY] = max(int(episode[SEVERITY]), 1 + sum(times >= least for least in TIMES))
        evidence = {
            "sign": "rise",
            "share_risen": round(share, 3),
            "median": round(level, 1),
            "slow_median": round(slow, 1),
            "times": round(times, 2),
            "came_from": None if episode[SIDE] < 0 else SIDES[episode[SIDE]],
            "wind_from": bearing(-breeze.u, -breeze.v) if breeze.known else None,
            **_make_up(rises),
        }
        return Condition(KIND, DISTRICT, name, (), int(episode[SEVERITY]), level, slow, share, evidence, hold=1)


def _make_up(rises: Sequence[Rise | None]) -> dict[str, object]:
    """What it may be, by the share of fine particles, where both are sent."""
    fine, coarse = rises
    if fine is None or coarse is None or coarse.level <= 0:
        return {"pm25_to_pm10": None, "looks_like": None}
    ratio = fine.level / coarse.level
    looks = "dust" if ratio < DUST else "haze or smoke" if ratio > HAZE else "mixed"
    return {"pm25_to_pm10": round(ratio, 2), "looks_like": looks}


def _sample(layout: Layout) -> NDArray[np.int64]:
    """Rows of the ambient devices, in large districts of some: always the same ones, whoever joins or leaves."""
    rows = [row for row, device in enumerate(layout.devices) if device.kind in AMBIENT]
    one_of = max(1, len(rows) // SAMPLE)
    return np.array([row for row in rows if zlib.crc32(layout.devices[row].id.encode()) % one_of == 0], np.int64)


def side(rise: NDArray[np.float32], xy: NDArray[np.float64]) -> int:
    """From which of SIDES it comes: where devices have risen more, they rose earlier; -1 where that is not clear."""
    known = ~np.isnan(rise)
    apart = xy[known] - xy[known].mean(axis=0)
    slope, *_ = np.linalg.lstsq(apart, rise[known] - rise[known].mean(), rcond=None)
    if np.hypot(*slope) * np.hypot(*np.ptp(apart, axis=0)) < SLOPE:
        return -1
    return round(bearing(*slope) / 45) % len(SIDES)


def bearing(east: float, north: float) -> int:
    """Degrees clockwise from north of a vector."""
    return round(math.degrees(math.atan2(east, north))) % 360
