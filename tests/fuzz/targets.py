"""What is fuzzed: bytes on the pure road from a message to the rows of a batch."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.batch import Span, lay_out
from ingest.clock import clock_errors
from ingest.directory import Directory
from ingest.frame import Decoded, Message, Part
from ingest.mapping import load
from ingest.protocols import decode
from ingest.protocols.hj212 import Splitter, alone, crc, join
from ingest.protocols.hj212.stream import LONGEST
from tests.fuzz.holds import check_kept, check_said

Target = Callable[[bytes], None]

HANG_S = 1.0
"""An input of at most MOST_BYTES that takes more CPU time than this counts as a hang."""
MOST_BYTES = 64 << 10
MOST_MESSAGES = 100
"""Out of an input: what many messages cost is no matter of what is in them."""

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
SPAN = Span.around(NOW, timedelta(days=1826), timedelta(minutes=5))
DIRECTORY = Directory(
    stations={"S1": 1, "S2": 2, "C1": 3, "L1": 2},
    monitors={"M1": 4, "M2": 5},
    channels={
        ("M1", "nmhc"): 1.0,
        ("M1", "so2"): 64.066 / 24.465,
        ("M1", "a25002"): 1.0,
        ("M1", "a00000"): 3600.0,
        ("M1", "SB1"): 1.0,
        ("M1", "co"): float("nan"),
        ("M2", "nmhc"): 1e-3,
    },
    units={2: {"no2": 1.88, "o3": float("nan")}},
    mobile=frozenset({3}),
    secrets={"M2": "123456", "L1": "password"},
)
SOURCES = load([Path(__file__).parents[2] / "deploy" / "mapping.example.toml"])
LOGGERS = ("M1", "M2", "L1", "M9")
DEVICES = (
    "station/S1",
    "monitor/M1",
    "station/C1",
    "station/S2",
    "station/S9",
    "monitor/M2",
    "monitor/S1",
    "station/M1",
)
TOPICS = (
    "acme/A-17/up",
    "gw/data",
    "voc/M1/a/b",
    "csv/up",
    "v1.1/Datastreams(12)/Observations",
    "v1.1/Datastreams/Observations",
)


def taken(messages: Sequence[Message]) -> Decoded:
    """The road of messages up to the database; raises AssertionError where something does not hold."""
    decoded = decode(messages, SOURCES)
    check_said(messages, decoded)
    batch = lay_out(decoded, DIRECTORY, SPAN)
    check_kept(batch)
    clock_errors(batch, NOW)
    return decoded


def hj212_stream(data: bytes) -> None:
    """A TCP stream; its first byte says how it is cut. What the frames are does not depend on that.

    As one message it comes by MQTT too.
    """
    stream = data[1:]
    frames = _fed(stream, [len(stream)])
    if len(stream) > 1:
        assert _fed(stream, _sizes(data[0], len(stream))) == frames, "the frames depend on the cuts"
    taken([_logger(frame) for frame in [stream, *frames[:MOST_MESSAGES]]])


def hj212_frame(data: bytes) -> None:
    """Data segments between \\x1e, each with the LEN and CRC that it ought to have; parts are joined."""
    messages = [_logger(b"##%04d%b%04X\r\n" % (len(body), body, crc(body))) for body in _segments(data)]
    groups: dict[tuple[str, int, str, int], list[Part]] = defaultdict(list)
    for part in taken(messages).parts:
        groups[part.device_id, part.command, part.data_time, part.total].append(part)
    for parts in groups.values():
        payloads = {part.number: part.message.payload for part in parts}
        whole = [join(list(payloads.values())), *(alone(payload) for payload in payloads.values())]
        said = taken([Message(parts[0].message.topic, payload, None) for payload in whole])
        assert not said.parts, "what was joined is a part again"


def json_frame(data: bytes) -> None:
    """A JSON message; its first byte chooses the device."""
    device = DEVICES[data[0] % len(DEVICES)] if data else DEVICES[0]
    taken([Message(f"hotgrid/v1/{device}/reading", data[1:], None)])


def mapping(data: bytes) -> None:
    """A message of a vendor; its first byte chooses the topic, beyond those that there are its first line is it."""
    chosen = data[0] % (len(TOPICS) + 1) if data else 0
    if chosen < len(TOPICS):
        topic, payload = TOPICS[chosen], data[1:]
    else:
        line, _, payload = data[1:].partition(b"\n")
        topic = line.decode(errors="replace").replace("\0", "")
    taken([Message(topic, payload, None)])


def _segments(data: bytes) -> list[bytes]:
    return data.split(b"\x1e", MOST_MESSAGES - 1)


def _fed(stream: bytes, sizes: Sequence[int]) -> list[bytes]:
    splitter = Splitter()
    frames: list[bytes] = []
    for at, end in _cuts(len(stream), sizes):
        frames += splitter.feed(stream[at:end])
        assert len(splitter._buffer) <= LONGEST, "more than one frame is kept"
    assert sum(map(len, frames)) + splitter.rubbish <= len(stream)
    return frames


def _cuts(length: int, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    at = turn = 0
    while at < length:
        end = at + sizes[turn % len(sizes)]
        yield at, end
        at, turn = end, turn + 1


def _sizes(chosen: int, length: int) -> list[int]:
    """Three sizes out of a byte; of long streams no crumbs: some thirty pieces."""
    least = 1 + length // 32
    return [least + chosen % 7, least + chosen % 16 * chosen // 16, least + chosen // 16]


def _logger(frame: bytes) -> Message:
    """A frame of the logger whose MN it has."""
    mn = next((mn for mn in LOGGERS if b"MN=" + mn.encode() in frame), LOGGERS[0])
    return Message(f"hotgrid/v1/hj212/{mn}", frame, None)


TARGETS: dict[str, Target] = {
    "hj212-stream": hj212_stream,
    "hj212-frame": hj212_frame,
    "json": json_frame,
    "mapping": mapping,
}


def in_time(target: Target) -> Target:
    """The target, and an AssertionError where it takes too long."""

    def timed(data: bytes) -> None:
        began = time.process_time()
        target(data)
        took = time.process_time() - began
        assert took <= HANG_S or len(data) > MOST_BYTES, f"{len(data)} bytes took {took:.1f} s"

    return timed
