"""Marks that are made afterwards mend the past like late readings, and a restart meanwhile makes no difference."""

from datetime import timedelta

import asyncpg
import pytest

from alerts.marks import follow_marks
from alerts.minute import Post, retake_post, take_post
from alerts.store import MARKS, body_of
from alerts.watch import Watch
from ingest.importer import load_registry
from ingest.registry import Mark, Registry
from tests.support.deadline import until
from tests.support.loop import (
    FIRST,
    HOT,
    bodies,
    detecting,
    final,
    judged,
    judged_until,
    log,
    script,
    send,
    settle,
    work,
)
from tests.support.scene import START, district

MINUTE = timedelta(minutes=1)
SEEN = FIRST + 12  # the alert is open by then


def marked(first: int = FIRST, last: int | None = None, devices: tuple[str, ...] = HOT) -> Registry:
    """The district with devices under maintenance in these minutes."""
    end = None if last is None else START + last * MINUTE
    start = START + first * MINUTE
    marks = tuple(Mark(device_id=name, kind="maintenance", start=start, end=end) for name in devices)
    return district().model_copy(update={"marks": marks})


async def change(post: Post, registry: Registry, restarted: bool = False) -> Post:
    """The registry is imported, and the detector goes on with it: running, or started anew."""
    await settle(post.connection, registry)
    stored = await load_registry(post.connection)
    assert stored is not None
    post = await (take_post(post.connection, post.settings, stored) if restarted else retake_post(post, stored))
    await follow_marks(post)
    return post


@pytest.mark.parametrize("restarted", [False, True])
async def test_an_alert_that_rests_on_what_turns_out_to_be_marked_is_closed_with_the_reason(
    restarted: bool, post: Post, pool: asyncpg.Pool
) -> None:
    frames = script()
    await send(pool, frames[:SEEN])
    await work(post)
    ((name, told),) = (await bodies(pool)).items()
    assert told["status"] == "open"
    post = await change(post, marked(), restarted)
    assert (await bodies(pool))[name]["status"] == "closed"
    assert [(action, why) for _, action, _, why in await log(pool)][-1] == ("closed", MARKS)
    watch = Watch(marked())
    assert judged(frames[:SEEN], watch) == []
    assert post.watch.dump() == watch.dump()
    await send(pool, frames[SEEN:])
    await work(post)
    assert set(await bodies(pool)) == {name}


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_mark_that_is_taken_back_opens_the_alert_that_it_hid_and_marks_it_late(
    restarted: bool, post: Post, pool: asyncpg.Pool
) -> None:
    post = await change(post, marked())
    frames = script()
    await send(pool, frames[:SEEN])
    await work(post)
    assert await bodies(pool) == {}
    post = await change(post, marked(last=FIRST), restarted)
    (alert,) = final(judged(frames[:SEEN])).values()
    assert await bodies(pool) == {alert.id: body_of(alert, late=True)}
    assert [(action, why) for _, action, _, why in await log(pool)] == [("opened", MARKS)]


async def test_a_mark_that_has_ended_lets_its_devices_be_judged_from_then_on(post: Post, pool: asyncpg.Pool) -> None:
    post = await change(post, marked())
    frames = script()
    await send(pool, frames[:SEEN])
    await work(post)
    post = await change(post, marked(last=SEEN))
    await send(pool, frames[SEEN:])
    await work(post)
    told = final(judged(frames, Watch(marked(last=SEEN))))
    assert told
    assert await bodies(pool) == {name: body_of(alert) for name, alert in told.items()}


async def test_a_mark_of_minutes_that_can_no_longer_be_judged_again_changes_nothing(
    post: Post, pool: asyncpg.Pool
) -> None:
    await send(pool, script(FIRST + 40))
    await work(post)
    before, state = await log(pool), post.watch.dump()
    post = await change(post, marked(last=FIRST + 24))
    assert await log(pool) == before
    assert post.watch.dump() == state


async def test_a_mark_is_followed_once(post: Post, pool: asyncpg.Pool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await send(pool, script(SEEN))
    await work(post)
    for restarted in (False, False, True):
        post = await change(post, marked(), restarted)
    assert caplog.text.count("marks have changed") == 1


async def test_a_mark_to_come_is_in_force_when_it_has_come(post: Post, pool: asyncpg.Pool) -> None:
    frames = script()
    await send(pool, frames[: FIRST - 5])
    await work(post)
    post = await change(post, marked())
    await send(pool, frames[FIRST - 5 :])
    await work(post)
    assert await bodies(pool) == {}


async def test_marks_that_are_imported_while_the_detector_runs_are_followed(
    connection: asyncpg.Connection, pool: asyncpg.Pool, database: str
) -> None:
    frames = script(SEEN)
    await send(pool, frames)
    async with detecting(database):
        await until(judged_until(pool, frames[-1].minute))
        assert [body["status"] for body in (await bodies(pool)).values()] == ["open"]
        await settle(connection, marked())

        async def closed() -> bool:
            return [body["status"] for body in (await bodies(pool)).values()] == ["closed"]

        await until(closed)
    assert (await log(pool))[-1][1::2] == ("closed", MARKS)
