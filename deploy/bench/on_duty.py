"""Who is on duty now, asked of a published year of sixty people."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
from pydantic import TypeAdapter

from alerts.handling.stage import Actor
from alerts.roster import change
from alerts.roster.change import By
from alerts.roster.definition import Rotation
from alerts.roster.duty import on_duty, responsible
from alerts.roster.policy import RosterPolicy
from deploy.bench.client import timed_all
from deploy.bench.house import house
from deploy.bench.roster import PEOPLE, rotations
from deploy.bench.row import Row, spread
from ingest.importer import REGISTRY
from sql.pool import open_pool

YEAR = timedelta(days=365)
ASKED = 1000
SEED = 5
ROTATION = TypeAdapter(Rotation)


async def who_is_on_duty() -> list[Row]:
    """At random times of the year, in the database and over HTTP."""
    async with house() as here, _connected(here.servers.database_url) as on:
        took = await _published(on)
        await here.database.execute("VACUUM ANALYZE shift")
        times = random.Random(SEED).sample(range(int(YEAR / timedelta(minutes=1))), ASKED)
        now = datetime.now(UTC)
        moments = [now + timedelta(minutes=minute) for minute in times]
        here_now = [await _took(on_duty(on, at)) for at in moments]
        answering = [
            await _took(responsible(on, at, ("leader", "duty"), RosterPolicy().handover_lapse)) for at in moments
        ]
        with here.runs("serve", HOTGRID_PORT="0") as child:
            url = child.said("serving on ")
            paths = [f"/duty/now?at={at:%Y-%m-%dT%H:%M:%SZ}" for at in moments]
            asked = await asyncio.to_thread(timed_all, url, paths, await here.key())
        shifts = await on.fetchval("SELECT count(*) FROM shift")
    return [
        Row("roster, shifts of a year of 60 people published", shifts, "shifts"),
        Row("roster, a year published at once", took, "s"),
        *spread("roster, who is on duty (database)", here_now, "ms", "<= 10"),
        *spread("roster, who is responsible (database)", answering, "ms", "<= 10"),
        *spread("GET /duty/now", asked, "ms", "<= 10"),
    ]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    async with await open_pool(url, "bench") as pool, pool.acquire() as on:
        yield on


async def _published(on: asyncpg.Connection) -> float:
    """Seconds that the last of the changes took, which publishes the whole year."""
    people = [{"person_id": name, "name": name, "role": "duty", "phone": "", "township": ""} for name in PEOPLE]
    await REGISTRY.put_people.fetch(on, rows=people)
    by = By(Actor("bench", "admin"), "", datetime.now(UTC), timedelta(minutes=1))
    *most, last = rotations().rotations
    for rotation in most:
        await change.add(on, "rotation", ROTATION.dump_python(rotation, mode="json"), by)
    began = time.perf_counter()
    await change.add(on, "rotation", ROTATION.dump_python(last, mode="json"), replace(by, horizon=YEAR))
    return time.perf_counter() - began


async def _took(asking: Awaitable[object]) -> float:
    began = time.perf_counter()
    await asking
    return time.perf_counter() - began
