"""A notice is queued with what it tells, delivered once, tried again while that may help, and never lost."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from alerts import notify as module
from alerts.enterprise.standing import OWN_KINDS
from alerts.kind import KINDS
from alerts.store import body_of, put_alert
from tests.support.deadline import until
from tests.support.hotspot import OPENED, hotspot
from tests.support.pushing import SENT, Clock, happens, keys, notifying, told
from tests.support.receiver import receiving

OVER = OPENED + timedelta(hours=1)


async def outcomes(pool: asyncpg.Pool) -> list[tuple[int, str, str, int]]:
    """What was written down of what is no longer waiting."""
    rows = await pool.fetch("SELECT seq, state, why, attempts FROM push WHERE state <> 'waiting' ORDER BY seq")
    return [tuple(row) for row in rows]


def delivered(pool: asyncpg.Pool, count: int = 1) -> Callable[[], Awaitable[bool]]:
    """Whether so much was written down and the queue is empty."""

    async def holds() -> bool:
        open_jobs = await pool.fetchval("SELECT count(*) FROM pgqueuer WHERE status IN ('queued', 'picked')")
        return len(await outcomes(pool)) >= count and open_jobs == 0

    return holds


async def jobs(pool: asyncpg.Pool) -> int:
    """How many wait."""
    return int(await pool.fetchval("SELECT count(*) FROM pgqueuer"))


async def test_a_notice_is_queued_in_the_transaction_of_its_alert_or_not_at_all(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await put_alert(connection, hotspot(), "opened", OPENED)
        assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == 0
        await transaction.rollback()
    assert await jobs(pool) == await pool.fetchval("SELECT count(*) FROM alert") == 0
    await happens(pool)
    assert await jobs(pool) == 1


async def test_only_the_beginning_and_the_end_are_told_the_severest_first(pool: asyncpg.Pool) -> None:
    await happens(pool, "opened", severity=1)
    await happens(pool, "updated", severity=1, peak_value=190.0)
    assert await jobs(pool) == 1
    await happens(pool, "closed", severity=4, closed_at=OPENED + timedelta(hours=1))
    assert [row["priority"] for row in await pool.fetch("SELECT priority FROM pgqueuer ORDER BY id")] == [1, 4]


@pytest.mark.parametrize("kind", KINDS)
async def test_only_what_somebody_must_hear_of_is_looked_at_all_is_logged(pool: asyncpg.Pool, kind: str) -> None:
    await happens(pool, kind=kind)
    await happens(pool, "closed", kind=kind, closed_at=OPENED + timedelta(hours=1))
    assert await jobs(pool) == (2 if KINDS[kind].pushed or kind in OWN_KINDS else 0)
    assert await pool.fetchval("SELECT count(*) FROM alert_event") == 2


async def test_a_notice_arrives_once_with_its_key_its_signature_and_its_words(
    pool: asyncpg.Pool, database: str
) -> None:
    seq = await happens(pool)
    async with receiving() as receiver, notifying(database, webhook_url=receiver.url, webhook_secret="s3cret"):
        await until(delivered(pool))
    (posted,) = receiver.posted
    body = json.loads(posted.body)
    assert (body["seq"], body["action"], body["id"]) == (seq, "opened", hotspot().id)
    assert body["text"]["zh"].startswith("【发现热点】细颗粒物")
    assert body_of(hotspot()).items() <= body.items()
    assert posted.headers["idempotency-key"] == f"hotgrid-{seq}"
    signature = hmac.new(b"s3cret", posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["x-hotgrid-signature"] == f"sha256={signature}"
    (row,) = await pool.fetch("SELECT * FROM push")
    assert (row["seq"], row["channel"], row["state"], row["sent_at"]) == (seq, "webhook", "delivered", SENT)


async def test_a_notice_that_comes_while_we_run_is_delivered_at_once(pool: asyncpg.Pool, database: str) -> None:
    async with receiving() as receiver, notifying(database, webhook_url=receiver.url):
        await happens(pool)
        await until(delivered(pool))
        await happens(pool, "closed", closed_at=OVER)
        await until(delivered(pool, 2), patience=3)
    assert [one["action"] for one in told(receiver)] == ["opened", "closed"]


async def test_after_an_error_of_the_receiver_it_is_tried_again_with_the_same_key(
    pool: asyncpg.Pool, database: str
) -> None:
    seq = await happens(pool)
    clock = Clock()
    async with receiving(500) as receiver, notifying(database, clock, webhook_url=receiver.url):
        await until(lambda: tried(pool))
        clock.go(seconds=3)
        await until(delivered(pool))
    assert keys(receiver.posted) == [f"hotgrid-{seq}"] * 2
    assert len({posted.body for posted in receiver.posted}) == 1
    assert await outcomes(pool) == [(seq, "delivered", "", 2)]


async def test_none_goes_before_one_that_could_not_be_sent(pool: asyncpg.Pool, database: str) -> None:
    clock = Clock()
    async with receiving(500) as receiver, notifying(database, clock, webhook_url=receiver.url):
        await happens(pool)
        await until(lambda: tried(pool))
        await happens(pool, "closed", closed_at=OVER)
        clock.go(seconds=3)
        await until(delivered(pool, 2))
    assert [one["action"] for one in told(receiver)] == ["opened", "opened", "closed"]


async def test_a_final_no_is_written_down_and_not_tried_again(pool: asyncpg.Pool, database: str) -> None:
    first = await happens(pool)
    async with receiving(404) as receiver, notifying(database, webhook_url=receiver.url):
        await until(delivered(pool))
        second = await happens(pool, "closed", closed_at=OVER)
        await until(delivered(pool, 2))
    assert len(receiver.posted) == 2
    assert await outcomes(pool) == [(first, "failed", "HTTP 404", 1), (second, "delivered", "", 1)]


async def tried(pool: asyncpg.Pool) -> bool:
    """Whether something was tried, and waits to be tried again."""
    return bool(await pool.fetchval("SELECT count(*) FROM push WHERE attempts > 0 AND state = 'waiting' AND why <> ''"))


async def test_a_job_of_a_worker_that_was_killed_is_taken_over(pool: asyncpg.Pool, database: str) -> None:
    await happens(pool)
    await pool.execute(
        "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),"
        " heartbeat = now() - $1::interval, updated = now() - $1::interval",
        module.HEARTBEAT + timedelta(seconds=1),
    )
    async with receiving() as receiver, notifying(database, webhook_url=receiver.url):
        await until(delivered(pool))
    assert len(receiver.posted) == 1


async def test_after_its_connections_were_cut_it_goes_on(pool: asyncpg.Pool, database: str) -> None:
    async with receiving() as receiver, notifying(database, webhook_url=receiver.url):
        await happens(pool)
        await until(delivered(pool))
        cut = await asyncpg.connect(database)
        await cut.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'hotgrid notify%' AND datname = current_database()"
        )
        await cut.close()
        await happens(pool, "closed", closed_at=OVER)
        await until(delivered(pool, 2))
    assert [one["action"] for one in told(receiver)] == ["opened", "closed"]


async def test_without_anybody_to_tell_a_notice_is_done_with(pool: asyncpg.Pool, database: str) -> None:
    await happens(pool)
    async with notifying(database):
        await until(delivered(pool, 0))
    assert await pool.fetchval("SELECT count(*) FROM push") == await pool.fetchval("SELECT count(*) FROM notice") == 0
