"""A notice is queued with what it tells, delivered once, tried again while that may help, and never lost."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts import notify as module
from alerts.channels import configured
from alerts.kind import KINDS
from alerts.notify import deliver, notify
from alerts.settings import NotifySettings
from alerts.store import body_of, put_alert
from tests.support.deadline import until
from tests.support.hotspot import OPENED, hotspot
from tests.support.receiver import Receiver, receiving

SENT = datetime(2026, 11, 21, 8, 31, tzinfo=UTC)


async def told(pool: asyncpg.Pool, action: str = "opened", **changed: Any) -> int:
    """An alert's transition; its number in the log."""
    async with pool.acquire() as connection, connection.transaction():
        await put_alert(connection, hotspot(**changed), action, OPENED)
    number: int = await pool.fetchval("SELECT max(seq) FROM alert_event")
    return number


@asynccontextmanager
async def notifying(database: str, receiver: Receiver, **changed: Any) -> AsyncIterator[None]:
    """A running `hotgrid notify`."""
    settings = NotifySettings(database_url=database, webhook_url=receiver.url, _env_file=None, **changed)
    stop = asyncio.Event()
    running = asyncio.ensure_future(notify(settings, lambda: SENT, stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await running


async def outcomes(pool: asyncpg.Pool) -> list[tuple[int, str, str]]:
    """What was written down."""
    return [(row["seq"], row["outcome"], row["detail"]) for row in await pool.fetch("SELECT * FROM delivery")]


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
    await told(pool)
    assert await jobs(pool) == 1


async def test_only_the_beginning_and_the_end_are_told_the_severest_first(pool: asyncpg.Pool) -> None:
    await told(pool, "updated")
    assert await jobs(pool) == 0
    await told(pool, "opened", severity=1)
    await told(pool, "closed", severity=4, closed_at=OPENED + timedelta(hours=1))
    assert [row["priority"] for row in await pool.fetch("SELECT priority FROM pgqueuer ORDER BY id")] == [1, 4]


@pytest.mark.parametrize("kind", KINDS)
async def test_only_kinds_that_somebody_must_go_and_see_are_told_all_are_logged(pool: asyncpg.Pool, kind: str) -> None:
    await told(pool, kind=kind)
    await told(pool, "closed", kind=kind, closed_at=OPENED + timedelta(hours=1))
    assert await jobs(pool) == (2 if KINDS[kind].pushed else 0)
    assert await pool.fetchval("SELECT count(*) FROM alert_event") == 2


async def test_a_notice_arrives_once_with_its_key_its_signature_and_its_words(
    pool: asyncpg.Pool, database: str
) -> None:
    seq = await told(pool)
    async with receiving() as receiver, notifying(database, receiver, webhook_secret="s3cret"):
        await until(delivered(pool))
    (posted,) = receiver.posted
    body = json.loads(posted.body)
    assert (body["seq"], body["action"], body["id"]) == (seq, "opened", hotspot().id)
    assert body["text"]["zh"].startswith("【发现热点】细颗粒物")
    assert body_of(hotspot()).items() <= body.items()
    assert posted.headers["idempotency-key"] == f"hotgrid-{seq}"
    signature = hmac.new(b"s3cret", posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["x-hotgrid-signature"] == f"sha256={signature}"
    (row,) = await pool.fetch("SELECT * FROM delivery")
    assert (row["seq"], row["channel"], row["outcome"], row["at"]) == (seq, "webhook", "sent", SENT)


async def test_a_notice_that_comes_while_we_run_is_delivered_at_once(pool: asyncpg.Pool, database: str) -> None:
    async with receiving() as receiver, notifying(database, receiver):
        await told(pool)
        await until(delivered(pool))
        await told(pool, "closed", closed_at=OPENED + timedelta(hours=1))
        await until(delivered(pool, 2), patience=3)
    assert [json.loads(posted.body)["action"] for posted in receiver.posted] == ["opened", "closed"]


async def test_after_an_error_of_the_receiver_it_is_tried_again_with_the_same_key(
    pool: asyncpg.Pool, database: str
) -> None:
    seq = await told(pool)
    async with receiving(500) as receiver, notifying(database, receiver):
        await until(delivered(pool))
    assert len(receiver.posted) == 2
    assert {posted.headers["idempotency-key"] for posted in receiver.posted} == {f"hotgrid-{seq}"}
    assert len({posted.body for posted in receiver.posted}) == 1
    assert await outcomes(pool) == [(seq, "sent", "")]


async def test_a_final_no_is_written_down_and_not_tried_again(pool: asyncpg.Pool, database: str) -> None:
    first = await told(pool)
    async with receiving(404) as receiver, notifying(database, receiver):
        await until(delivered(pool))
        second = await told(pool, "closed", closed_at=OPENED + timedelta(hours=1))
        await until(delivered(pool, 2))
    assert len(receiver.posted) == 2
    assert await outcomes(pool) == [(first, "refused", "HTTP 404"), (second, "sent", "")]


async def test_a_notice_that_was_sent_already_is_not_sent_again(pool: asyncpg.Pool) -> None:
    seq = await told(pool)
    async with receiving() as receiver:
        channel = configured(NotifySettings(database_url="x", webhook_url=receiver.url, _env_file=None))
        for _ in range(2):
            await deliver(pool, channel, seq, lambda: SENT)
    assert len(receiver.posted) == 1


class Broken:
    """A channel that never gets through."""

    name = "broken"

    async def send(self, key: str, notice: object) -> None:  # noqa: ARG002 - as every channel has it
        """Fails as a channel may."""
        raise OSError(f"{key}: nobody answers")


async def test_a_channel_that_fails_does_not_keep_the_others_waiting(pool: asyncpg.Pool) -> None:
    seq = await told(pool)
    async with receiving() as receiver:
        settings = NotifySettings(database_url="x", webhook_url=receiver.url, _env_file=None)
        with pytest.raises(OSError, match="nobody answers"):
            await deliver(pool, [Broken(), *configured(settings)], seq, lambda: SENT)
    assert await outcomes(pool) == [(seq, "sent", "")]


async def test_a_job_of_a_worker_that_was_killed_is_taken_over(pool: asyncpg.Pool, database: str) -> None:
    await told(pool)
    await pool.execute(
        "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),"
        " heartbeat = now() - $1::interval, updated = now() - $1::interval",
        module.HEARTBEAT + timedelta(seconds=1),
    )
    async with receiving() as receiver, notifying(database, receiver):
        await until(delivered(pool))
    assert len(receiver.posted) == 1


async def test_after_its_connections_were_cut_it_goes_on(pool: asyncpg.Pool, database: str) -> None:
    async with receiving() as receiver, notifying(database, receiver):
        await told(pool)
        await until(delivered(pool))
        cut = await asyncpg.connect(database)
        await cut.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'hotgrid notify%' AND datname = current_database()"
        )
        await cut.close()
        await told(pool, "closed", closed_at=OPENED + timedelta(hours=1))
        await until(delivered(pool, 2))
    assert [json.loads(posted.body)["action"] for posted in receiver.posted] == ["opened", "closed"]


async def test_without_channels_a_notice_is_done_with(pool: asyncpg.Pool) -> None:
    await deliver(pool, [], await told(pool), lambda: SENT)
    assert await outcomes(pool) == []


async def test_an_event_that_does_not_exist_is_no_reason_to_stop(
    pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await deliver(pool, [], 4711, lambda: SENT)
    assert "4711: no such event" in caplog.text
