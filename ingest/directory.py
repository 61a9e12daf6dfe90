"""The devices that may send, by id: their numbers and the units of what they send."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Directory:
    """Stations by id → number; monitors by id → number; (monitor, channel) → multiplier to the canonical unit.

    A multiplier is NaN where the registry's unit does not convert: such values are refused one by one, with the reason.
    """

    stations: Mapping[str, int] = field(default_factory=dict)
    monitors: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def number(self, device_id: str) -> int | None:
        """The number of a station or monitor, None if nobody knows it."""
        return self.stations.get(device_id, self.monitors.get(device_id))

    def knows(self, device_ids: set[str]) -> bool:
        """Whether all of these may send."""
        return device_ids <= self.stations.keys() | self.monitors.keys()
