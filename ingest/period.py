"""Statistics that loggers report of a period, in canonical units."""

from datetime import datetime
from typing import NamedTuple

from ingest.channel import COLUMN
from ingest.directory import Directory
from ingest.flag import LETTERS
from ingest.frame import Statistic
from ingest.quality import MONITOR_RANGE


class Period(NamedTuple):
    """A logger's own statistic of a channel, in its canonical unit; `total` as the logger has it."""

    device: int
    ts: datetime
    command: int
    channel: str
    low: float | None
    mean: float | None
    high: float | None
    total: float | None
    zs_low: float | None
    zs_mean: float | None
    zs_high: float | None
    qc: int


def convert(of: Statistic, directory: Directory) -> Period | tuple[str, str]:
    """The period, or why there is none: reason and detail."""
    channel = directory.channel(of.device_id, of.code)
    device, multiplier = _registered(of.device_id, channel, directory)
    if device is None:
        return "device", "not in the registry: import it with `hotgrid import`"
    if multiplier is None or multiplier != multiplier:
        return "channel", f"{of.code}: not registered for this device, or its unit does not convert"
    if of.letter not in LETTERS:
        return "flag", f"{of.code}-Flag: {of.letter!r}: no such HJ 212 letter"
    sent = (of.low, of.mean, of.high, of.zs_low, of.zs_mean, of.zs_high)
    values = [None if value is None else value * multiplier for value in sent]
    for value in values:
        if value is not None and not MONITOR_RANGE[0] <= value <= MONITOR_RANGE[1]:
            return "implausible", f"{of.code}: {value:g} cannot be"
    low, mean, high, zs_low, zs_mean, zs_high = values
    qc = int(LETTERS[of.letter])
    return Period(device, of.start, of.command, channel, low, mean, high, of.total, zs_low, zs_mean, zs_high, qc)


def _registered(device_id: str, channel: str, directory: Directory) -> tuple[int | None, float | None]:
    """The device and the multiplier of its channel, None where nobody knows them."""
    station = directory.stations.get(device_id)
    if station is not None:
        return station, directory.units.get(station, {}).get(channel, 1.0) if channel in COLUMN else None
    return directory.monitors.get(device_id), directory.channels.get((device_id, channel))
