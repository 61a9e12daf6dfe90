"""The opaque cursor of a list that is sorted by something: where the page before ended."""

import base64
import binascii
from typing import Annotated, NamedTuple

import msgspec
from pydantic import StringConstraints

from service.cursor import WRONG
from service.problems import bad_input

LONGEST = 400
Text = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=LONGEST)]


class _Place(NamedTuple):
    sort: str
    key: float
    id: str


def written(sort: str, key: float, id_: str) -> str:
    """The place of a row as text that fits into a URL unescaped."""
    return base64.urlsafe_b64encode(msgspec.json.encode(_Place(sort, key, id_))).rstrip(b"=").decode()


def read(text: str, sort: str) -> tuple[float, str]:
    """What the rows of a page were sorted by last, and the id; raises BadInputError, also for one of another order."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        place = msgspec.json.decode(raw, type=_Place)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise bad_input({"cursor": WRONG}) from error
    if place.sort != sort or "\0" in place.id:
        raise bad_input({"cursor": WRONG})
    return place.key, place.id
