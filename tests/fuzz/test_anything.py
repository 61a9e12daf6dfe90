"""Whatever is sent becomes something that can be stored: what the fuzzer watches over, with inputs of another kind."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.protocols.hj212.codes import COMMANDS
from tests.fuzz.targets import DEVICES, TOPICS, hj212_frame, hj212_stream, json_frame, mapping
from tests.fuzz.trees import KEYS, WORDS, mutator

NUMBERS = st.floats().map(str) | st.integers().map(str) | st.sampled_from(["", "-", "1_0", "０", "1e39", "0x1"])
CODES = st.sampled_from(["a24088", "a21026", "a25002", "a00000", "011", "S01", "SB1", "PolId", "i11001", ""])
KINDS = st.sampled_from(["-Rtd", "-Avg", "-Min", "-Cou", "-ZsMax", "-RS", "-Flag", "-SampleTime", "-Info", "-", ""])
TIMES = st.sampled_from(["20261121162900", "20261121162900123", "00010101000000", "99991231235959", ""])
TEXTS = NUMBERS | TIMES | st.sampled_from(["N", "D", "n", "//a;b=c//", "//"]) | st.text(max_size=5)
FIELDS = st.builds("{}{}={}".format, CODES, KINDS, TEXTS) | TIMES.map("DataTime={}".format) | st.text(max_size=5)
CPS = st.lists(st.tuples(FIELDS, st.sampled_from(";,& \r\n")), max_size=8).map(
    lambda fields: "".join(field + mark for field, mark in fields)
)
HEADS = st.builds(
    "QN=20261121162957223;ST={};CN={};PW=password;MN={};Flag={};{}".format,
    st.sampled_from(["31", "32", "91", ""]),
    st.sampled_from(sorted(COMMANDS)) | st.text(max_size=4),
    st.sampled_from(["M1", "L1", "M9", ""]),
    st.integers(0, 300) | st.text(max_size=3),
    st.sampled_from(["", "", "PNUM=2;PNO=1;", "PNUM=2;PNO=2;", "PNUM=1;PNO=5;", "PNUM=9999;PNO=9999;"]),
)
CODINGS = st.sampled_from(["utf-8", "gb18030", "utf-16"])
SEGMENTS = st.builds(
    lambda head, cp, coding: f"{head}CP=&&{cp}&&".encode(coding, "replace"), HEADS, CPS, CODINGS
) | st.binary(max_size=60)

WORDS_OF_DEVICES = st.sampled_from(WORDS) | st.floats() | st.text(max_size=4)
TREES = st.recursive(
    WORDS_OF_DEVICES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=15,
)
BODIES = TREES.map(lambda tree: json.dumps(tree).encode()) | st.binary(max_size=60)


@settings(deadline=None)
@given(st.lists(SEGMENTS, min_size=1, max_size=3))
def test_whatever_a_logger_sends(segments: list[bytes]) -> None:
    hj212_frame(b"\x1e".join(segments))


@settings(deadline=None)
@given(st.integers(0, 255), st.lists(SEGMENTS | st.sampled_from([b"##", b"##0012", b"&&1C80\r\n"]), max_size=4))
def test_whatever_comes_in_by_tcp(cut: int, pieces: list[bytes]) -> None:
    hj212_stream(bytes([cut]) + b"".join(b"##%04d%b1C80\r\n" % (len(piece), piece) for piece in pieces))


@settings(deadline=None)
@given(st.integers(0, len(DEVICES) - 1), BODIES)
def test_whatever_a_station_sends(device: int, body: bytes) -> None:
    json_frame(bytes([device]) + body)


@settings(deadline=None)
@given(st.integers(0, len(TOPICS)), st.text(max_size=20), BODIES)
def test_whatever_a_vendor_sends(chosen: int, topic: str, body: bytes) -> None:
    mapping(bytes([chosen]) + (topic.encode() + b"\n" if chosen == len(TOPICS) else b"") + body)


@pytest.mark.parametrize("tree", [{"ts": 1, "values": {"pm25": 1}}, [1, [2, {"a": []}]], {}])
def test_a_changed_tree_is_a_tree_still(tree: Any) -> None:
    def bytewise(data: bytes, _: int) -> bytes:
        return data

    mutate, data = mutator(bytewise), b"0" + json.dumps(tree).encode()
    changed = {mutate(data, 1000, seed) for seed in range(200)}
    assert len(changed) > 50
    for one in changed:
        assert one[:1] == b"0"
        json.loads(one[1:].decode(errors="surrogatepass"))
        assert len(one) <= 1000
