"""Whether the audit log is as it was written: every line's hash follows from the line and the hash before it."""

import hashlib
from typing import NamedTuple

from service.audit.journal import AUDIT
from sql.queries import Connection, Record

BATCH = 5_000


class Head(NamedTuple):
    """The end of a chain; kept elsewhere it proves later that all before is as it was."""

    seq: int
    hash: bytes


START = Head(0, b"")


class BrokenError(ValueError):
    """The chain does not hold; `seq` is the first line that is wrong."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(f"{what} (audit {seq})")
        self.seq = seq


def follow(head: Head, row: Record) -> Head:
    """The head after one more line; raises BrokenError where that does not follow."""
    seq = head.seq + 1
    if row["seq"] != seq:
        raise BrokenError(seq, f"第 {seq} 行缺失 · line {seq} is missing")
    if hashlib.sha256(head.hash + f"{seq} {row['line']}".encode()).digest() != row["hash"]:
        raise BrokenError(seq, f"第 {seq} 行或其前一行的哈希被改动 · line {seq}, or the hash before it, was changed")
    return Head(seq, row["hash"])


async def verify(on: Connection, since: Head = START) -> Head:
    """The head of the log, every line after `since` tried, and `since` itself; raises BrokenError."""
    if since != START:
        await _must_be_there(on, since)
    head = since
    while rows := await AUDIT.after.fetch(on, after=head.seq, limit=BATCH):
        for row in rows:
            head = follow(head, row)
    return head


async def _must_be_there(on: Connection, kept: Head) -> None:
    row = await AUDIT.one.fetchrow(on, seq=kept.seq)
    if row is None:
        raise BrokenError(kept.seq, f"第 {kept.seq} 行缺失，日志被截短 · line {kept.seq} is missing: the log was cut")
    if row["hash"] != kept.hash:
        raise BrokenError(
            kept.seq, f"第 {kept.seq} 行与保存的哈希不符 · line {kept.seq} is not the one of the kept hash"
        )
