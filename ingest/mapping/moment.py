"""The times of foreign payloads: ISO 8601, epochs, or a pattern of strptime, with the zone that they leave unsaid."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.mapping.path import as_text

Moment = Callable[[object], datetime]
"""A time with its zone from what a payload has for one; raises what is in WRONG."""

WRONG = (ValueError, TypeError, OverflowError, OSError)

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_PER_SECOND = {"epoch_s": 1, "epoch_ms": 1000}
FORMATS = ("iso", *_PER_SECOND)


def zone(text: str) -> tzinfo:
    """From `+08:00`, `Z` or `Asia/Shanghai`; raises ValueError."""
    if found := _OFFSET.fullmatch(text):
        span = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-span if found[1] == "-" else span)
    if text in ("Z", "UTC"):
        return UTC
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"no time zone: {text!r}; write it as +08:00 or Asia/Shanghai") from None


def moment(form: str, local: tzinfo | None) -> Moment:
    """A reader of times of this form; `local` is the zone of those that say none. Raises ValueError."""
    if form == "iso":
        return _remembered(lambda text: _placed(_iso(text), local))
    if form in _PER_SECOND:
        return lambda raw: _epoch(raw, _PER_SECOND[form])
    if "%" not in form:
        raise ValueError(f"no form of a time: {form!r}; there are {', '.join(FORMATS)}, or a pattern as %Y%m%d%H%M%S")
    if local is None and "%z" not in form:
        raise ValueError("the pattern has no %z: add time_zone, for instance '+08:00'")
    datetime.strptime(datetime(2026, 1, 1, tzinfo=UTC).strftime(form), form)  # noqa: DTZ007 - only tried
    return _remembered(lambda text: _placed(datetime.strptime(text, form), local))  # noqa: DTZ007 - placed next


def _remembered(read: Callable[[str], datetime]) -> Moment:
    """Most devices send of the same minute."""
    known = lru_cache(maxsize=4096)(read)

    def remembered(raw: object) -> datetime:
        text = as_text(raw)
        if text is None:
            raise TypeError("no text")
        return known(text.strip())

    return remembered


def _iso(text: str) -> datetime:
    if len(text) <= len("2026-11-21"):
        raise ValueError("no time of day")
    return datetime.fromisoformat(text)


def _placed(time: datetime, local: tzinfo | None) -> datetime:
    if time.tzinfo is not None:
        return time
    if local is None:
        raise ValueError("no offset in it, and no time_zone in the mapping")
    return time.replace(tzinfo=local)


def _epoch(raw: object, per_second: int) -> datetime:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise TypeError("no number")
    return datetime.fromtimestamp(float(raw) / per_second, UTC)
