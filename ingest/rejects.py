"""What was refused, taken in again: after a fix of the registry, a unit, a mapping file or the program."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from ingest.frame import Message
from ingest.gate import Gate
from ingest.pipeline import take_in
from sql.queries import Queries, Record

REJECT = Queries("reject")
AT_ONCE = 500


class Which(NamedTuple):
    """Which rejects; all that is given must hold."""

    reasons: list[str] | None = None
    device_id: str | None = None
    since: datetime | None = None


class Outcome(NamedTuple):
    """Messages that were taken in whole now, of which something is refused still, that were too long to be kept."""

    taken: int
    refused: int
    cut: int


async def replay(gate: Gate, which: Which) -> Outcome:
    """The same road as for new messages: rows are stored once, what is refused again is kept and counted once more."""
    taken = refused = cut = 0
    until = gate.now()
    strict = gate._replace(trusting=False)  # some came where a password is asked for, and had none to give
    async for rows in _messages(gate, which, until):
        whole = [row for row in rows if row["whole"]]
        await take_in(strict, [Message(row["topic"], row["payload"], None) for row in whole])
        done = await REJECT.settle.fetchval(gate.pool, messages=[row["message"] for row in whole], until=until)
        taken, refused, cut = taken + done, refused + len(whole) - done, cut + len(rows) - len(whole)
    return Outcome(taken, refused, cut)


async def _messages(gate: Gate, which: Which, until: datetime) -> AsyncIterator[list[Record]]:
    after = 0
    while True:
        rows = await REJECT.messages.fetch(gate.pool, after=after, until=until, limit=AT_ONCE, **which._asdict())
        if not rows:
            return
        after = rows[-1]["message"]
        yield rows
