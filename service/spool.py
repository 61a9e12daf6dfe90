"""Files that are made for one request: on disk before they are sent, so that a slow reader holds up nobody."""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import BinaryIO
from weakref import WeakSet

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.problems import BusyError

logger = logging.getLogger(__name__)
PIECE = 256 * 1024
PATIENCE_S = 600.0
"""A reader that has not taken a file by then is cut."""


class Spool:
    """One file; gone when it is closed, whatever has become of the process."""

    def __init__(self, whose: str) -> None:
        self.whose = whose
        self.file: BinaryIO = tempfile.TemporaryFile(prefix="hotgrid-")  # noqa: SIM115 - closed by whoever sends it

    def close(self) -> None:
        """Give its room back."""
        self.file.close()


class Spools:
    """So many files are made at once, and so many wait for their readers; one account has a fourth of them at most."""

    def __init__(self, at_once: int, kept: int) -> None:
        self._left, self._kept = at_once, kept
        self._making: set[str] = set()
        self._open: WeakSet[Spool] = WeakSet()

    @asynccontextmanager
    async def making(self, whose: str) -> AsyncIterator[Spool]:
        """An empty file, to be handed to `Spooled`; closed where making it fails. Raises BusyError, nobody waits.

        An account makes one at a time, so that it keeps no other from making any.
        """
        if self._is_full(whose):
            raise BusyError("正在导出的文件已满，请稍后再试 · as many files as can be are being made: try again soon")
        self._left -= 1
        self._making.add(whose)
        spool = Spool(whose)
        self._open.add(spool)
        try:
            yield spool
        except BaseException:
            spool.close()
            raise
        finally:
            self._left += 1
            self._making.discard(whose)

    def _is_full(self, whose: str) -> bool:
        kept = [spool.whose for spool in self._open if not spool.file.closed]
        alone = kept.count(whose) >= max(1, self._kept // 4)
        return self._left <= 0 or len(kept) >= self._kept or whose in self._making or alone


class Spooled(Response):
    """Sends a spool from its beginning and closes it."""

    def __init__(self, spool: Spool, media_type: str, headers: Mapping[str, str]) -> None:
        self._spool = spool
        size = spool.file.seek(0, os.SEEK_END)
        super().__init__(media_type=media_type, headers={**headers, "Content-Length": str(size)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as every response
        """See Response; the database is not needed any more."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._send(send)
        except TimeoutError:
            logger.info("cut a reader that had not taken its file after %s s", PATIENCE_S)
        finally:
            self._spool.close()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        file = self._spool.file
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
