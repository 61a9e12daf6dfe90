"""What a message says, decoded: frames, and what could not be taken of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

SAMPLE_BYTES = 4096


class Message(NamedTuple):
    """One MQTT message as it came; `handle` is the broker's, to acknowledge it by."""

    topic: str
    payload: bytes
    handle: object


class Sent(NamedTuple):
    """One frame of a device: the message it came in, the start of its minute, what it measured, its HJ 212 letters."""

    message: Message
    device_id: str
    minute: datetime
    values: dict[str, float | None]
    flags: dict[str, str]


class Reject(NamedTuple):
    """What could not be taken in: a stable reason, the detail for a person, the beginning of what was sent."""

    topic: str
    device_id: str | None
    reason: str
    detail: str
    sample: bytes

    @classmethod
    def of(cls, message: Message, device_id: str | None, reason: str, detail: str) -> "Reject":
        """A reject that keeps no more than the beginning of its message."""
        # PostgreSQL takes neither NUL nor lone surrogates in text.
        text = detail[:500].replace("\0", "\ufffd").encode(errors="replace").decode()
        return cls(message.topic, device_id, reason, text, message.payload[:SAMPLE_BYTES])


@dataclass(slots=True)
class Decoded:
    """The frames of some messages and what was refused of them."""

    frames: list[Sent] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


Decode = Callable[[Message, str, Decoded], None]
"""A device protocol: the frames of a message of this device, or the reasons why not, into Decoded."""


def minute_of(ts: datetime) -> datetime:
    """The minute in which a time lies, in UTC."""
    return ts.astimezone(UTC).replace(second=0, microsecond=0)
