"""A line of the audit log: JSON in one order, no secret in it, of bounded length."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

LONGEST = 200
SECRET = frozenset({"token"})
"""Path parameters whose value is a right in itself."""


def line(event: str, at: datetime, said: Mapping[str, object]) -> str:
    """One event as text; what is null is left out. `at` is aware."""
    told = {"at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z", "event": event}
    text = json.dumps(told | {name: value for name, value in said.items() if value is not None}, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, as the request had it
        text = json.dumps(json.loads(text))
    return text


def ids(path: Mapping[str, object]) -> dict[str, str] | None:
    """What a path names, cut to a length; of a secret only that there was one."""
    return {name: "***" if name in SECRET else str(value)[:LONGEST] for name, value in path.items()} or None
