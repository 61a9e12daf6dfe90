"""The hit rate of attribution as programs read it."""

from datetime import timedelta

import asyncpg
import httpx2

from tests.service import seed

API = "/api/v1/findings/score"


async def test_before_anything_was_found_there_is_no_share(client: httpx2.AsyncClient) -> None:
    told = (await client.get(API)).json()
    assert told.pop("top1") is None
    assert told.pop("top3") is None
    assert set(told.values()) == {0}


async def test_findings_are_counted_against_what_the_alerts_named(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.enterprise(pool, "E0007", "化工厂")
    for name, found in (("A1", "E0007"), ("A2", None)):
        await seed.alert(pool, seed.body(name))
        at = seed.NOW + timedelta(hours=1)
        await pool.execute("INSERT INTO finding VALUES ($1, $2, $3, 'emission', '')", name, at, found)
    told = (await client.get(API)).json()
    counts = {"named": 1, "first": 1, "among_three": 1, "nobody": 1, "unmatched": 0}
    assert told == counts | {"top1": 1.0, "top3": 1.0}
