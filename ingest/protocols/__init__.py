"""The device protocols: a file each, and a line each in PROTOCOLS; vendors' own by a mapping file beside them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from ingest.frame import Decode, Decoded, Message, Reject
from ingest.protocols import hj212, json_frame


class Source(Protocol):
    """Foreign topics and payloads, read as a mapping file says."""

    @property
    def topic_filter(self) -> str:
        """The MQTT filter of its topics."""

    def matches(self, levels: Sequence[str]) -> bool:
        """Whether a topic is its own, by its levels."""

    def decode(self, message: Message, into: Decoded) -> None:
        """What a message says, into Decoded."""


class DeviceProtocol(NamedTuple):
    """Messages of `hotgrid/v1/{kind}/{device}{rest}` are read by `decode`."""

    kind: str
    rest: str
    decode: Decode

    @property
    def topic_filter(self) -> str:
        """The topics of all its devices."""
        return f"hotgrid/v1/{self.kind}/+{self.rest}"


PROTOCOLS = (
    DeviceProtocol("station", "/reading", json_frame.decode),
    DeviceProtocol("monitor", "/reading", json_frame.decode),
    DeviceProtocol("hj212", "", hj212.decode),
)
_BY_KIND = {protocol.kind: protocol for protocol in PROTOCOLS}
_OURS = ["hotgrid", "v1"]


def decode(messages: Iterable[Message], sources: Sequence[Source] = (), into: Decoded | None = None) -> Decoded:
    """Everything that the messages say, in their order, `into` what others have said.

    `sources` are those of the mapping files.
    """
    decoded = Decoded() if into is None else into
    for message in messages:
        levels = message.topic.split("/")
        protocol = _BY_KIND.get(levels[2]) if len(levels) > 3 and levels[:2] == _OURS else None
        if protocol is not None:
            protocol.decode(message, levels[3], decoded)
        elif source := next((source for source in sources if source.matches(levels)), None):
            source.decode(message, decoded)
        else:
            decoded.rejects.append(Reject.of(message, None, "topic", "no protocol for this topic"))
    return decoded
