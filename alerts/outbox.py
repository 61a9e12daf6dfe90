"""What must be told, queued in the transaction that made it true; delivered by `alerts.notify`."""

import asyncpg
from pgqueuer import Queries
from pgqueuer.db import AsyncpgDriver

from alerts.kind import kind_of

ENTRYPOINT = "notice"
TOLD = frozenset({"opened", "closed"})


async def tell(on: asyncpg.Connection, seq: int, action: str, kind: str, severity: int) -> None:
    """Queue the notice of a transition that somebody must hear of (see `alerts.kind`); the severest first."""
    if action in TOLD and kind_of(kind).pushed:
        await Queries(AsyncpgDriver(on)).enqueue(ENTRYPOINT, str(seq).encode(), severity, dedupe_key=f"notice-{seq}")
