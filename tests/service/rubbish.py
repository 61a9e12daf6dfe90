"""What nobody should send, one at a time in an otherwise valid request: values for parameters, headers and bodies."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

DEEP = 500
TEXTS = (
    *("", " ", "\0", "\x7f", "\r\nX: 1", "null", "true", "[]", "{}", "a/b", "%", "%2F", "'; --"),
    *("-1", "0", "1", "2", "9" * 30, "-" + "9" * 30, "1.5", "1e400", "NaN", "-Infinity", "٣", "５", "1_0", "+1"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59+23:59", "2026-11-21T08:00:00-23:59", "2026-11-21T24:00:00Z"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "错", "\u202e🔥\u200d", "x" * 10_000),
)
BYTES = (b"", b"%ED%A0%80", b"%FF%FE", b"%", b"%0", b"%25%32%46", b"%c0%af")
"""As they stand in an address: no UTF-8, half an escape, twice escaped."""
HEADERS = (
    b"",
    b" ",
    b"\xff\xfe",
    "错".encode(),
    b"a\tb",
    b"*",
    b'"',
    b'""',
    b'W/"1"',
    b'"1", "2"',
    b"," * 500,
    b"x" * 8000,
)
ACTORS = (
    b"nobody",
    "张三".encode(),
    b"\xff",
    b"",
    b"enterprise:",
    b"enterprise:E0007",
    b"enterprise:x",
    b"x" * 200,
    b"T1",
    b"F1",
    b"B1",
)
KEYS = {
    "content-type": (b"", b"/", b"image", b"image/svg+xml", b"text/html", b"multipart/form-data", b"image/png; a=\xff"),
    "idempotency-key": (b"x" * 201, "键".encode(), b"k1"),
    "if-match": (b"1", b'"-1"', b'"9999999999"', b'"x"', b'"999999999"', b'"0"'),
    "last-event-id": (b"-1", b"9" * 30, b"NaN", b"1.5"),
    "x-hotgrid-actor": ACTORS,
}


def nested(opening: Any, depth: int = DEEP) -> Any:
    """A list in a list in a list …, or objects."""
    value: Any = None
    for _ in range(depth):
        value = [value] if isinstance(opening, list) else {"a": value}
    return value


VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, -(10**30), 2**63, 1e308, float("nan"), float("inf"), float("-inf")),
    *("", " ", "\0", "A\0", "\ud800", "A\udfff", "\x1b[31m", "a\nb", "NaN", "0", "1e400", "x" * 50_000, "字" * 3000),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59+23:59", "9999-12-31T23:59:59-23:59", "2026-11-21T08:00:00"),
    *("0001-01-01", "9999-12-31", "24:00", "08:00+23:59", "\u202e🔥\u200d名", "../..", "Mars/Olympus", "<b>'\"&"),
    *([], {}, [None], ["\ud800"], ["\0"], [[]], [{}], [10**30], {"\ud800": 1}, {"\0": "\0"}, {"": {}}),
    *(nested([]), nested({}), ["x"] * 5_000),
)
FIELDS = ("unexpected", "\ud800", "\0", "", "__proto__", "字" * 300)
"""Names of properties that no body has."""

Place = tuple[str | int, ...]


def places(body: Any, at: Place = ()) -> Iterator[Place]:
    """Where a value stands in a body, from the outside in."""
    inner = body.items() if isinstance(body, dict) else enumerate(body[:2]) if isinstance(body, list) else ()
    for name, value in inner:
        yield (*at, name)
        yield from places(value, (*at, name))


def put(body: Any, place: Place, value: Any) -> Any:
    """A copy of the body with another value there."""
    changed = deepcopy(body)
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return changed


def without(body: Any, place: Place) -> Any:
    """A copy of the body that lacks the property, or the element."""
    changed = deepcopy(body)
    inner = changed
    for name in place[:-1]:
        inner = inner[name]
    del inner[place[-1]]
    return changed


def bodies(body: Any) -> Iterator[tuple[Place, bytes]]:
    """Every body with one wrong thing in it, and where that is."""
    for place in places(body):
        yield place, as_sent(without(body, place))
        for value in VALUES:
            yield place, as_sent(put(body, place, value))
    for place in ((), *(place for place in places(body) if isinstance(_at(body, place), dict))):
        for name in FIELDS:
            yield (*place, name), as_sent(put(body, (*place, name), 1))


def _at(body: Any, place: Place) -> Any:
    for name in place:
        body = body[name]
    return body


def as_sent(body: Any) -> bytes:
    """JSON with escapes, so that half a surrogate pair can be sent, and numbers that JSON does not know."""
    return json.dumps(body).encode()


def wholes(body: Any) -> Iterator[tuple[bytes, bytes | None]]:
    """Bodies that are none as a whole, with their media type."""
    told = as_sent(body)
    kind = b"application/json"
    for text in (
        b"",
        b"null",
        b"[]",
        b"1",
        b'"x"',
        b"{",
        told[:-1],
        told + b"}",
        b"\xff",
        b"\xef\xbb\xbf" + told,
        b"NaN",
    ):
        yield text, kind
    yield told.decode().encode("utf-16"), kind
    yield b"[" * 30_000 + b"]" * 30_000, kind
    yield b'{"a":' * 10_000 + b"1" + b"}" * 10_000, kind
    yield b"1" * 60_000, kind
    yield told[:-1] + b', "a": 1, "a": 2}', kind
    yield b" " * 100_000 + told, kind
    for other in (
        None,
        b"",
        b"text/plain",
        b"application/xml",
        b"multipart/form-data",
        b"application/json; charset=x",
        b"\xff",
    ):
        yield told, other
