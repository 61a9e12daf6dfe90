"""Frames out of a TCP stream: whole ones, however the bytes come in and whatever is between them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.protocols.hj212 import Splitter, crc, parse
from ingest.protocols.hj212.stream import LONGEST
from tests.support.hj212 import frame, raw

RUBBISH = st.sampled_from(
    [
        b"",
        b"\r\n",
        b"\0\0\xfe",
        b"#",
        b"##",
        b"##\r\n",
        b"##12",
        b"##0000",
        b"##QN=",
        b"REG:13800138000\r\n",
        b"&&1C80\r\n",
        b"###",
    ]
) | st.binary(max_size=20).filter(lambda junk: b"#" not in junk)
FRAMES = st.sampled_from(
    [
        frame(),
        frame()[:-2],
        frame()[:-2] + b"\n",
        frame("DataTime=20260801085857;i11001-Info=//仪器\r\n清洗 ##1//", 3020),
        raw("ST=31;CN=2011;MN=1;CP=&&&&"),
        frame(";".join(f"a{n:05d}-Rtd=1" for n in range(700))),
    ]
)


def fed(stream: bytes, sizes: list[int]) -> tuple[list[bytes], Splitter]:
    """The frames of a stream that comes in pieces of these sizes, over and over."""
    splitter, at = Splitter(), 0
    frames: list[bytes] = []
    while at < len(stream):
        size = sizes[len(frames) % len(sizes)]
        frames += splitter.feed(stream[at : at + size])
        at += size
    return frames, splitter


@settings(deadline=None)
@given(st.lists(st.tuples(RUBBISH, FRAMES), max_size=6), st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_the_frames_of_a_stream_are_found_however_it_is_cut(
    stream: list[tuple[bytes, bytes]], sizes: list[int]
) -> None:
    frames, _ = fed(b"".join(junk + sent for junk, sent in stream), sizes)
    assert frames == [sent.rstrip() for _, sent in stream]


@settings(deadline=None)
@given(
    st.lists(st.binary(max_size=30) | FRAMES | FRAMES.map(lambda sent: sent[:90]) | RUBBISH, max_size=8),
    st.integers(1, 50),
)
def test_what_comes_out_does_not_depend_on_the_pieces(pieces: list[bytes], size: int) -> None:
    stream = b"".join(pieces) + frame()
    at_once, whole = fed(stream, [len(stream)])
    in_pieces, splitter = fed(stream, [size])
    assert in_pieces == at_once
    assert splitter.rubbish == whole.rubbish


def test_a_frame_comes_out_with_its_last_byte() -> None:
    splitter = Splitter()
    sent = frame()[:-2]
    assert [splitter.feed(sent[n : n + 1]) for n in range(len(sent))] == [[]] * (len(sent) - 1) + [[sent]]
    assert splitter.rubbish == 0


def test_rubbish_is_counted_line_ends_are_not() -> None:
    splitter = Splitter()
    assert splitter.feed(b"HELLO\r\n" + frame() + b"\r\n\r\n" + frame() + b"???") == [frame()[:-2]] * 2
    assert splitter.rubbish == len(b"HELLO") + len(b"???")


def test_a_frame_that_is_cut_off_comes_out_when_the_next_begins_and_costs_only_itself() -> None:
    assert Splitter().feed(frame()[:100] + frame()) == [frame()[:100], frame()[:-2]]


@pytest.mark.parametrize("declared", [0, 7, 80, 200, 9999])
def test_a_wrong_len_costs_nothing_where_a_line_end_follows(declared: int) -> None:
    wrong = b"##%04d%b" % (declared, frame()[6:])
    splitter = Splitter()
    assert splitter.feed(wrong + frame()) == [wrong[:-2], frame()[:-2]]
    assert parse(wrong).cp == parse(frame()).cp


def test_a_check_sum_without_its_leading_zero_ends_a_frame() -> None:
    data = next(
        data
        for n in range(10_000)
        if crc(data := f"MN=1;CN=2011;CP=&&DataTime=20260801085857;a24088-Rtd={n}&&".encode()) < 0x1000
    )
    sent = b"##%04d%b%X" % (len(data), data, crc(data))
    assert Splitter().feed(sent + b"\r\n" + sent + frame()) == [sent, sent, frame()[:-2]]
    assert parse(sent).cn == 2011


ADVERSARIES = [
    b"#", b"##", b"##9999QN=", b"##0001QN=&&", b"&&1234", b"##9999QN=&&12\r", b"##00", b"##9999QN=" + b"x" * 9_000,
    b"##9999QN=" + b"x" * 11_000, b"\r\n",
]  # fmt: skip


@pytest.mark.parametrize("what", ADVERSARIES)
def test_memory_is_bounded_and_time_linear_whatever_comes_in(what: bytes) -> None:
    splitter = Splitter()
    stream = what * (1_000_000 // len(what))
    start = time.perf_counter()
    for at in range(0, len(stream), 1000):
        splitter.feed(stream[at : at + 1000])
        assert len(splitter._buffer) <= LONGEST
    assert time.perf_counter() - start < 5  # it takes 0.1 s; what is quadratic takes minutes
    assert splitter.feed(b"\r\n" + frame())[-1] == frame()[:-2]


@pytest.mark.parametrize("beside", range(14))
def test_a_frame_that_begins_where_patience_ends_is_found(beside: int) -> None:
    junk = b"##9999QN=" + b"x" * (LONGEST - 9 - beside)
    assert fed(junk + frame(), [977])[0][-1] == frame()[:-2]


def test_a_frame_as_long_as_len_can_say_comes_out() -> None:
    head = b"QN=1;MN=1;CP=&&"
    sent = raw(head + b"x" * (9999 - len(head) - 2) + b"&&")
    assert sent.startswith(b"##9999")
    assert Splitter().feed(sent) == [sent[:-2]]
    assert fed(sent, [7])[0] == [sent[:-2]]
