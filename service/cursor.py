"""The opaque cursor of a newest-first list: where the page before ended."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

import msgspec
from pydantic import AfterValidator

WRONG = "must be the `next` of a page before, unchanged"


class Cursor(NamedTuple):
    """The last row of a page: its time, and its id among rows of the same time."""

    at: datetime
    id: str


def encode(cursor: Cursor) -> str:
    """The cursor as text that fits into a URL unescaped."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).rstrip(b"=").decode()


def decode(text: str) -> Cursor:
    """The cursor of a text; raises ValueError where it is none of ours."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(raw, type=Cursor)
        at = cursor.at.astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error, msgspec.MsgspecError) as error:
        raise ValueError(WRONG) from error
    if "\0" in cursor.id:
        raise ValueError(WRONG)
    return Cursor(at, cursor.id)


def _checked(text: str) -> str:
    decode(text)
    return text


CursorText = Annotated[str, AfterValidator(_checked)]
"""The text of a cursor that can be decoded."""
