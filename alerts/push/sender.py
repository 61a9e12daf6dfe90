"""What a worker sends with."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from alerts.channels.message import Channel
from alerts.policy import Policy
from alerts.push.lanes import Lanes

Clock = Callable[[], datetime]
AT_ONCE = {"apprise": 16}  # as many threads as it has
AT_ONCE_ELSE = 200  # one that hangs leaves the others their sockets


def gates(channels: Iterable[str]) -> Mapping[str, asyncio.Semaphore]:
    """So many messages of each channel are under way at once."""
    return {name: asyncio.Semaphore(AT_ONCE.get(name, AT_ONCE_ELSE)) for name in channels}


@dataclass(frozen=True, slots=True)
class Sender:
    """One worker's connections, channels and rules."""

    pool: asyncpg.Pool
    channels: Mapping[str, Channel]
    gates: Mapping[str, asyncio.Semaphore]  # by channel
    lanes: Lanes
    policy: Policy
    public_url: str  # under which people reach the service
    secret: str = field(repr=False)  # signs the links that confirm
    webhook: str | None = field(repr=False)  # the platform of the settings
    now: Clock
