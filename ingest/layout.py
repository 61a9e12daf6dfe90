"""The fixed order of devices and channels in which the readings of a minute lie side by side."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.channel import CHANNELS
from ingest.grid import Cell, Floats, Grid
from ingest.registry import Registry
from ingest.unit import multiplier

MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Device:
    """A station or an enterprise's monitor: `x`, `y` in metres from the grid's corner, `cell` None outside the grid."""

    id: str
    kind: str  # micro, national, weather, boundary or MONITOR
    x: float
    y: float
    cell: Cell | None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Layout:
    """Devices sorted by id, channels as in `CHANNELS`, then the HJ 212 codes that monitors send, sorted."""

    grid: Grid
    devices: tuple[Device, ...]
    channels: tuple[str, ...]
    registered: tuple[tuple[int, int, float], ...] = ()
    """What monitors may send: row, column, multiplier to the canonical unit (NaN: the unit does not convert)."""

    @classmethod
    def of(cls, registry: Registry) -> "Layout":
        """The layout of a registry; the order of its lines does not matter. Who moves is judged by nobody."""
        grid = registry.cells()
        places: list[tuple[str, str, float, float, str | None]] = [
            (row.station_id, row.kind, row.lon, row.lat, None) for row in registry.stations if row.kind != "mobile"
        ]
        monitors = {row.mn: row for row in registry.monitors}.values()
        places += [(row.mn, MONITOR, row.lon, row.lat, row.enterprise_id) for row in monitors]
        devices = []
        for name, kind, lon, lat, enterprise in sorted(places):
            x, y = grid.metres(lon, lat)
            devices.append(Device(name, kind, float(x), float(y), grid.cell(lon, lat), enterprise))
        named = [channel.name for channel in CHANNELS]
        channels = (*named, *sorted({row.channel for row in registry.monitors} - set(named)))
        rows = {device.id: i for i, device in enumerate(devices)}
        registered = [(rows[m.mn], channels.index(m.channel), multiplier(m.channel, m.unit)) for m in registry.monitors]
        return cls(grid, tuple(devices), channels, tuple(registered))

    @cached_property
    def is_monitor(self) -> NDArray[np.bool_]:
        """Which rows are enterprises' monitors."""
        return np.array([device.kind == MONITOR for device in self.devices], bool)

    @cached_property
    def index(self) -> dict[str, int]:
        """Device id → row."""
        return {device.id: i for i, device in enumerate(self.devices)}

    @cached_property
    def column(self) -> dict[str, int]:
        """Channel → column."""
        return {name: i for i, name in enumerate(self.channels)}

    @cached_property
    def xy(self) -> Floats:
        """Places in metres (devices, 2)."""
        return np.array([(device.x, device.y) for device in self.devices], float).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class Frame:
    """What all devices of a layout sent for the minute that begins at `minute`.

    `values` (devices, channels) in canonical units, NaN where nothing was sent; `qc` of the same shape, `flag.Qc`.
    `skew` (devices): seconds that the clock of a device has been ahead (+) or behind (-) for a while, NaN where it is
    right; None where none is wrong, or nobody knows when the readings came in.
    """

    minute: datetime
    values: NDArray[np.float32]
    qc: NDArray[np.uint8]
    skew: NDArray[np.float32] | None = None

    @classmethod
    def empty(cls, layout: Layout, minute: datetime) -> "Frame":
        """A minute in which nobody sent anything."""
        shape = (len(layout.devices), len(layout.channels))
        return cls(minute, np.full(shape, np.nan, np.float32), np.zeros(shape, np.uint8))
