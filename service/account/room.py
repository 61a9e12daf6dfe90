"""What resources of accounts need of a request: their own connection, the clock of a session, from where one asks."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import asyncpg
from fastapi import Depends, Request

from service.account.password import Passwords
from service.account.session import Life, Origin
from service.account.sign_in import House
from service.database import ACQUIRE_TIMEOUT_S, ALL, Pool
from service.settings import ServiceSettings


async def _books(pool: Pool) -> AsyncIterator[asyncpg.Connection]:
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
        await ALL.enter(connection)
        yield connection


# Accounts, sessions and keys are kept from the role of enterprises: who asks for their own gets them through here.
Books = Annotated[asyncpg.Connection, Depends(_books, scope="function")]


def life_of(settings: ServiceSettings) -> Life:
    """How long sessions live."""
    return Life(timedelta(hours=settings.session_idle_h), timedelta(hours=settings.session_life_h))


def _house(request: Request, pool: Pool) -> House:
    passwords: Passwords = request.app.state.passwords
    return House(pool, passwords, life_of(request.app.state.settings))


Housed = Annotated[House, Depends(_house)]


def origin_of(request: Request) -> Origin:
    """From where a request comes."""
    return Origin(request.client.host if request.client else "-", request.headers.get("user-agent", ""))
