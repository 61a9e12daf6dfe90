"""The live feed of alerts: Server-Sent Events that resume by the number of the last one seen."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from service.account.identity import Identity
from service.account.watch import Watch
from service.actor import Identified
from service.database import AWAY, told
from service.live import ALERT_VIEW, Live
from service.parameters import EventNumber, Strict
from service.problems import DatabaseAwayError, FeedFullError
from service.resources import API
from service.resources.alert.evidence import EXAMPLE
from service.resources.desk.handled import EXAMPLE as HANDLED
from service.settings import ServiceSettings

logger = logging.getLogger(__name__)
router = APIRouter(prefix=API, tags=["alerts"])

RETRY_MS = 2_000
SHUTDOWN_GRACE_S = 0.5  # the feed ends its streams in less; only one that is stuck is cut
_EVENT = EXAMPLE | {
    "handling": HANDLED,
    "seq": 4711,
    "at": "2026-11-21T00:21:30+00:00",
    "who": "P12",
    "action": "accept",
    "why": "",
    "place": "192.0.2.7",
    "details": {},
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One event a transition: `id` its number, `event` the action, `data` the alert as it was then"
        " with its `handling`, and `seq`, `at`, `who`, `action`, `why`, `place` and `details`. What the detector sees"
        " ends in -ed (opened, updated, closed: the air); what people do is the name of their step, as in"
        " `POST /alerts/{alert_id}/…` (acknowledge, dispatch, close …), what the clocks do besides `lapse`, `breach` …:"
        " ignore a name that you do not know.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": f"id: 4711\nevent: accept\ndata: {json.dumps(_EVENT)}\n\n",
            }
        },
    }
}


class FeedQuery(Strict):
    """Where to go on, for clients that cannot set a header."""

    last_event_id: Annotated[
        EventNumber | None, Field(description="as the header Last-Event-ID, which goes before it")
    ] = None


class _Stream(EventSourceResponse):
    """A stream whose slow client is cut without a fault being logged."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        live: Live = scope["app"].state.live
        live.readers += 1
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            logger.info("feed: cut a client that took nothing for %s s", self.send_timeout)
        finally:
            live.readers -= 1


@router.get(
    "/alerts/stream",
    response_class=EventSourceResponse,
    responses=DOCUMENTED,
    operation_id="streamAlerts",
    summary="实时告警 · the live feed of alerts (SSE)",
)
async def stream_alerts(
    request: Request,
    identity: Identified,
    asked: Annotated[FeedQuery, Query()],
    last_event_id: Annotated[EventNumber | None, Header()] = None,
) -> EventSourceResponse:
    """Without `Last-Event-ID` the stream begins with what happens from now on; with it, after that event, with no gap
    and no repeat, however long ago it was (0: from the beginning of the log).

    The stream is ended by the server after about ten minutes, when a client takes nothing for long, and within a second
    when its session, key or account has ended; clients come back by themselves. An event `reset` says that the numbers
    began anew: read the list of alerts again.
    """
    live: Live = request.app.state.live
    settings: ServiceSettings = request.app.state.settings
    if live.head is None:
        raise DatabaseAwayError("the feed has not yet reached the database")
    if live.readers >= settings.feed_clients:
        raise FeedFullError(f"{live.readers} clients are connected, as many as are allowed")
    seen = asked.last_event_id if last_event_id is None else last_event_id
    reset = seen is not None and seen > live.head and seen > await _newest(request)
    start = live.head if seen is None or reset else seen
    return _Stream(
        _watched(request.app.state.watch, identity, _Span(start, reset, settings.feed_life_s), live),
        ping=settings.feed_ping_s,
        send_timeout=settings.feed_send_timeout_s,
        shutdown_grace_period=SHUTDOWN_GRACE_S,
        sep="\n",
    )


async def _newest(request: Request) -> int:
    with told():
        newest: int = await ALERT_VIEW.head.fetchval(await request.app.state.database.pool())
    return newest


class _Span(NamedTuple):
    """From where a stream goes on, whether the numbers began anew, and for how long (s) it goes on."""

    start: int
    reset: bool
    life_s: float


async def _watched(watch: Watch, identity: Identity, span: _Span, live: Live) -> AsyncIterator[bytes]:
    with watch.stay(identity) as stay:
        async for frame in _frames(live, span, lambda: stay.over):
            yield frame


async def _frames(live: Live, span: _Span, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
    start, reset, life_s = span
    # An id without data is remembered by the client, so it resumes without a gap even when nothing ever came.
    yield ServerSentEvent(id=str(start), retry=RETRY_MS, sep="\n").encode()
    if reset:
        yield ServerSentEvent(json.dumps({"head": start}), event="reset", sep="\n").encode()
    # Lives of different length, so that a thousand clients do not come back in the same second.
    until = asyncio.get_running_loop().time() + life_s * random.uniform(0.9, 1.1)
    try:
        async for event in live.follow(start, until, is_over):
            yield event.frame
    except AWAY as error:
        logger.info("feed: ended a stream that lags behind the ring, the database is away (%r)", error)
