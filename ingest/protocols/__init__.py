"""The device protocols: a file each, and a line each in PROTOCOLS."""

from collections.abc import Iterable
from typing import NamedTuple

from ingest.frame import Decode, Decoded, Message, Reject
from ingest.protocols import json_frame


class Protocol(NamedTuple):
    """Messages of `hotgrid/v1/{kind}/{device}{rest}` are read by `decode`."""

    kind: str
    rest: str
    decode: Decode

    @property
    def topic_filter(self) -> str:
        """The topics of all its devices."""
        return f"hotgrid/v1/{self.kind}/+{self.rest}"


PROTOCOLS = (
    Protocol("station", "/reading", json_frame.decode),
    Protocol("monitor", "/reading", json_frame.decode),
)
_BY_KIND = {protocol.kind: protocol for protocol in PROTOCOLS}


def decode(messages: Iterable[Message]) -> Decoded:
    """Everything that the messages say, in their order."""
    decoded = Decoded()
    for message in messages:
        levels = message.topic.split("/")
        protocol = _BY_KIND.get(levels[2]) if len(levels) > 3 else None
        if protocol is None:
            decoded.rejects.append(Reject.of(message, None, "topic", "no protocol for this topic"))
        else:
            protocol.decode(message, levels[3], decoded)
    return decoded
