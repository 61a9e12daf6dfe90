"""A client of the live feed that reads Server-Sent Events as a browser does."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx2

from tests.service.conftest import Serving


class Event(NamedTuple):
    """One event; without data it only tells the number to resume from."""

    id: int
    action: str
    data: dict[str, Any]


@asynccontextmanager
async def listening(service: Serving, last: int | None = None) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of the feed of a service, after number `last` or from now on."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with (
        httpx2.AsyncClient(timeout=httpx2.Timeout(10, read=None), auth=service.auth) as client,
        client.stream("GET", f"{service.url}/api/v1/alerts/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        events = _events(answer)
        try:
            yield events
        finally:
            await events.aclose()


async def _events(answer: httpx2.Response) -> AsyncGenerator[Event, None]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if "id" in fields or "data" in fields:
            yield Event(int(fields.get("id", 0)), fields.get("event", ""), json.loads(fields.get("data", "{}")))
        fields = {}


async def take(events: AsyncIterator[Event], count: int) -> list[Event]:
    """The next so many events that carry data."""
    taken: list[Event] = []
    while len(taken) < count:
        event = await anext(events)
        if event.action:
            taken.append(event)
    return taken
