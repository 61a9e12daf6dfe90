"""MQTT 5 on the wire as far as ingest speaks it: packets to bytes and back. [n] are sections of the OASIS standard."""

from collections.abc import Iterator, Sequence
from struct import Struct, error
from typing import NamedTuple

QOS = 1
CONNACK, PUBLISH, PUBACK, SUBACK, UNSUBACK, DISCONNECT = 0x20, 0x30, 0x40, 0x90, 0xB0, 0xE0
SESSION_EXPIRY, SERVER_KEEPALIVE = 0x11, 0x13  # properties [2.2.2.2]
PINGREQ = b"\xc0\x00"
REFUSED = 0x80  # reason codes from here on are failures [2.4]
REASONS = {
    0x00: "normal", 0x04: "with will", 0x80: "unspecified error", 0x81: "malformed packet", 0x82: "protocol error",
    0x83: "implementation specific error", 0x84: "unsupported protocol version", 0x85: "client id not valid",
    0x86: "bad user name or password", 0x87: "not authorized", 0x88: "server unavailable", 0x89: "server busy",
    0x8A: "banned", 0x8B: "server shutting down", 0x8D: "keep alive timeout", 0x8E: "session taken over",
    0x8F: "topic filter invalid", 0x93: "receive maximum exceeded", 0x95: "packet too large", 0x97: "quota exceeded",
    0x98: "administrative action", 0x9E: "shared subscriptions not supported", 0x9F: "connection rate exceeded",
}  # fmt: skip

_U16, _U32, _PUBACK = Struct("!H"), Struct("!I"), Struct("!BBH")
_u16 = _U16.unpack_from
# How long a property is: numbers by their size, "s" a string or binary, "p" a pair of strings, "v" a variable number.
_SIZES: dict[int, int | str] = {
    0x11: 4, 0x12: "s", 0x13: 2, 0x15: "s", 0x16: "s", 0x1A: "s", 0x1C: "s", 0x1F: "s", 0x21: 2, 0x22: 2, 0x24: 1,
    0x25: 1, 0x26: "p", 0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1,
}  # fmt: skip


Publish = tuple[str, bytes, int]
"""A message: topic, payload, and the number by which it is acknowledged, 0 at QoS 0."""


class Answer(NamedTuple):
    """Any other packet: its kind, what it refers to, its reason codes; the rest is said by CONNACK alone."""

    kind: int
    mid: int = 0
    reasons: bytes = b""
    session: bool = False
    keepalive_s: int | None = None

    @property
    def refusals(self) -> list[str]:
        """The failures among its reasons, in words."""
        return [said(reason) for reason in self.reasons if reason >= REFUSED]


def said(reason: int) -> str:
    """A reason code in words."""
    return REASONS.get(reason, f"reason 0x{reason:02x}")


def packets(data: bytes) -> Iterator[tuple[Publish | Answer, int]]:
    """The complete packets that `data` begins with, each with the place where it ends. Raises ValueError."""
    at, there = 0, len(data)
    while there - at >= 2:
        size, start = data[at + 1], at + 2
        if size > 127:
            if there - at < 5 and data[there - 1] > 127:
                return  # not even the length is all here
            size, start = _number(data, at + 1)
        end = start + size
        if end > there:
            return
        kind = data[at]
        try:
            packet = _publish(kind, data, start, end) if kind & 0xF0 == PUBLISH else _answer(kind, data[start:end])
        except (IndexError, error) as cause:
            raise ValueError(f"a packet of kind 0x{kind:02x} is shorter than what it holds") from cause
        yield packet, end
        at = end


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer [1.5.5] and where it ends."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7
        if shift > 21:
            raise ValueError("a length of more than four bytes")


def _publish(kind: int, data: bytes, start: int, end: int) -> Publish:
    """[3.3]; a topic that is no UTF-8 is kept with its wrong bytes replaced, for a reject."""
    at = start + 2 + _u16(data, start)[0]
    topic, mid = data[start + 2 : at].decode("utf-8", "replace"), 0
    if kind & 6:
        mid = _u16(data, at)[0]
        at += 2
    size, at = _number(data, at)
    if at + size > end:
        raise ValueError("a message whose topic and properties are longer than itself")
    return topic, data[at + size : end], mid


def _answer(kind: int, body: bytes) -> Answer:
    kind &= 0xF0
    if kind == CONNACK:  # [3.2]
        return Answer(kind, 0, body[1:2], bool(body[0] & 1), _keepalive(body[2:]))
    if kind in (SUBACK, UNSUBACK):  # [3.9], [3.11]
        size, at = _number(body, 2)
        return Answer(kind, _u16(body)[0], body[at + size :])
    if kind == DISCONNECT:  # [3.14]
        return Answer(kind, 0, body[:1] or b"\0")
    return Answer(kind)


def _keepalive(properties: bytes) -> int | None:
    """The time between two packets of ours that the broker wants instead of the one that we named."""
    size, at = _number(properties, 0)
    while at <= size:
        name, length = properties[at], _SIZES.get(properties[at])
        at += 1
        if name == SERVER_KEEPALIVE:
            return int(_u16(properties, at)[0])
        if length is None:
            raise ValueError(f"no property 0x{name:02x} belongs into a CONNACK")
        for _ in range(2 if length == "p" else 1):
            at += length if isinstance(length, int) else 2 + _u16(properties, at)[0]
    return None


def connect(client_id: str, user: str | None, password: str | None, keepalive_s: int, expiry_s: int) -> bytes:
    """CONNECT [3.1] to a session that is kept, with what is in it."""
    flags = (0x80 if user is not None else 0) | (0x40 if password is not None else 0)
    body = _text("MQTT") + bytes([5, flags]) + _U16.pack(keepalive_s) + _expiry(expiry_s) + _text(client_id)
    return _packet(0x10, body + b"".join(_text(part) for part in (user, password) if part is not None))


def subscribe(mid: int, filters: Sequence[str]) -> bytes:
    """SUBSCRIBE [3.8] at QOS."""
    return _packet(0x82, _U16.pack(mid) + b"\0" + b"".join(_text(topic) + bytes([QOS]) for topic in filters))


def unsubscribe(mid: int, filters: Sequence[str]) -> bytes:
    """UNSUBSCRIBE [3.10]."""
    return _packet(0xA2, _U16.pack(mid) + b"\0" + b"".join(map(_text, filters)))


def publish(topic: str, payload: bytes) -> bytes:
    """PUBLISH [3.3] at QoS 0."""
    return _packet(PUBLISH, _text(topic) + b"\0" + payload)


def puback(mid: int) -> bytes:
    """PUBACK [3.4]: success."""
    return _PUBACK.pack(PUBACK, 2, mid)


def disconnect(expiry_s: int | None = None) -> bytes:
    """DISCONNECT [3.14]; the session is kept as long as was agreed, or as long as said here."""
    return b"\xe0\x00" if expiry_s is None else _packet(DISCONNECT, b"\0" + _expiry(expiry_s))


def _expiry(seconds: int) -> bytes:
    """Properties that hold nothing but the session expiry interval."""
    return bytes([5, SESSION_EXPIRY]) + _U32.pack(seconds)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _U16.pack(len(encoded)) + encoded


def _packet(kind: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes([kind, *length, size]) + body
