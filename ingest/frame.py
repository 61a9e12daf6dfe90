"""What a message says, decoded: frames, what loggers report beside them, and what could not be taken of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple


class Message(NamedTuple):
    """One message as it came; `handle` is its sender's (broker or gateway), to acknowledge it by."""

    topic: str
    payload: bytes
    handle: object


class Sent(NamedTuple):
    """One frame of a device: the message it came in, the start of its minute, what it measured, its HJ 212 letters.

    With a `place` (longitude, latitude) it is a mobile sample, and `minute` the second at which it was taken.
    """

    message: Message
    device_id: str
    minute: datetime
    values: dict[str, float | None]
    flags: dict[str, str]
    place: tuple[float, float] | None = None


class Statistic(NamedTuple):
    """What a logger itself reports of a period that begins at `start` (HJ 212 2031, 2051, 2061, 2111), as sent.

    `code` is the pollutant as sent; `low` `mean` `high` and the same converted to reference oxygen (`zs_…`) are in the
    device's unit, `total` is what was emitted. `letter` is the HJ 212 flag, UNFLAGGED where there was none.
    """

    message: Message
    device_id: str
    command: int
    start: datetime
    code: str
    low: float | None
    mean: float | None
    high: float | None
    total: float | None
    zs_low: float | None
    zs_mean: float | None
    zs_high: float | None
    letter: str


class Note(NamedTuple):
    """What a logger says about itself or its instruments (2041, 2062, 2081, 3019, 3020 …): a name and a text."""

    message: Message
    device_id: str
    command: int
    at: datetime
    code: str
    name: str
    text: str


class Part(NamedTuple):
    """One of `total` packets into which a frame was split; together by device, command, `data_time` and total."""

    message: Message
    device_id: str
    command: int
    data_time: str
    total: int
    number: int


class Claim(NamedTuple):
    """Who a message says it is from; `reply` is owed to it once what it says is committed, None if it asked for none.

    Of a message whose claim does not hold nothing is taken but a reject.
    """

    message: Message
    device_id: str
    password: str
    reply: bytes | None


class Reject(NamedTuple):
    """What could not be taken in: a stable reason, the detail for a person, and the message."""

    message: Message
    device_id: str | None
    reason: str
    detail: str

    @classmethod
    def of(cls, message: Message, device_id: str | None, reason: str, detail: str) -> "Reject":
        """A reject with a detail that can be stored."""
        # PostgreSQL takes neither NUL nor lone surrogates in text.
        text = detail[:500].replace("\0", "\ufffd").encode(errors="replace").decode()
        return cls(message, device_id, reason, text)


class Taken(NamedTuple):
    """What became of messages that are committed: the claims that hold, and why the others are denied."""

    held: list[Claim]
    denied: list[Reject]


@dataclass(slots=True)
class Decoded:
    """What some messages say, in their order, and what was refused of them."""

    frames: list[Sent] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    statistics: list[Statistic] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)


Decode = Callable[[Message, str, Decoded], None]
"""A device protocol: what a message of this device says, or the reasons why not, into Decoded."""


def minute_of(ts: datetime) -> datetime:
    """The minute in which a time lies, in UTC."""
    return ts.astimezone(UTC).replace(second=0, microsecond=0)
