"""A frame that came in several packets, made whole again."""

import re
from collections.abc import Sequence

from ingest.protocols.hj212.data import data_time
from ingest.protocols.hj212.frame import Frame, build, parse

_SEPARATOR = re.compile(rb"[;,]")
_FIRST_TIME = re.compile(rb"\s*DataTime\s*=\s*([^;,&]*)[;,]?")
# Nothing that is cut off at the front looks like this, and nothing that is cut off at the end like the other.
_SURELY_BEGUN = re.compile(rb"(?:[a-z]\d{5}|SB\d+)-[A-Za-z]+=|PolId=|i\d{5}-Info=")
_SURELY_ENDED = re.compile(rb"-Flag=[A-Za-z]\Z")


def join(payloads: Sequence[bytes]) -> bytes:
    """The raw frame whose parts these are, in whatever order; raises FrameError, ValueError where there are none.

    Loggers that keep to the standard cut between fields and repeat DataTime; others cut the text anywhere, in the
    middle of a character even. A field has one `=`: if the text before a cut has one since its last separator, and so
    has the text after it up to its first, these are two fields, and a separator is missing between them.
    """
    parts = sorted((parse(payload) for payload in payloads), key=lambda part: part.pno)
    if not parts:
        raise ValueError("no parts to join")
    cp = parts[0].cp
    for part in parts[1:]:
        cp = _joined(cp, _without_time(part.cp, data_time(parts[0].cp)))
    return build(parts[0].whole(cp))


def _without_time(cp: bytes, time: str) -> bytes:
    """A part without the DataTime that it repeats."""
    found = _FIRST_TIME.match(cp)
    return cp[found.end() :] if found and time and found[1].decode(errors="replace").strip() == time else cp


def _joined(before: bytes, after: bytes) -> bytes:
    last = before[max(before.rfind(b";"), before.rfind(b",")) + 1 :]
    first = _SEPARATOR.split(after, 1)[0]
    continues = first.startswith(b"/") or b"=" not in first or b"=" not in last or _in_text(before)
    return before + (b"" if continues else b";") + after


def _in_text(cp: bytes) -> bool:
    """Whether the CP ends inside a `//…//`, which may hold any character."""
    start = cp.rfind(b"=//")
    return start >= 0 and cp.find(b"//", start + 3) < 0


def alone(payload: bytes) -> bytes:
    """The raw frame that one part makes by itself, without the fields at its ends that may have been cut.

    The first field is whole in the first part, after a separator, and where it begins with a complete code; the last
    one in the last part, before a separator, and where it is a Flag, which has one letter. Raises FrameError.
    """
    part = parse(payload)
    time = _FIRST_TIME.match(part.cp)
    head = time[0] if time else b""
    fields = part.cp[len(head) :]
    return build(part.whole(head + _certain(part, fields, repeats_time=time is not None)))


def _certain(part: Frame, fields: bytes, *, repeats_time: bool) -> bytes:
    begins = (part.pno == 1 and repeats_time) or _SURELY_BEGUN.match(fields)
    if not begins:
        cut = _SEPARATOR.search(fields)
        fields = fields[cut.end() :] if cut else b""
    if part.pno != part.pnum and not _SURELY_ENDED.search(fields):
        fields = fields[: max(fields.rfind(b";"), fields.rfind(b",")) + 1]
    return fields
