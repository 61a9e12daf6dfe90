"""What the desk says to a declared mark reaches the enterprise's own platform, and nothing else of a mark does."""

import asyncpg
import pytest

from alerts.push.hook import NewHook, add_hook
from tests.service.enterprise.plant import MN, NOON, plants
from tests.support.declared import HOUR, accepted, declared, ended, refused, withdrawn


@pytest.fixture(autouse=True)
async def hook(pool: asyncpg.Pool) -> None:
    """E0007 wants to hear of marks."""
    await plants(pool)
    async with pool.acquire() as on, on.transaction():
        asked = NewHook("E0007", "https://ehs.example.com/in", frozenset({"mark"}))
        await add_hook(on, asked, "enterprise:E0007", NOON)


async def test_a_review_is_told_with_its_reason(pool: asyncpg.Pool) -> None:
    await accepted(pool, await declared(pool, NOON, NOON + HOUR, NOON), NOON)
    number = await declared(pool, NOON + 2 * HOUR, NOON + 3 * HOUR, NOON)
    await refused(pool, number, NOON + HOUR)
    told = [row["words"] for row in await pool.fetch("SELECT words FROM telling ORDER BY made_at")]
    assert [one["data"]["state"] for one in told] == ["accepted", "refused"]
    assert told[1]["data"] == {
        "declaration_id": number,
        "mn": MN,
        "kind": "maintenance",
        "state": "refused",
        "reason": "当时在产",
    }
    assert "已退回：当时在产" in told[1]["zh"]
    assert await pool.fetchval("SELECT count(*) FROM push WHERE reason = 'mark'") == 2


async def test_what_the_enterprise_does_itself_it_is_not_told(pool: asyncpg.Pool) -> None:
    number = await declared(pool, NOON, None, NOON)
    await ended(pool, number, NOON + HOUR, NOON + HOUR)
    await withdrawn(pool, number, NOON + HOUR)
    assert await pool.fetchval("SELECT count(*) FROM telling") == 0
