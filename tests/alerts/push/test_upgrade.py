"""What an older program had delivered, and what it had queued, when the tables of push came."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

import sql.migrate as module
from deploy.servers import Servers
from sql.migrate import migrate, migrations
from tests.support.deadline import until
from tests.support.pushing import Clock, notifying, told
from tests.support.receiver import receiving

BEFORE = 12  # migrations
BODY = (
    '{"id": "a1", "kind": "hotspot", "pollutant": "pm25", "severity": 2, "opened_at": "2026-11-21T08:30:00+00:00",'
    ' "lon": 119.1, "lat": 31.5, "cells": [], "peak_value": 182.4, "background": 41.2, "candidates": []}'
)
EVENT = "INSERT INTO alert_event (seq, alert_id, at, who, action, why, body) VALUES (0, 'a1', now(), 'x', $1, '', $2)"


@pytest.fixture
def old(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of before, with an alert of which the opening was delivered and the end is still queued."""
    url = servers.database_url.rpartition("/")[0] + "/hotgrid_old"
    asyncio.run(run(servers.database_url, "CREATE DATABASE hotgrid_old"))
    with monkeypatch.context() as patched:
        patched.setattr(module, "migrations", lambda: migrations()[:BEFORE])
        asyncio.run(migrate(url))
    asyncio.run(
        run(
            url,
            "INSERT INTO alert VALUES ('a1', 'hotspot', 'grid', 'pm25', '3-4', 'closed', 2, now(), now(),"
            " false, 119.1, 31.5, $1)",
            BODY,
        )
    )
    for action in ("opened", "closed"):
        asyncio.run(run(url, EVENT, action, BODY))
    asyncio.run(run(url, "INSERT INTO delivery VALUES (1, 'webhook', now(), 'sent', '')"))
    asyncio.run(
        run(url, "INSERT INTO pgqueuer (priority, status, entrypoint, payload) VALUES (2, 'queued', 'notice', '2')")
    )
    yield url
    asyncio.run(run(servers.database_url, "DROP DATABASE hotgrid_old WITH (FORCE)"))


async def run(url: str, statement: str, *values: str) -> None:
    """As the owner."""
    on = await asyncpg.connect(url)
    await on.execute(statement, *values)
    await on.close()


async def test_nothing_is_delivered_again_and_what_was_queued_still_goes(old: str) -> None:
    await migrate(old)
    on = await asyncpg.connect(old)

    async def sent() -> bool:
        return bool(await on.fetchval("SELECT count(*) = 2 FROM push WHERE state IN ('sent', 'delivered')"))

    async with receiving() as city, notifying(old, Clock(await on.fetchval("SELECT now()")), webhook_url=city.url):
        await until(sent)
    await on.close()
    assert [one["action"] for one in told(city)] == ["closed"]
    assert city.posted[0].headers["idempotency-key"] == "hotgrid-2"
