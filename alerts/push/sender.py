"""What a worker sends with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from alerts.channels.message import Channel
from alerts.policy import Policy
from alerts.push.lanes import Lanes

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Sender:
    """One worker's connections, channels and rules."""

    pool: asyncpg.Pool
    channels: Mapping[str, Channel]
    lanes: Lanes
    policy: Policy
    public_url: str  # under which people reach the service
    secret: str = field(repr=False)  # signs the links that confirm
    webhook: str | None = field(repr=False)  # the platform of the settings
    now: Clock
