"""Time grows with what is sent and no faster, whatever it is."""

import time
from collections.abc import Callable

import pytest

from tests.fuzz.targets import HANG_S, MOST_BYTES, TARGETS

HEAD = b"QN=20261121162957223;ST=31;CN=%d;PW=1;MN=M1;Flag=5;CP=&&"
TIME = b"DataTime=20261121162900;"


Pattern = Callable[[int], bytes]


def cp(text: bytes, cn: int = 2011, head: bytes = HEAD) -> Pattern:
    """A data segment with a text over and over in its CP."""
    return lambda size: (head % cn + TIME + text * size)[:size] + b"&&"


def over(texts: list[bytes], first: bytes = b"0") -> list[Pattern]:
    """Each of these texts over and over, after the byte that chooses what they are sent to."""
    return [lambda size, text=text: (first + text * size)[:size] for text in texts]  # type: ignore[misc]


def within(before: bytes, text: bytes, after: bytes, between: bytes = b"") -> Pattern:
    """A text many times between two others."""
    return lambda size: before + between.join([text] * (size // len(text + between))) + after


SEPARATORS = [b";", b"=", b"a=", b";=", b",", b" ", b"\t=", b"-", b"a-Rtd", b"9", b"\0", b"\xd2"]
FIELDS = [b"a24088-Rtd=1;", b"a24088-Rtd=1,a24088-Flag=N;", b"DataTime="]
LOGS = [b"//", b"a=//", b"=//;", b"a-Info=//b;", b"i11001-Info=//a//;", b"a-Info=1;"]
BEGINNINGS = [b"#", b"##", b"##1", b"##12", b"##0123", b"##0123QN", b"##0123QN=", b"##9999QN=", b"##0QN=", b"##\r\n"]
ENDS = [b"&", b"&&", b"&&1C8", b"&&1C80", b"&&1C80\r\n", b"\r\n", b"##0010QN=1&&0000", b"##0008QN=1;&&1234\r\n"]
JSON = [b"[", b'{"a":', b'{"values":', b'{"readings":[', b'"', b"\\", b"1", b"-", b"[1,", b"\xff", b" ", b"9e9", b"[],"]
CSV = [b",", b'"', b'"",', b"\n", b"a\n", b"\r", b"\xff", b'"\n']
TOPICS = [b"/", b"v1.1/", b"Datastreams(", b"Datastreams('", b"+", b"a"]

PATTERNS: dict[str, list[Pattern]] = {
    "hj212-frame": [
        *(cp(text, cn) for cn in (2011, 2013, 2061) for text in SEPARATORS + FIELDS),
        *(cp(text, 3020) for text in SEPARATORS + LOGS),
        *(cp(text, head=HEAD.replace(b"CP", b"PNUM=2;PNO=1;CP")) for text in SEPARATORS + FIELDS + LOGS),
        *over([b"&&", b"##", b"=", b"A", b"A=", b"CP=", b"CP=&&", b"\x1e", b";", b" "], b"Q"),
    ],
    "hj212-stream": over([*BEGINNINGS, *ENDS, b"\0", b"A", b"="]),
    "json": [
        *over(JSON),
        within(b'0{"ts":1,"values":{"a":[', b'"x"', b"]}}", b","),
        within(b'0{"ts":1,"values":{"a":', b"9", b"}}"),
        within(b'0{"ts":', b"9", b',"values":{"a":1}}'),
        within(b'0{"readings":[', b'{"ts":1,"values":{"pm25":1,"pm10":"x"}}', b"]}", b","),
        lambda size: b'0{"ts":1,"values":{%b}}' % b",".join(b'"%d":"x"' % n for n in range(size // 10)),
    ],
    "mapping": [
        within(b'\x01{"gw":"G","data":[', b'{"id":1,"ts":1,"tsp":{"10um":"x"}}', b"]}", b","),
        within(b'\x02{"MN":"M1","time":"1","sensors":[', b'{"code":"VOC","val":"x"}', b"]}", b","),
        within(b'\x02{"MN":"M1","time":"', b"1", b'"}'),
        *over(JSON, b"\x01"),
        *over(CSV, b"\x03"),
        *over(TOPICS, b"\x06"),
    ],
}


def least_s(target: Callable[[bytes], None], data: bytes) -> float:
    """CPU seconds, undisturbed."""
    took = []
    for _ in range(3):
        began = time.process_time()
        target(data)
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("name", PATTERNS)
def test_twice_as_much_takes_less_than_four_times_as_long(name: str) -> None:
    target = TARGETS[name]
    for i, pattern in enumerate(PATTERNS[name]):
        half, whole = (least_s(target, pattern(size)) for size in (MOST_BYTES // 2, MOST_BYTES))
        what = f"pattern {i}: {pattern(MOST_BYTES)[:80]!r}: {half:.4f} s, then {whole:.4f} s"
        assert whole < HANG_S / 2, what
        assert whole < 4 * half + 0.004, what
