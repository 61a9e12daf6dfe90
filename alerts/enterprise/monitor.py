"""The monitors of an enterprise as registered: outlets, channels with their units and limits, never a password."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from alerts import permit
from ingest.unit import multiplier
from sql.queries import Connection, Queries, Record

ENTERPRISE_VIEW = Queries("enterprise_view")
HOURLY = "hour"


class Facility(NamedTuple):
    """What a stream tells of a line of production: it runs above `on_above`, in the stream's unit."""

    line: str
    role: str
    on_above: float


class Factor(NamedTuple):
    """A channel of a monitor. Amounts are kept in its canonical unit and shown in the registered one."""

    channel: str
    unit: str
    registered_limit: float | None
    limit_period: str
    scale: float  # from the registered to the canonical unit, NaN where it does not convert: no value is taken in then
    facility: Facility | None

    @property
    def limit(self) -> float | None:
        """The limit of its hourly mean in the registered unit, None where no mean is judged."""
        return self.registered_limit if self.limit_period == HOURLY and math.isfinite(self.scale) else None

    def shown(self, amount: float | None) -> float | None:
        """An amount in the registered unit, None where there is none."""
        known = amount is not None and math.isfinite(amount)
        return float(f"{amount / self.scale:.6g}") if known and amount is not None else None

    @property
    def level(self) -> float | None:
        """What an hourly mean must be above to exceed the limit, in the canonical unit; None without a limit."""
        return None if self.limit is None else permit.level(self.limit * self.scale)


class Monitor(NamedTuple):
    """A monitor with its channels in the order of their names; `device` is its number in the database."""

    device: int
    mn: str
    outlet: str
    lon: float
    lat: float
    factors: tuple[Factor, ...]

    @property
    def measured(self) -> tuple[Factor, ...]:
        """What it measures at the outlet: without the streams that tell what runs."""
        return tuple(factor for factor in self.factors if factor.facility is None)


async def monitors_of(on: Connection, enterprise_id: str, mn: str | None = None) -> list[Monitor]:
    """Those of an enterprise by MN, or the one of this MN; none where it has none."""
    rows = await ENTERPRISE_VIEW.monitors.fetch(on, enterprise_id=enterprise_id, mn=mn)
    monitors: dict[int, Monitor] = {}
    for row in rows:
        known = monitors.get(row["device"])
        factors = known.factors if known else ()
        if row["channel"] is not None:
            factors = (*factors, _factor(row))
        at = (row["mn"], row["outlet"], row["lon"], row["lat"])
        monitors[row["device"]] = Monitor(row["device"], *at, factors)
    return list(monitors.values())


def devices_of(monitors: Sequence[Monitor]) -> list[int]:
    """Their numbers."""
    return [monitor.device for monitor in monitors]


def _factor(row: Record) -> Factor:
    facility = None if row["line"] is None else Facility(row["line"], row["role"], row["on_above"])
    limit = (row["permit_limit"], row["limit_period"])
    return Factor(row["channel"], row["unit"], *limit, multiplier(row["channel"], row["unit"]), facility)
