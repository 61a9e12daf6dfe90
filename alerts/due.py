"""Which minutes are complete: decided by what has arrived, hardly ever by the clock on the wall."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

MINUTE = timedelta(minutes=1)
SETTLE = timedelta(seconds=2)  # how long nothing more has come for a minute that others have left behind
MEMORY = 10  # minutes over which the number of devices to wait for is remembered


class Arrived(NamedTuple):
    """How many devices have sent for a minute so far; when on the clock its first and its newest was committed."""

    devices: int
    first_at: datetime
    last_at: datetime


@dataclass(slots=True)
class Expected:
    """How many devices to wait for: as many as reported in the best of the last minutes."""

    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def saw(self, devices: int) -> None:
        """A minute was closed with so many."""
        self._recent.append(devices)

    @property
    def devices(self) -> int:
        """0 while nothing is known."""
        return max(self._recent, default=0)


def due(arrived: Mapping[datetime, Arrived], expected: int, now: datetime, grace: timedelta) -> list[datetime]:
    """The minutes, oldest first, that can be closed; `arrived` holds the minutes not yet closed.

    A minute is due when every expected device has reported; when half of them have gone on to a minute that lies the
    grace behind it and nothing more has come for it since SETTLE (devices send in order: what is missing will not
    come); or when the grace has passed on the clock since its end, or since its first reading came in if that was later
    (a backlog, a recording). A minute before one that is due is due. A minute of which nothing is known is not in
    `arrived` and waits for its readings.
    """
    most = max((minute.devices for minute in arrived.values()), default=0)
    half = max(1, (expected or most) / 2)
    leap = max(1, -(-grace // MINUTE)) * MINUTE
    ahead = max((minute for minute, there in arrived.items() if there.devices >= half), default=None)

    def is_due(minute: datetime) -> bool:
        there = arrived[minute]
        complete = 0 < expected <= there.devices
        overtaken = ahead is not None and minute + leap <= ahead and now - there.last_at >= SETTLE
        return complete or overtaken or now >= max(minute + MINUTE, there.first_at) + grace

    minutes = sorted(arrived)
    newest = max((minute for minute in minutes if is_due(minute)), default=None)
    return [minute for minute in minutes if newest is not None and minute <= newest]
