"""The devices that may send, by id: their numbers and the units of what they send."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import asyncpg

from ingest.importer import REGISTRY
from ingest.unit import UnitError, factor


@dataclass(frozen=True, slots=True)
class Directory:
    """Stations by id → number; monitors by id → number and channel → multiplier to the canonical unit."""

    stations: Mapping[str, int] = field(default_factory=dict)
    monitors: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], float] = field(default_factory=dict)


async def load_directory(on: asyncpg.Connection | asyncpg.Pool) -> Directory:
    """All devices of the registry."""
    numbers = {row["device_id"]: row["device"] for row in await REGISTRY.devices.fetch(on)}
    stations = {row["station_id"] for row in await REGISTRY.stations.fetch(on)}
    monitors, channels = {}, {}
    for row in await REGISTRY.monitors.fetch(on):
        monitors[row["mn"]] = numbers[row["mn"]]
        channels[row["mn"], row["channel"]] = _multiplier(row["channel"], row["unit"])
    return Directory({name: numbers[name] for name in stations}, monitors, channels)


def _multiplier(channel: str, unit: str) -> float:
    """NaN where the registry's unit does not convert: such values are refused one by one, with that reason."""
    try:
        return factor(channel, unit)
    except UnitError:
        return float("nan")
