"""Frames that were divided: the parts, how they are joined whatever the cut, and what one of them is worth alone."""

import itertools
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.frame import Part
from ingest.protocols.hj212 import Frame, FrameError, alone, build, join, parse
from tests.support.hj212 import AT, DATA_TIME, MN, QN, frame, message, raw, reasons, said

TIME = f"DataTime={DATA_TIME}"
WHOLE = Frame(2011, MN, qn=QN, st="31", pw="123456", flag=4)

CODES = st.sampled_from(["a24088", "a34004", "01", "011", "B02", "S01", "SB1", "d10001", "LA", "a01001", "w01018"])
KINDS = st.sampled_from(["Rtd", "Avg", "Min", "Max", "Cou", "ZsAvg"])
NUMBERS = st.decimals(-1000, 99999, places=3).map(str) | st.integers(0, 9).map(str)
ITEMS = st.tuples(CODES, KINDS, NUMBERS, st.sampled_from("NDFMTB")).map(
    lambda it: f"{it[0]}-{it[1]}={it[2]},{it[0]}-Flag={it[3]}"
)
FIELDS = st.lists(ITEMS, min_size=1, max_size=12)
LOGS = st.text(st.characters(codec="utf-8", exclude_characters="/"), max_size=30)


def parts(pieces: list[bytes], cn: int = 2011) -> list[bytes]:
    """The frames into which a logger puts pieces of a CP."""
    return [
        build(Frame(cn, MN, piece, f"202608010858572{no:02d}", "31", "123456", 7, len(pieces), no))
        for no, piece in enumerate(pieces, 1)
    ]


def cut(cp: bytes, places: list[int]) -> list[bytes]:
    """A text cut at these places."""
    edges = [0, *sorted(place % (len(cp) + 1) for place in places), len(cp)]
    return [cp[a:b] for a, b in itertools.pairwise(edges)]


def test_a_part_is_only_a_part_and_a_claim() -> None:
    payload = frame(f"{TIME};a24088-Rtd=1.25", flag=7, pnum=2, pno=1)
    decoded = said(payload)
    assert decoded.parts == [Part(message(payload), MN, 2011, DATA_TIME, 2, 1)]
    assert not decoded.frames
    assert not decoded.rejects
    assert decoded.claims[0].reply == raw(f"QN={QN};ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&")


def test_parts_are_told_without_the_d_bit_and_with_zeros_before() -> None:
    payload = raw(f"ST=31;CN=2051;PW=1;MN={MN};PNO=0002;PNUM=0002;CP=&&{TIME};a01006-Avg=101.85&&")
    assert said(payload).parts == [Part(message(payload), MN, 2051, DATA_TIME, 2, 2)]


@pytest.mark.parametrize("number", [0, 3])
def test_a_part_that_cannot_be_one_is_refused(number: int) -> None:
    assert reasons(said(frame(flag=6, pnum=2, pno=number))) == ["part"]


@given(FIELDS, st.lists(st.integers(0, 2000), max_size=4), st.randoms())
def test_a_text_cut_anywhere_joins_back(fields: list[str], places: list[int], order: Random) -> None:
    cp = ";".join([TIME, *fields]).encode()
    pieces = parts(cut(cp, places))
    order.shuffle(pieces)
    assert join(pieces) == build(WHOLE._replace(cp=cp, qn="20260801085857201"))


@given(LOGS, st.lists(st.integers(0, 2000), max_size=3))
def test_a_chinese_log_cut_anywhere_joins_back(log: str, places: list[int]) -> None:
    cp = f"{TIME};PolId=a24088;i11001-Info=//仪器{log}清洗//;i12001-Info=0".encode()
    assert parse(join(parts(cut(cp, places), 3020))).cp == cp


@pytest.mark.parametrize("place", range(40))
def test_a_log_with_equals_signs_cut_anywhere_joins_back(place: int) -> None:
    cp = f"{TIME};i11001-Info=//a=b;c=d//"
    assert parse(join(parts(cut(cp.encode(), [len(TIME) + place]), 3020))).cp == cp.encode()


@given(FIELDS, st.lists(st.integers(0, 24), max_size=3), st.sampled_from(["", ";"]))
def test_parts_that_are_cut_between_fields_and_repeat_the_time_join_back(
    fields: list[str], places: list[int], end: str
) -> None:
    single = [field for item in fields for field in item.split(",")]
    edges = [0, *sorted(place % (len(single) + 1) for place in places), len(single)]
    pieces = [";".join([TIME, *single[a:b]]) + end for a, b in itertools.pairwise(edges)]
    joined, expected = said(join(parts([piece.encode() for piece in pieces]))), said(frame(";".join([TIME, *fields])))
    assert [sent[2:] for sent in joined.frames] == [sent[2:] for sent in expected.frames]
    assert reasons(joined) == reasons(expected)


@given(FIELDS, st.lists(st.integers(0, 2000), max_size=4))
def test_parts_that_are_cut_anywhere_and_repeat_the_time_join_back(fields: list[str], places: list[int]) -> None:
    cp = ";".join(fields).encode()
    pieces = [TIME.encode() + b";" + piece for piece in cut(cp, places)]
    assert parse(join(parts(pieces))).cp == TIME.encode() + b";" + cp


def test_a_joined_frame_claims_but_wants_no_answer() -> None:
    decoded = said(join(parts([f"{TIME};a24088-Rtd=1".encode(), f"{TIME};a34004-Rtd=2".encode()])))
    assert [claim.reply for claim in decoded.claims] == [None]
    assert [(sent.minute, sent.values) for sent in decoded.frames] == [(AT, {"a24088": 1, "a34004": 2})]
    assert not decoded.parts


def test_parts_that_are_longer_together_than_len_can_say_are_read() -> None:
    codes = [f"a{n:05d}" for n in range(1000)]
    pieces = [
        ";".join([TIME, *(f"{code}-Rtd=1,{code}-Flag=N" for code in codes[n : n + 30])]) for n in range(0, 1000, 30)
    ]
    (sent,) = said(join(parts([piece.encode() for piece in pieces]))).frames
    assert list(sent.values) == codes


def test_nothing_is_not_joined() -> None:
    with pytest.raises(ValueError, match="no parts"):
        join([])


def test_a_part_that_is_damaged_is_not_joined() -> None:
    with pytest.raises(FrameError, match="CRC"):
        join([frame(pnum=2, pno=1), frame(pnum=2, pno=2).replace(b"1.25", b"1.35")])


ALONE = {
    "the first part, cut in a value": ((1, 2), f"{TIME};a24088-Rtd=1.25,a24088-Flag=N;a34004-Rtd=3", {"a24088": 1.25}),
    "the first part, cut in a name": ((1, 2), f"{TIME};a24088-Rtd=1.25,a24088-Flag=N;a34", {"a24088": 1.25}),
    "the first part, ending in a flag": ((1, 2), f"{TIME};a24088-Rtd=1.25,a24088-Flag=N", {"a24088": 1.25}),
    "the first part, ending in a separator": ((1, 2), f"{TIME};a24088-Rtd=1.25;", {"a24088": 1.25}),
    "a middle part after a cut in a name": ((2, 3), f"{TIME};88-Rtd=9,a24088-Flag=N;a34004-Rtd=3;", {"a34004": 3}),
    "a middle part that begins with a code": ((2, 3), f"{TIME};a24088-Rtd=9,a24088-Flag=N;a34004-Rtd=3", {"a24088": 9}),
    "the last part": ((3, 3), f"{TIME};a24088-Rtd=9,a24088-Flag=N;a34004-Rtd=3", {"a24088": 9, "a34004": 3}),
    "a last part after a separator": ((2, 2), f"{TIME};;01-Rtd=9;a34004-Rtd=3", {"a34013": 9, "a34004": 3}),
    "a last part of 2005 that may be cut": ((2, 2), f"{TIME};01-Rtd=9;a34004-Rtd=3", {"a34004": 3}),
}


@pytest.mark.parametrize("what", ALONE)
def test_a_part_alone_is_worth_its_fields_that_are_surely_whole(what: str) -> None:
    (number, total), cp, values = ALONE[what]
    decoded = said(alone(frame(cp, flag=7, pnum=total, pno=number)))
    assert [(sent.minute, sent.values) for sent in decoded.frames] == [(AT, values)]
    assert [claim.reply for claim in decoded.claims] == [None]
    assert not decoded.parts


def test_a_flag_at_the_end_of_a_part_is_whole_and_any_other_field_is_not() -> None:
    (sent,) = said(alone(frame(f"{TIME};a24088-Rtd=1.25,a24088-Flag=N", flag=7, pnum=2, pno=1))).frames
    assert sent.flags == {"a24088": "N"}
    assert reasons(said(alone(frame(f"{TIME};a24088-Rtd=1.25", flag=7, pnum=2, pno=1)))) == ["empty"]


def test_a_later_part_without_a_time_is_worth_nothing_alone() -> None:
    assert reasons(said(alone(frame("4088-Rtd=1;a34004-Rtd=3", flag=7, pnum=2, pno=2)))) == ["time"]


@given(FIELDS, st.lists(st.integers(0, 2000), min_size=1, max_size=4))
def test_a_part_alone_never_says_what_was_not_sent(fields: list[str], places: list[int]) -> None:
    sent = {tuple(field.split("=")) for item in fields for field in item.split(",")}
    for piece in parts([TIME.encode() + b";" + piece for piece in cut(";".join(fields).encode(), places)]):
        said_alone = parse(alone(piece)).cp.decode().removeprefix(TIME)
        assert {tuple(field.split("=")) for field in said_alone.replace(",", ";").split(";") if field} <= sent
