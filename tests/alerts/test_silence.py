"""When nobody sends anything: the duty officer is told by the clock on the wall, once, whatever is started again."""

from datetime import timedelta

import asyncpg
import pytest

from alerts.detect import turn
from alerts.minute import Post, rejudge, retake_post, take_post
from alerts.rules.offline import Offline
from alerts.silence import SETTLE
from alerts.store import MARKS
from tests.support.loop import DAY, bodies, log, script, send, settings
from tests.support.scene import district

MINUTE = timedelta(minutes=1)  # readings come in at DAY, on the clock of ingest
LENGTH = 40


async def hear(post: Post, pool: asyncpg.Pool, without: tuple[str, ...] = ()) -> timedelta:
    """Ordinary minutes that are judged at DAY; how long a silence is borne after them."""
    await send(pool, script(LENGTH), without=without)
    assert await turn(post, DAY)
    (rule,) = (rule for rule in post.watch.rules if isinstance(rule, Offline))
    patience = rule.patience()
    assert patience is not None
    return patience


async def notices(pool: asyncpg.Pool) -> int:
    """How many wait to be pushed."""
    return int(await pool.fetchval("SELECT count(*) FROM pgqueuer"))


async def test_a_silent_network_is_told_once_and_pushed_though_no_minute_closes(post: Post, pool: asyncpg.Pool) -> None:
    patience = await hear(post, pool)
    await turn(post, DAY + patience - MINUTE)
    assert await bodies(pool) == {}
    for waited in (patience, patience + MINUTE, patience + 600 * MINUTE):
        assert not await turn(post, DAY + waited)
    ((name, body),) = (await bodies(pool)).items()
    at = (DAY + patience).replace(second=0, microsecond=0)
    assert (body["kind"], body["source"], body["status"], body["severity"]) == ("silence", "district", "open", 3)
    assert body["evidence"]["since"] == DAY.isoformat()
    assert await log(pool) == [(name, "opened", at, "")]
    assert await notices(pool) == 1
    assert await pool.fetchval("SELECT minute FROM watermark") == script(LENGTH)[-1].minute


async def test_it_is_over_when_anything_arrives_late_readings_too(post: Post, pool: asyncpg.Pool) -> None:
    patience = await hear(post, pool, without=("M07",))
    await turn(post, DAY + patience)
    back = DAY + 3 * patience
    await send(pool, script(LENGTH)[-5:-4], only=("M07",))
    await turn(post, back)
    ((_, body),) = (await bodies(pool)).items()
    assert (body["status"], body["closed_at"]) == ("closed", back.isoformat())
    assert [(action, why) for _, action, _, why in await log(pool)] == [
        ("opened", ""),
        ("closed", "readings arrive again"),
    ]
    assert await notices(pool) == 2
    await turn(post, back + patience)
    assert len(await bodies(pool)) == 2


async def test_a_detector_that_is_killed_in_the_silence_goes_on_with_the_same_notice(
    post: Post, pool: asyncpg.Pool
) -> None:
    patience = await hear(post, pool)
    await turn(post, DAY + patience)
    second = await take_post(post.connection, post.settings, post.registry)
    for waited in (patience + MINUTE, patience + 600 * MINUTE):
        await turn(second, DAY + waited)
    assert len(await log(pool)) == 1
    third = await take_post(post.connection, post.settings, post.registry)
    await send(pool, script(LENGTH + 1)[LENGTH:])
    await turn(third, DAY + 700 * MINUTE)
    assert [action for _, action, *_ in await log(pool)] == ["opened", "closed"]


async def test_a_detector_that_is_killed_before_it_has_told_tells_it_still(post: Post, pool: asyncpg.Pool) -> None:
    patience = await hear(post, pool)
    second = await take_post(post.connection, post.settings, post.registry)
    begun = DAY + patience - MINUTE
    for waited in (timedelta(0), MINUTE, SETTLE - MINUTE):
        await turn(second, begun + waited)
    assert await bodies(pool) == {}
    await turn(second, begun + SETTLE)
    ((_, body),) = (await bodies(pool)).items()
    assert body["evidence"]["since"] == DAY.isoformat()


async def test_whoever_starts_with_a_backlog_says_nothing_of_a_silence(post: Post, pool: asyncpg.Pool) -> None:
    await hear(post, pool)
    second = await take_post(post.connection, post.settings, post.registry)
    begun = DAY + timedelta(hours=5)
    await turn(second, begun)
    await send(pool, script(LENGTH + 1)[LENGTH:])
    await turn(second, begun + SETTLE - MINUTE)
    await turn(second, begun + SETTLE + MINUTE)
    assert await bodies(pool) == {}


async def test_neither_judging_again_nor_a_new_registry_nor_a_lost_state_takes_it_back(
    post: Post, pool: asyncpg.Pool, database: str
) -> None:
    patience = await hear(post, pool)
    await turn(post, DAY + patience)
    await rejudge(post, post.last - 3 * MINUTE, MARKS)
    new = await retake_post(post, district())
    await turn(new, DAY + patience + MINUTE)
    await pool.execute("DELETE FROM checkpoint")
    await turn(await take_post(post.connection, settings(database), district()), DAY + patience + 2 * MINUTE)
    assert [action for _, action, *_ in await log(pool)] == ["opened"]


async def test_before_anything_was_ever_heard_there_is_no_silence(post: Post, pool: asyncpg.Pool) -> None:
    for waited in (timedelta(0), timedelta(days=1)):
        await turn(post, DAY + waited)
    assert await bodies(pool) == {}


async def test_a_notice_that_cannot_be_written_whole_is_written_later(
    post: Post, pool: asyncpg.Pool, database: str
) -> None:
    patience = await hear(post, pool)
    owner = await asyncpg.connect(database)
    await owner.execute("ALTER TABLE alert_event ADD CONSTRAINT no CHECK (false)")
    with pytest.raises(asyncpg.CheckViolationError):
        await turn(post, DAY + patience)
    assert await bodies(pool) == {}
    await owner.execute("ALTER TABLE alert_event DROP CONSTRAINT no")
    await owner.close()
    await turn(post, DAY + patience)
    assert len(await log(pool)) == 1
