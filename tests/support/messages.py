"""Messages of devices, as they come from the broker, and what is made of them without one."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.batch import Batch, Span, lay_out
from ingest.directory import Directory
from ingest.frame import Message
from ingest.protocols import decode

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
MINUTE = NOW - timedelta(minutes=1)
SPAN = Span.around(NOW, timedelta(days=1826), timedelta(minutes=5))
DIRECTORY = Directory(
    stations={"S1": 1, "S2": 2},
    monitors={"M1": 3},
    channels={("M1", "nmhc"): 1.0, ("M1", "so2"): 64.066 / 24.465, ("M1", "a25002"): 1.0, ("M1", "co"): float("nan")},
)


def frame(ts: object = None, flags: object = None, **values: object) -> dict[str, Any]:
    """A JSON frame; `ts` is the newest whole minute unless given."""
    built: dict[str, Any] = {"ts": MINUTE.isoformat() if ts is None else ts, "values": values}
    return built if flags is None else {**built, "flags": flags}


def message(payload: object, device: str = "S1", kind: str = "station", handle: object = None) -> Message:
    """A message of a device; what is not bytes is written as JSON."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Message(f"hotgrid/v1/{kind}/{device}/reading", body, handle)


def taken(*messages: Message, directory: Directory = DIRECTORY, span: Span = SPAN) -> Batch:
    """The way of messages up to the database."""
    return lay_out(decode(messages), directory, span)


def reasons(batch: Batch) -> list[str]:
    """Why something was not taken."""
    return [reject.reason for reject in batch.rejects]
