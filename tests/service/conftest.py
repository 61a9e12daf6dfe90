"""The service as its users meet it: the app in this process, or a whole process that is started and stopped."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest
from fastapi import FastAPI

from service.app import make_app
from service.settings import ServiceSettings
from tests.support.signing import SignedIn

PROGRAM = """
import logging
logging.basicConfig(level="INFO")
from service.serve import serve
from service.settings import ServiceSettings
serve(ServiceSettings())
"""
UNLIMITED = {f"limit_{whose}": 10**9 for whose in ("address", "unknown", "refused", "account")}
"""Settings of a service that tests ask as fast as they can."""
_IDLE: list[FastAPI] = []
"""Apps that a test has done with. What lasts in one is made at its start, but for its routes: they take a while."""


@asynccontextmanager
async def talking_to(url: str, **settings: object) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an app in this process; a fault of the app is raised here, not told as a 500."""
    told = ServiceSettings(database_url=url, **(UNLIMITED | settings))  # type: ignore[arg-type]
    app = make_app(told) if settings or not _IDLE else _IDLE.pop()
    app.state.settings = told
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://service", auth=SignedIn(url)) as client:
            yield client
    if not settings:
        _IDLE.append(app)


@pytest.fixture
async def client(database: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the service with a fresh database."""
    async with talking_to(database) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Serving:
    """A running service process."""

    url: str
    process: asyncio.subprocess.Process
    auth: SignedIn


Start = Callable[..., Awaitable[Serving]]


@pytest.fixture
async def start(database: str) -> AsyncIterator[Start]:
    """Starts service processes on free ports with the fresh database; keywords are settings."""
    running: list[tuple[asyncio.subprocess.Process, asyncio.Task[bytes]]] = []

    async def begin(**settings: object) -> Serving:
        told = {f"HOTGRID_{name.upper()}": str(value) for name, value in {"port": 0, **UNLIMITED, **settings}.items()}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM),
            env={**os.environ, "HOTGRID_DATABASE_URL": database, **told},
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr
        said = b""
        while b"serving on" not in said:
            said = await process.stderr.readline()
            assert said, "the service ended before it served"
        # Read on, so that a full pipe never stops the service.
        running.append((process, asyncio.create_task(process.stderr.read())))
        return Serving(said.split()[-1].decode(), process, SignedIn(database))

    yield begin
    for process, reading in running:
        if process.returncode is None:
            process.kill()
        await process.wait()
        sys.stderr.write((await reading).decode())  # shown where a test fails
