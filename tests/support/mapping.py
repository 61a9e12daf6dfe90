"""Messages of vendors, read by the example of a mapping file that is also the documentation."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.frame import Decoded, Message
from ingest.mapping import Source, load
from ingest.protocols import decode

EXAMPLE = Path(__file__).parents[2] / "deploy" / "mapping.example.toml"
SOURCES = load([EXAMPLE])
EIGHT = datetime(2026, 11, 21, tzinfo=UTC)  # 08:00 in Beijing
ACME: dict[str, Any] = {
    "devId": "A-17",
    "t": "2026-11-21 08:00:00",
    "v": {"pm2_5": 35.2, "so2": 41, "gas": [10, 7]},
    "f": {"so2": "cal"},
}


def said(topic: str, payload: object, sources: tuple[Source, ...] = SOURCES) -> Decoded:
    """What a message says on its road through the dispatch of protocols."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode([Message(topic, body, None)], sources)


def refused(decoded: Decoded) -> list[str]:
    """The reasons of what was not taken."""
    return [reject.reason for reject in decoded.rejects]


def mapped(folder: Path, text: str) -> tuple[Source, ...]:
    """The sources of a mapping file."""
    (folder / "mapping.toml").write_text(text)
    return load([folder / "mapping.toml"])
