"""What a push channel is given, what it says came of it, and what every channel is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said to one address; `url` and the text of it are for its reader alone and never logged."""

    key: str  # the idempotency key, the same for every try
    title: str  # one line
    text: str  # in the reader's language, within the channel's `room`
    url: str | None  # the signed link that confirms
    severity: int  # 1 to 4, 4 is the worst
    data: Mapping[str, Any] = field(default_factory=dict)  # for programs: the webhook's JSON, the siren's orders
    topic: str = ""  # messages of one topic replace each other on the phone
    secret: str | None = field(default=None, repr=False)  # an enterprise's own: signs in place of the installation's


@dataclass(frozen=True, slots=True)
class Sent:
    """It was handed over; `delivered` where the channel itself says that it arrived (nobody is said to have read)."""

    delivered: bool = False
    detail: str = ""


class Later(RuntimeError):  # noqa: N818
    """The channel asks to be tried again, not before `seconds` have passed (0: it named no time)."""

    def __init__(self, detail: str, seconds: float = 0) -> None:
        super().__init__(detail)
        self.seconds = seconds


class Channel(Protocol):
    """A way to reach somebody: sends once, says what came of it, never tries again by itself."""

    @property
    def name(self) -> str:
        """As in the table contact: 'webhook', 'webpush', 'apprise', 'siren', 'hook'."""

    @property
    def room(self) -> int:
        """Characters of text that it takes."""

    def per_minute(self, address: str) -> int | None:
        """Messages a minute that this address takes at most, None where nobody limits them."""

    async def send(self, address: str, message: Message) -> Sent:
        """Send once. Raises Refused (a final no), Gone (a dead address), Later; whatever else is raised may pass."""
