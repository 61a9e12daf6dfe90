"""The files of an enterprise's window: kept for either side under names that nobody can guess, the same file once."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import asyncpg

from alerts.enterprise.content import Paper
from alerts.handling.stage import Actor
from sql.queries import Connection, Queries, Record

FILE = Queries("window_file")
UNATTACHED = timedelta(days=1)
"""How long a file is kept that is attached to nothing."""
MIB = 1024 * 1024
Side = Literal["enterprise", "desk"]


class FullError(Exception):
    """The side has as many bytes in the window as it may."""


class UnknownFile(Exception):  # noqa: N818
    """Files are named that the side has not sent; the message names them."""


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a file beside its `bytes` bytes; `sha256` (hex) of what is kept."""

    file_id: str
    name: str
    content_type: str
    bytes: int
    sha256: str
    at: datetime
    side: Side


@dataclass(frozen=True, slots=True)
class Sent:
    """For which enterprise's window, by whom, and when it came."""

    enterprise_id: str
    actor: Actor
    at: datetime

    @property
    def side(self) -> Side:
        """Whose file it is."""
        return side_of(self.actor)


def side_of(actor: Actor) -> Side:
    """On which side of the window somebody stands."""
    return "enterprise" if actor.role == "enterprise" else "desk"


async def same(on: Connection, sent: Sent, received: str) -> File | None:
    """The file that the side has of this very content (SHA-256 of what came, hex), None where it is new."""
    row = await FILE.same.fetchrow(on, enterprise_id=sent.enterprise_id, side=sent.side, received=received)
    return row and _file(row)


async def keep(on: asyncpg.Connection, paper: Paper, sent: Sent, most_mb: float) -> File:
    """Store a file, or find the one that is there already; raises FullError beyond `most_mb` MiB of the side."""
    of = {"enterprise_id": sent.enterprise_id, "side": sent.side}
    async with on.transaction():
        await FILE.room.execute(on, **of)
        await FILE.forget.execute(on, **of, before=sent.at - UNATTACHED)
        if (kept := await same(on, sent, paper.received)) is not None:
            return kept
        used: int = await FILE.used.fetchval(on, **of)
        if used + len(paper.body) > most_mb * MIB:
            raise FullError(f"文件空间已满（{most_mb:g} MiB） · {used} bytes are kept, {most_mb:g} MiB is all there is")
        await FILE.put.execute(
            on,
            **of,
            file_id=secrets.token_hex(16),
            name=paper.name,
            content_type=paper.content_type,
            sha256=paper.sha256,
            received=paper.received,
            at=sent.at,
            who=sent.actor.who,
            body=paper.body,
        )
        kept = await same(on, sent, paper.received)
    assert kept
    return kept


async def file_of(on: Connection, enterprise_id: str, file_id: str, side: Side) -> File | None:
    """A file that this side may see: its own, or one that the other has attached; None where there is no such."""
    row = await FILE.one.fetchrow(on, enterprise_id=enterprise_id, file_id=file_id, side=side)
    return row and _file(row)


async def body_of(on: Connection, enterprise_id: str, file_id: str) -> bytes:
    """A file itself, to whom `file_of` has shown it."""
    body: bytes = await FILE.body.fetchval(on, enterprise_id=enterprise_id, file_id=file_id)
    return body


async def exists(on: Connection, enterprise_id: str, ids: Iterable[str], side: Side = "enterprise") -> bool:
    """Whether all these are files that the side has sent to the window of this enterprise."""
    wanted = set(ids)
    rows = await FILE.known.fetch(on, enterprise_id=enterprise_id, ids=sorted(wanted), side=side) if wanted else ()
    return {row["file_id"] for row in rows} == wanted


async def attach(
    on: Connection, enterprise_id: str, ids: Iterable[str], now: datetime, side: Side = "enterprise"
) -> None:
    """Make files part of what is being written: from now on they are kept, and the other side sees them.

    Within the caller's transaction. Raises UnknownFile where the side has not sent all of them.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return
    rows = await FILE.attach.fetch(on, enterprise_id=enterprise_id, ids=wanted, now=now, side=side)
    if strange := sorted(set(wanted) - {row["file_id"] for row in rows}):
        raise UnknownFile(f"没有这些文件 · not files of this window: {', '.join(strange)}")


async def named(on: Connection, ids: Sequence[str]) -> Mapping[str, File]:
    """Files by their ids, as far as the connection reaches."""
    return {row["file_id"]: _file(row) for row in await FILE.named.fetch(on, ids=list(ids))} if ids else {}


def _file(row: Record) -> File:
    return File(**dict(row))
