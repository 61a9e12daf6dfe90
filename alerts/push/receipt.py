"""Receipts: signed tokens for the link with which a person confirms one push."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

SALT = "hotgrid.push.receipt"
LONGEST = 300  # characters of a token that is looked at


class Receipt(NamedTuple):
    """What a token says: this person has this push, signed at `signed_at` (UTC)."""

    push_id: int
    person_id: str
    signed_at: datetime


class BadReceipt(Exception):  # noqa: N818
    """A token that confirms nothing; `reason` is `expired`, or `wrong`: not ours, changed, or not of a known key."""

    def __init__(self, reason: Literal["expired", "wrong"]) -> None:
        said = {
            "expired": "此确认链接已过期 · this link has expired: confirm in the newest message or at the desk",
            "wrong": "此确认链接无效 · this link is not valid: copy it whole from the message",
        }
        super().__init__(said[reason])
        self.reason = reason


class _Stamp(TimestampSigner):
    """Signs with a time that is given, not with the clock's."""

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def get_timestamp(self) -> int:
        return int(self._at.timestamp())


def sign(key: str, push_id: int, person_id: str, at: datetime) -> str:
    """The token of a push for a person, characters that may stand in an address; the same for the same arguments."""
    return _serializer([key], at).dumps([push_id, person_id])


def read(keys: Sequence[str], token: str, max_age: timedelta, now: datetime) -> Receipt:
    """What a token says that was signed with any of `keys` (rotated: the old ones stay in the list while links live).

    Raises BadReceipt. A token from the future was signed before the clock was set back: it is good.
    That it is used once only is for the database to see.
    """
    if len(token) > LONGEST:
        raise BadReceipt("wrong")
    try:
        content, signed_at = _serializer(keys, now).loads(token, return_timestamp=True)
    except (BadData, OverflowError, ValueError, OSError) as error:
        raise BadReceipt("wrong") from error
    match content:
        case [int(push_id), str(person_id)]:
            if now - signed_at > max_age:
                raise BadReceipt("expired")
            return Receipt(push_id, person_id, signed_at.astimezone(UTC))
    raise BadReceipt("wrong")


def _serializer(keys: Sequence[str], at: datetime) -> URLSafeTimedSerializer:
    derived = {"key_derivation": "hmac", "at": at}
    return URLSafeTimedSerializer(list(keys), salt=SALT, signer=_Stamp, signer_kwargs=derived)
