"""Whether those who hold a stream open may still: asked once a second, for all streams of a process in one query."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from service.account.identity import Identity
from service.account.lockout import FORGOTTEN
from service.account.session import SIGN_IN
from service.database import AWAY, Database

logger = logging.getLogger(__name__)
EVERY_S = 0.7  # so that with the query itself it is less than a second
SWEEP_EVERY = 600  # rounds: failures that count no more are thrown away
TIMEOUT_S = 5.0


@dataclass(slots=True, eq=False)
class Stay:
    """An open stream; over once its session, its key or its account has ended."""

    session_id: int | None
    key: str | None
    over: bool = False


class Watch:
    """The open streams of a process; those that are over are woken, so that they look and end.

    While the database is away streams go on: they have nothing new to tell then.
    """

    def __init__(self, database: Database, wake: Callable[[], None]) -> None:
        self._database, self._wake = database, wake
        self._stays: set[Stay] = set()

    @contextmanager
    def stay(self, identity: Identity) -> Iterator[Stay]:
        """As long as a stream of somebody's is open."""
        stay = Stay(identity.session_id, identity.key)
        self._stays.add(stay)
        try:
            yield stay
        finally:
            self._stays.discard(stay)

    async def run(self) -> None:
        """Look for ever."""
        rounds = 0
        while True:
            try:
                if self._stays:
                    await self._look()
                if rounds % SWEEP_EVERY == 0:
                    pool = await self._database.pool()
                    await SIGN_IN.forget.execute(pool, before=datetime.now(UTC) - FORGOTTEN)
                rounds += 1
            except (*AWAY, asyncpg.PostgresError) as error:
                logger.info("streams: cannot ask whose session has ended (%s)", type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def _look(self) -> None:
        stays = list(self._stays)
        sessions = {stay.session_id for stay in stays if stay.session_id is not None}
        keys = {stay.key for stay in stays if stay.key is not None}
        async with asyncio.timeout(TIMEOUT_S), (await self._database.pool()).acquire(timeout=TIMEOUT_S) as on:
            rows = await SIGN_IN.ended.fetch(on, sessions=[*sessions], keys=[*keys], now=datetime.now(UTC))
        ended = {(row["kind"], row["id"]) for row in rows}
        for stay in stays:
            stay.over = ("session", str(stay.session_id)) in ended or ("key", stay.key) in ended
        if ended:
            self._wake()
