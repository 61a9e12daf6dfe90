"""People act on an alert in the very minute in which the detector writes to it: neither undoes the other's work."""

from typing import Any

import asyncpg
import pytest

from alerts import minute, results
from alerts.handling.desk import act
from alerts.handling.stage import Act, Actor
from alerts.minute import Post
from tests.support.loop import FIRST, LAST, log, script, send, stored_is, work

ADMIN = Actor("local", "admin")


@pytest.mark.parametrize("action", ["link", "acknowledge"])
async def test_a_step_while_a_minute_is_judged_costs_nothing_and_is_in_what_the_detector_tells_next(
    post: Post, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, action: Any
) -> None:
    frames = script()
    await send(pool, frames[: FIRST + 20])
    await work(post)
    name = await pool.fetchval("SELECT alert_id FROM alert WHERE status = 'open'")
    write, steps = results.put_verdicts, iter([Act(action, ADMIN, case_number="C1")])

    async def meanwhile(*told: Any) -> None:
        """An officer at another connection, after the detector's first statements."""
        await write(*told)
        for wish in steps:
            async with pool.acquire() as connection:
                await act(connection, name, wish, frames[LAST].minute)

    monkeypatch.setattr(minute, "put_verdicts", meanwhile)
    await send(pool, frames[FIRST + 20 :])
    await work(post)
    await stored_is(pool, frames)
    lines = await log(pool)
    assert [line[1] for line in lines if line[1] == action] == [action]
    rows = await pool.fetch(
        "SELECT action, (body -> 'handling' ->> 'version')::int AS version FROM alert_event ORDER BY seq"
    )
    assert [row["version"] for row in rows] == sorted(row["version"] for row in rows)
    assert rows[-1]["action"] == "closed"
    assert rows[-1]["version"] == 3


async def test_the_log_is_free_while_a_minute_is_judged_and_its_checkpoint_written(
    post: Post, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    free: list[bool] = []
    save = results.put_checkpoint

    async def saving(*told: Any) -> None:
        await save(*told)
        free.append(await pool.fetchval("SELECT pg_try_advisory_xact_lock(hashtext('alert_event'))"))

    monkeypatch.setattr(minute, "put_checkpoint", saving)
    frames = script()
    await send(pool, frames)
    await work(post)
    assert free
    assert all(free)
