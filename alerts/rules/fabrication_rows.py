"""Which channels of enterprises' monitors are looked at, and what each is compared with."""

from collections.abc import Mapping
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ingest.channel import is_pollutant
from ingest.layout import Layout
from ingest.registry import MonitorChannel, Registry

FLOW = "a00000"  # HJ 212-2017 annex B: gas flow of the outlet
HOUR = 60  # min
NEAR_M = 1500.0  # m: stations this near see what leaves a stack
NEAR = 24  # stations at most


class Rows(NamedTuple):
    """The channels, one row each; -1 where there is no such row."""

    device: NDArray[np.int64]  # row of the layout
    column: NDArray[np.int64]  # of the layout's channels
    unit: NDArray[np.float64]  # canonical units in one unit as sent
    limit: NDArray[np.float64]  # permit limit, canonical unit; NaN: none
    judged: NDArray[np.bool_]  # pollutants; flow and conditions of the gas only bear witness
    flow: NDArray[np.int64]  # the row of the outlet's gas flow
    mate: NDArray[np.int64]  # the row of the channel that rises and falls with this one
    mated: NDArray[np.int64]  # which mate that is, as a number that outlives the registry
    first: NDArray[np.bool_]  # of a pair of mates: the one whose alert tells of both
    offset: NDArray[np.int64]  # min: by how much a device's hours begin before the clock's
    near: NDArray[np.int64]  # (rows, NEAR) rows of the layout; only at the first pollutant of a monitor


def rows_of(registry: Registry, layout: Layout) -> tuple[list[str], Rows]:
    """Keys "mn/channel" in their order, and the rows; the order of the registry's lines does not matter."""
    table = {(row.mn, row.channel): row for row in registry.monitors}
    known = [table[key] for key in sorted(table)]
    index = {(row.mn, row.channel): i for i, row in enumerate(known)}
    units = {(device, column): unit for device, column, unit in layout.registered}
    device = np.array([layout.index[row.mn] for row in known], np.int64)
    column = np.array([layout.column[row.channel] for row in known], np.int64)
    unit = np.array([units[at] for at in zip(device.tolist(), column.tolist(), strict=True)], float)
    judged = np.array([is_pollutant(row.channel) for row in known], bool)
    mate = np.array([_mate(row, known, index) for row in known], np.int64)
    keys = [f"{row.mn}/{row.channel}" for row in known]
    return keys, Rows(
        device=device,
        column=column,
        unit=unit,
        limit=unit * np.array([np.nan if row.limit is None else row.limit for row in known], float),
        judged=judged,
        flow=np.array([index.get((row.mn, FLOW), -1) for row in known], np.int64),
        mate=mate,
        mated=np.array([crc32(keys[m].encode()) if m >= 0 else 0 for m in mate.tolist()], np.int64),
        first=np.array([m >= 0 and (mate[m] != i or i < m) for i, m in enumerate(mate.tolist())], bool),
        offset=np.array([crc32(row.mn.encode()) % HOUR for row in known], np.int64),
        near=_near(layout, device, judged),
    )


def _mate(row: MonitorChannel, known: list[MonitorChannel], index: Mapping[tuple[str, str], int]) -> int:
    """Another pollutant of the same monitor, else the same pollutant at a sister monitor of the enterprise."""
    if not is_pollutant(row.channel):
        return -1
    same = [r for r in known if r.mn == row.mn and r.channel != row.channel and is_pollutant(r.channel)]
    sister = [r for r in known if r.enterprise_id == row.enterprise_id and r.mn != row.mn and r.channel == row.channel]
    best = min(same, key=lambda r: (r.channel not in ("tvoc", "nmhc"), r.channel), default=None)
    best = best or min(sister, key=lambda r: r.mn, default=None)
    return index[best.mn, best.channel] if best else -1


def _near(layout: Layout, device: NDArray[np.int64], judged: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The nearest devices that belong to somebody else, stations first, at the first pollutant of every monitor."""
    near = np.full((len(device), NEAR), -1, np.int64)
    owners = np.array([one.enterprise_id or "" for one in layout.devices])
    places = np.flatnonzero(judged)
    _, firsts = np.unique(device[places], return_index=True)
    for i in places[firsts].tolist():
        apart = np.hypot(*(layout.xy - layout.xy[device[i]]).T)
        found = np.flatnonzero((apart <= NEAR_M) & (owners != owners[device[i]]))
        found = found[np.lexsort((apart[found], layout.is_monitor[found]))][:NEAR]
        near[i, : len(found)] = found
    return near
