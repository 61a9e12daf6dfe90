"""Bodies larger than those of the rest of the service: read up to a limit of their own, in bounded time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.requests import ClientDisconnect

from service.account.identity import Identity
from service.problems import BusyError, TooLargeError, bad_input

PATIENCE_S = 120.0
# For a route's max_body_size: the framework's own limit answers in plain text, this module's as a problem.
BOUNDED_HERE = 2**62


class Intake:
    """So many large bodies of a kind are under way at once, and so many of them worked on; `most` is in bytes.

    One account has half of the room at most: whoever sends slowly holds up nobody else.
    """

    def __init__(self, at_once: int, under_way: int, most: int) -> None:
        self._room, self._share, self._most = under_way, max(1, under_way // 2), most
        self._under_way: Counter[str] = Counter()
        self._working = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body of a request, and a place to work on it as long as that takes; raises BusyError."""
        identity: Identity = request.state.identity
        if self._room <= 0 or self._under_way[identity.account] >= self._share:
            raise BusyError("as many files as can be are being taken in: try again in some seconds")
        self._room -= 1
        self._under_way[identity.account] += 1
        try:
            raw = await body_of(request, self._most)
            async with self._working:
                yield raw
        finally:
            self._room += 1
            self._under_way -= Counter({identity.account: 1})  # who has none left is forgotten


async def body_of(request: Request, most: int) -> bytes:
    """The whole body; raises TooLargeError as soon as it is known to have more than `most` bytes."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told[:20]) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await _read(request, most)
    except TimeoutError as error:
        raise bad_input({"body": f"did not arrive within {PATIENCE_S:.0f} s"}) from error
    except ClientDisconnect as error:
        raise bad_input({"body": "broke off"}) from error


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> TooLargeError:
    return TooLargeError(f"the body may have {most} bytes at most")
