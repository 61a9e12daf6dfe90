"""OGC SensorThings observations over MQTT: one value of one datastream a message."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ingest.frame import Decoded, Message, Reject, Sent, minute_of
from ingest.mapping.moment import WRONG as NO_TIME
from ingest.mapping.moment import moment
from ingest.mapping.path import ABSENT, Path, as_text, walk
from ingest.mapping.payload import Read
from ingest.mapping.quantity import WRONG, Quantity
from ingest.mapping.records import shown
from ingest.protocols.json_frame import FrameError

# v1.1/Datastreams(12)/Observations, v1.1/Datastreams('a-b')/Observations
_DATASTREAM = re.compile(r"Datastreams\((['\"]?)(.+?)\1\)")
_TIMES = ("phenomenonTime", "resultTime")
RESULT = Path.parse("$.result")
_moment = moment("iso", None)


class Streams(NamedTuple):
    """By the id of a datastream, the device and the quantity that it is."""

    read: Read
    of: Mapping[str, tuple[str, Quantity]]
    missing: frozenset[float | str]

    def take(self, message: Message, _: tuple[str, ...], into: Decoded) -> None:
        """An observation as a frame of one value, or the reason why not."""
        device = None
        try:
            observation = self.read(message.payload)
            device, quantity = self._stream(message.topic, observation)
            values = {quantity.channel: _result(observation, quantity, self.missing)}
            into.frames.append(Sent(message, device, _minute(observation), values, {}))
        except FrameError as error:
            into.rejects.append(Reject.of(message, device, error.reason, str(error)))

    def _stream(self, topic: str, observation: Any) -> tuple[str, Quantity]:
        """The datastream that the topic names, else the observation; raises FrameError."""
        if not isinstance(observation, dict):
            raise FrameError("structure", "not a JSON object")
        link = observation.get("Datastream@iot.navigationLink")
        named = _DATASTREAM.search(topic) or _DATASTREAM.search(link if isinstance(link, str) else "")
        found = named[2] if named else as_text(walk(observation, ("Datastream", "@iot.id")))
        if found is None:
            raise FrameError("structure", "neither the topic nor the observation names a Datastream")
        if found not in self.of:
            raise FrameError("device", f"Datastream {found[:80]!r} is not in the mapping's datastreams")
        return self.of[found]


def _result(observation: Mapping[str, Any], quantity: Quantity, missing: frozenset[float | str]) -> float | None:
    raw = observation.get("result", ABSENT)
    if raw is ABSENT:
        raise FrameError("empty", "result: missing")
    try:
        return quantity.number(raw, missing)
    except WRONG:
        detail = f"values.{quantity.channel}: $.result: not a finite number: {shown(raw)}"
        raise FrameError("value", detail) from None


def _minute(observation: Mapping[str, Any]) -> datetime:
    """The minute in which the phenomenon was, or begins."""
    raw = next((observation[name] for name in _TIMES if observation.get(name) is not None), ABSENT)
    try:
        return minute_of(_moment(raw.partition("/")[0] if isinstance(raw, str) else raw))
    except NO_TIME as error:
        raise FrameError("time", f"phenomenonTime: no time: {shown(raw)}: {error}") from None
