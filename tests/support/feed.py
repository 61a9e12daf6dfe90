"""A client of the live feed: reads the events of `/api/v1/alerts/stream` as a browser would."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import httpx2

PATIENCE_S = 60


class Event(NamedTuple):
    """One event as it came."""

    id: int
    action: str
    body: dict[str, Any]


def events(url: str, cookie: str, after: int | None = None) -> Iterator[Event]:
    """The events after number `after` (None: from now on) until the stream ends or breaks."""
    headers = {"Cookie": cookie} | ({} if after is None else {"Last-Event-ID": str(after)})
    with (
        suppress(httpx2.RemoteProtocolError),
        httpx2.Client(timeout=PATIENCE_S) as client,
        client.stream("GET", f"{url}/api/v1/alerts/stream", headers=headers) as answer,
    ):
        answer.raise_for_status()
        yield from _parsed(answer.iter_lines())


def _parsed(lines: Iterable[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        if "data" in fields:
            yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
        fields = {}


def alerts(url: str, cookie: str, limit: int) -> list[dict[str, Any]]:
    """All alerts that the API gives, page after page, oldest first."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        asked = {"limit": str(limit), **cursor}
        answer = httpx2.get(f"{url}/api/v1/alerts", params=asked, headers={"Cookie": cookie}, timeout=PATIENCE_S)
        answer.raise_for_status()
        page = answer.json()
        found += page["alerts"]
        if page["next"] is None:
            return found[::-1]
        cursor = {"cursor": page["next"]}
