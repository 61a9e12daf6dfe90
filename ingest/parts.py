"""Frames that were split into packets: kept in the database until all have come, whoever took which of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from ingest.batch import Batch
from ingest.beside import beside
from ingest.frame import Message, Reject, Taken
from ingest.gate import Gate
from ingest.protocols.hj212 import alone, join
from ingest.store import READING, commit, patiently
from sql.queries import Record

SWEEP_S = 60.0
ABANDONED = timedelta(minutes=10)  # loggers try three times within half a minute
TakeIn = Callable[[Gate, Sequence[Message]], Awaitable[Taken]]
KEY = ("device", "command", "data_time", "total")


@asynccontextmanager
async def sweeping(gate: Gate, take_in: TakeIn) -> AsyncIterator[None]:
    """While inside, look now and then after packets whose others never come, and after those of a process that died."""
    async with beside(lambda: take_parts(gate, take_in), SWEEP_S):
        yield


async def take_parts(gate: Gate, take_in: TakeIn) -> None:
    """Take in the frames that are whole now, and what is certain of those that never will be.

    Done again after a crash in between: of a minute the first value stays, so that makes no difference.
    """
    rows = await patiently(lambda: READING.whole_parts.fetch(gate.pool, abandoned=gate.now() - ABANDONED))
    if not rows:
        return
    # Their claims were held against the registry when they came, by whom they came to.
    await take_in(gate._replace(trusting=True), [message for row in rows for message in _messages(row)])
    if rejects := [_incomplete(row) for row in rows if len(row["numbers"]) < row["total"]]:
        await commit(gate.pool, Batch(rejects=rejects), gate.now())
    keys = {name: [row[name] for row in rows] for name in KEY}
    await patiently(lambda: READING.drop_parts.execute(gate.pool, **keys))


def _messages(row: Record) -> list[Message]:
    if len(row["numbers"]) == row["total"]:
        return [Message(row["topic"], join(row["payloads"]), None)]
    return [Message(row["topic"], alone(payload), None) for payload in row["payloads"]]


def _incomplete(row: Record) -> Reject:
    """That packets are missing; the sample is the first that came."""
    came = ", ".join(map(str, row["numbers"]))
    detail = f"DataTime={row['data_time']}: of {row['total']} packets only {came} came"
    message = Message(row["topic"], row["payloads"][0], None)
    return Reject.of(message, row["topic"].split("/")[-1], "incomplete", detail)
