"""Devices that have drifted away from what stands around them, hour by hour over the last 24."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
import numpy as np
from numpy.typing import NDArray

from ingest.channel import POLLUTANTS
from ingest.flag import Qc
from ingest.keeping.district import District
from ingest.keeping.minutes import BIG_FLOAT, BIG_INT, KEEP
from ingest.keeping.thresholds import load_thresholds
from ingest.quality import Thresholds, drift, neighbours
from ingest.quality.drift import REACH_M
from ingest.validity import HOUR_MINUTES

HOUR = timedelta(hours=1)
DAY_HOURS = 24
MOST = 24
"""Hours at a time: their means and those of the day before are 100 MB at most for 100,000 devices and a channel."""
COMPARED = ("micro", "boundary")  # whose drift is told: national stations are checked by their own operators
NEIGHBOURS = ("micro", "national")
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Around:
    """Who is compared with whom: rows of the district's layout, -1 for nobody."""

    district: District
    near: Rows  # (devices, k)
    national: dict[bytes, Rows]  # (devices,) by reach

    @classmethod
    def of(cls, district: District) -> "Around":
        """The neighbours of every device."""
        kinds = np.array([device.kind for device in district.layout.devices])
        reach = np.where(np.isin(kinds, COMPARED), REACH_M, np.nan)
        return cls(district, neighbours(district.layout.xy, np.isin(kinds, NEIGHBOURS), reach), {})

    def national_within(self, reach: NDArray[np.floating]) -> Rows:
        """The nearest national station (devices,) within so many metres (devices,)."""
        key = reach.tobytes()
        if key not in self.national:
            xy, among = self.district.layout.xy, [device.kind == "national" for device in self.district.layout.devices]
            self.national[key] = neighbours(xy, np.array(among, bool), reach.astype(float), 1)[:, 0]
        return self.national[key]


async def settle_drifts(on: asyncpg.Connection, around: Around, over: datetime) -> bool:
    """Compare again what is due of the hours before `over`, in one transaction; True if there was something."""
    hours: list[datetime] = [row["hour"] for row in await KEEP.due_drifts.fetch(on, over=over, most=MOST)]
    hours = [hour for hour in hours if hour < hours[0] + MOST * HOUR]
    if not hours:
        return False
    async with on.transaction():
        await KEEP.take_drifts.execute(on, hours=hours)
        found = await _compare(on, around, hours, await load_thresholds(on))
        for hour, flags in zip(hours, found, strict=True):
            device = [int(around.district.numbers[row]) for row, _ in flags]
            channel = [name for _, name in flags]
            await KEEP.put_drifts.execute(on, hour=hour, device=device, channel=channel, drift=int(Qc.DRIFT))
    return True


async def _compare(
    on: asyncpg.Connection, around: Around, hours: Sequence[datetime], thresholds: Thresholds
) -> list[list[tuple[int, str]]]:
    """By hour the devices (rows) and channels that have drifted in the 24 hours up to its end, and sent in it."""
    first, until = hours[0] - (DAY_HOURS - 1) * HOUR, hours[-1] + HOUR
    span = {"first": first, "until": until, "channels": list(POLLUTANTS), "hour_minutes": HOUR_MINUTES}
    found: list[list[tuple[int, str]]] = [[] for _ in hours]
    for record in await KEEP.valid_hours.fetch(on, **span):
        means = _means(record, around.district, first, (until - first) // HOUR)
        for hour, flags in zip(hours, found, strict=True):
            last = (hour - first) // HOUR
            wrong = _drifted(around, means[last - DAY_HOURS + 1 : last + 1], record["channel"], thresholds.at(hour))
            flags += [(row, record["channel"]) for row in np.flatnonzero(wrong).tolist()]
    return found


def _drifted(around: Around, means: NDArray[np.float32], channel: str, now: Thresholds) -> NDArray[np.bool_]:
    kinds = [device.kind for device in around.district.layout.devices]
    limits = now.limits(channel, kinds)
    compared = np.isin(kinds, COMPARED)
    national = around.national_within(np.where(compared, limits.national_m, np.nan))
    there = ~np.isnan(means[-1])
    return np.asarray(drift(means, around.near, national, limits).wrong & compared & there)


def _means(record: Mapping[str, bytes], district: District, first: datetime, count: int) -> NDArray[np.float32]:
    """(hours, devices) in the layout's order, NaN where an hour is not valid."""
    means = np.full((count, len(district.numbers)), np.nan, np.float32)
    order = np.argsort(district.numbers)
    device = np.frombuffer(record["device"], BIG_INT)
    hour = np.frombuffer(record["hour"], BIG_INT) - int(first.timestamp()) // 3600
    at = np.minimum(np.searchsorted(district.numbers, device, sorter=order), len(order) - 1)
    known = district.numbers[order[at]] == device
    means[hour[known], order[at[known]]] = np.frombuffer(record["mean"], BIG_FLOAT)[known]
    return means
