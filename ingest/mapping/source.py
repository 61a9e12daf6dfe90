"""A foreign source of frames: its topics, and how a message of them is taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.frame import Decoded, Message
from ingest.mapping.observations import Streams
from ingest.mapping.records import Plan
from ingest.mapping.topic import Filter


@dataclass(frozen=True, slots=True)
class Source:
    """Messages of the topics that match `topic` are read by `reader`."""

    name: str
    topic: Filter
    reader: Plan | Streams

    @property
    def topic_filter(self) -> str:
        """The MQTT filter of its topics, without a share."""
        return self.topic.text

    def matches(self, levels: Sequence[str]) -> bool:
        """Whether a topic is its own, by its levels."""
        return self.topic.match(levels) is not None

    def decode(self, message: Message, into: Decoded) -> None:
        """What a message of one of its topics says, into Decoded."""
        self.reader.take(message, self.topic.match(message.topic.split("/")) or (), into)
