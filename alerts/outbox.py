"""What must be told, queued in the transaction that made it true; delivered by `alerts.notify`."""

from collections.abc import Iterable
from datetime import timedelta
from typing import get_args

import asyncpg
from pgqueuer import Queries as Jobs
from pgqueuer.db import AsyncpgDriver

from alerts.enterprise.standing import OWN_KINDS
from alerts.handling.stage import Action
from alerts.kind import kind_of
from sql.queries import Queries

PUSH = Queries("push")
NOTICE = "notice"
LANE = "push"
CLOCKED = frozenset({"rung", "breach", "handover", "recheck-due"})
"""What is told to people alone: where the desk is late, and with whom it is."""
DETECTED = frozenset({"opened", "raised", "closed", "unmuted"})
STEPS = frozenset(get_args(Action)) - {"clear", "comment", "link", "silence"}
"""Steps of handling that somebody may have to hear of, whatever the kind of the alert."""


async def tell(on: asyncpg.Connection, seq: int, action: str, kind: str, severity: int) -> None:
    """Queue the notice of a transition that somebody may have to hear of; the severest first."""
    rings = action in DETECTED | CLOCKED and kind_of(kind).pushed
    if action in STEPS or rings or (action in DETECTED and kind in OWN_KINDS):
        await tell_all(on, [seq], severity)


async def tell_all(on: asyncpg.Connection, seqs: list[int], severity: int) -> None:
    """The same for transitions that are known to be told; one job looks at all notices that wait."""
    await PUSH.put_notices.execute(on, seqs=seqs)
    await Jobs(AsyncpgDriver(on)).enqueue(NOTICE, b"", severity)


async def wake(on: asyncpg.Connection, lanes: Iterable[tuple[int, int]], once: bool = False) -> None:
    """Have workers look at the lanes (with the severity of what waits there); `once`: not where a job waits already."""
    severities = dict(sorted(set(lanes)))
    if severities:
        await Jobs(AsyncpgDriver(on)).enqueue(
            [LANE] * len(severities),
            [str(lane).encode() for lane in severities],
            list(severities.values()),
            [timedelta()] * len(severities),
            [f"lane-{lane}" if once else None for lane in severities],
            on_conflict="skip",
        )
