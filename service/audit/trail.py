"""What requests leave in the audit log: every change before and after it is made, and every denied try."""

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access import operation_of
from service.account.identity import Identity
from service.audit.folding import Denied, Fold, Folding
from service.audit.journal import FAILURES, Journal
from service.audit.line import LONGEST, ids, line
from service.limit import has_credential, place_of
from service.origin import READING
from service.problems import DatabaseAwayError
from service.resources import API

SIGNING_IN = frozenset({"login", "endSingleSignOn"})
"""The latter is a GET, as the provider sends browsers back with it."""
TYPED = frozenset({"login", "changePassword"})
"""Operations whose body has a password: by its hash, which is a fast one, it could be guessed."""
TURN_S = 10.0
ALONE = {429: 1}
FEW = 5
"""So many tries that an address is denied at an operation are written each on its own in a minute, then counted."""


class Trace:
    """What is known of a request while it is under way."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._size = 0
        self.asked: int | None = None

    def hear(self, message: Message) -> None:
        """Take a piece of the body."""
        if message["type"] == "http.request":
            self._digest.update(message.get("body", b""))
            self._size += len(message.get("body", b""))

    @property
    def body(self) -> str | None:
        """The hash of the body as far as it was read, never the body: it may hold secrets."""
        return self._digest.hexdigest() if self._size else None


async def asked(request: Request) -> None:
    """Write that a change is asked for, before anything is done; raises DatabaseAwayError where that cannot be."""
    if request.method in READING:
        return
    journal: Journal = request.app.state.journal
    trace: Trace = request.state.trace
    try:
        trace.asked = await journal.append(line("asked", datetime.now(UTC), _who(request.scope) | _what(request.scope)))
    except FAILURES as error:
        raise DatabaseAwayError(
            "审计日志无法写入，未作任何更改 · the audit log cannot be written: nothing was changed"
        ) from error


class Audited:
    """Writes how a change came out, and what was denied, once the answer is on its way."""

    def __init__(self, app: ASGIApp, folding: Folding) -> None:
        self.app, self._folding = app, folding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, listening."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace, status = Trace(), 500
        scope.setdefault("state", {})["trace"] = trace

        async def hearing() -> Message:
            message = await receive()
            trace.hear(message)
            return message

        async def seeing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, hearing, seeing)
        except Exception:
            await self._conclude(scope, trace, 500)
            raise
        await self._conclude(scope, trace, status)

    async def _conclude(self, scope: Scope, trace: Trace, status: int) -> None:
        came: dict[str, object] = {"status": status, "body": None if _operation(scope) in TYPED else trace.body}
        if trace.asked is not None:
            event = "done"
            came |= {"asked": trace.asked}
        elif _is_denied(scope, status):
            denied = Denied(place_of(scope), _operation(scope), status)
            if not self._folding.is_alone(denied, time.monotonic(), ALONE.get(status, FEW)):
                return
            event = "denied"
        elif (scope["method"] not in READING or _operation(scope) in SIGNING_IN) and status < 400:
            event = "done"  # of what is open to everybody only what came of it is written
        else:
            return
        journal: Journal = scope["app"].state.journal
        await journal.note(line(event, datetime.now(UTC), _who(scope) | _what(scope) | came))


@asynccontextmanager
async def recording(app: FastAPI, url: str) -> AsyncIterator[None]:
    """The log of an app can be written to meanwhile; at the end nothing is left that was only counted."""
    journal = app.state.journal = Journal(url)
    counting = asyncio.create_task(_count(app.state.folding, journal), name="audit counts")
    try:
        yield
    finally:
        counting.cancel()
        with suppress(asyncio.CancelledError):
            await counting
        await _write_counts(app.state.folding, journal, math.inf)
        await journal.close()


async def _count(folding: Folding, journal: Journal) -> None:
    while True:
        await asyncio.sleep(TURN_S)
        await _write_counts(folding, journal, time.monotonic())


async def _write_counts(folding: Folding, journal: Journal, now: float) -> None:
    await asyncio.gather(*(journal.note(_counted(one)) for one in folding.ended(now)))


def _counted(one: Fold) -> str:
    address, operation, status = one.denied
    counted = {"address": address, "operation": operation, "status": status, "more": one.more}
    return line("denied", datetime.now(UTC), counted)


def _is_denied(scope: Scope, status: int) -> bool:
    """Refused for who it is; nothing is held against those who just have not signed in."""
    identity: Identity | None = scope["state"].get("identity")
    if status == 401:
        return _operation(scope) in SIGNING_IN or has_credential(scope)
    # What lies out of one's reach is not there.
    bound = identity is not None and (identity.role == "enterprise" or identity.scope is not None)
    return status in (403, 429) or (status == 404 and bound)


def _who(scope: Scope) -> dict[str, object]:
    identity: Identity | None = scope["state"].get("identity")
    address = scope["client"][0] if scope.get("client") else None
    if identity is None:
        return {"account": scope["state"].get("claimed"), "address": address}
    shown = {"account": identity.account, "role": identity.role, "key": identity.key}
    return shown | {"who": identity.who, "address": address}


def _what(scope: Scope) -> dict[str, object]:
    path: Mapping[str, object] = scope.get("path_params", {})
    about = Request(scope).query_params.get("enterprise")  # the rest of a query is no name, or a secret
    return {"operation": _operation(scope), "path": ids(path if about is None else {**path, "enterprise": about})}


def _operation(scope: Scope) -> str:
    """Its operationId; of what was refused before it was known, the method and the beginning of the path alone."""
    if name := operation_of(scope.get("route")):
        return name
    path: str = scope["path"]
    start = API + "/" if path.startswith(API + "/") else "/"
    return f"{scope['method']} {start}{path.removeprefix(start).partition('/')[0]}"[:LONGEST]
