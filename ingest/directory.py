"""The devices that may send, by id: their numbers, their secrets, and the units of what they send."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.channel import NAME_OF_CODE
from ingest.grid import Grid


@dataclass(frozen=True, slots=True)
class Directory:
    """Stations by id (and by the MN of their logger) → number; monitors by id → number.

    `channels`: (monitor, channel) → multiplier to the canonical unit; `units` the same of stations that do not send in
    the contract's units. A multiplier is NaN where the registry's unit does not convert: such values are refused one
    by one, with the reason. `secrets`: id or MN → HJ 212 password, of those that have one.
    """

    stations: Mapping[str, int] = field(default_factory=dict)
    monitors: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], float] = field(default_factory=dict)
    units: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    mobile: frozenset[int] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict)
    grid: Grid | None = None

    def number(self, device_id: str) -> int | None:
        """The number of a station or monitor, None if nobody knows it."""
        return self.stations.get(device_id, self.monitors.get(device_id))

    def channel(self, device_id: str, code: str) -> str:
        """A code as it is registered: by itself, or by the name of its channel."""
        return code if (device_id, code) in self.channels else NAME_OF_CODE.get(code, code)
