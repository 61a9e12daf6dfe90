"""Readings that come late mend the past: what was judged without them, and nothing else."""

from datetime import timedelta

import asyncpg
import numpy as np

from alerts.minute import Post, rejudge
from alerts.store import LATE, body_of
from alerts.watch import Watch
from ingest.channel import COLUMN
from ingest.layout import Frame
from tests.support.loop import (
    FIRST,
    HOT,
    bodies,
    final,
    judged,
    log,
    script,
    send,
    stored_is,
    work,
)
from tests.support.scene import START, district

MINUTE = timedelta(minutes=1)


async def late(post: Post, pool: asyncpg.Pool, missing: range, seen: int, who: tuple[str, ...] = HOT) -> list[Frame]:
    """All that `who` measured in these minutes comes only when minute `seen` has been judged."""
    frames = script()
    held = [frames[i] for i in missing]
    await send(pool, frames[: missing.start])
    await send(pool, held, without=who)
    await send(pool, frames[missing.stop : seen])
    await work(post)
    await send(pool, held, only=who)
    await work(post)
    return frames


async def test_late_readings_of_an_emission_open_the_alert_that_it_should_have_been_and_mark_it_late(
    post: Post, pool: asyncpg.Pool
) -> None:
    frames = await late(post, pool, range(FIRST, FIRST + 12), FIRST + 12)
    ((_, body),) = (await bodies(pool)).items()
    (alert,) = final(judged(frames[: FIRST + 12])).values()
    assert body == body_of(alert, late=True)
    assert [(action, why) for _, action, _, why in await log(pool)] == [("opened", LATE)]
    assert await pool.fetchval("SELECT late FROM alert")
    await send(pool, frames[FIRST + 12 :])
    await work(post)
    await stored_is(pool, frames)
    assert all(body["late"] for body in (await bodies(pool)).values())


async def test_an_alert_that_late_readings_show_to_have_begun_earlier_takes_the_place_of_the_later_one(
    post: Post, pool: asyncpg.Pool
) -> None:
    frames = await late(post, pool, range(FIRST, FIRST + 4), FIRST + 13)
    stored = await bodies(pool)
    (early,) = final(judged(frames[: FIRST + 13])).values()
    assert len(stored) == 2
    assert {name for name, body in stored.items() if body["status"] == "open"} == {early.id}
    withdrawn = next(name for name in stored if name != early.id)
    assert [(name, action, why) for name, action, _, why in await log(pool)][-2:] == [
        (withdrawn, "closed", LATE),
        (early.id, "opened", LATE),
    ]
    await send(pool, frames[FIRST + 13 :])
    await work(post)
    assert (await bodies(pool))[early.id]["status"] == "closed"


async def test_late_readings_that_come_twice_do_not_undo_each_other(post: Post, pool: asyncpg.Pool) -> None:
    frames = script()
    held, other = frames[FIRST : FIRST + 9], frames[FIRST + 11 : FIRST + 12]
    await send(pool, frames[:FIRST])
    await send(pool, held, without=HOT)
    for i in range(FIRST + 9, FIRST + 14):
        await send(pool, frames[i : i + 1], without=["M00"] if i == FIRST + 11 else [])
        await work(post)
    await send(pool, held, only=HOT)
    await work(post)
    await send(pool, other, only=["M00"])
    await work(post)
    await send(pool, frames[FIRST + 14 :])
    await work(post)
    stored = await bodies(pool)
    told = final(judged(frames))
    assert {name: stored[name]["closed_at"] for name in told} == {
        name: body_of(alert)["closed_at"] for name, alert in told.items()
    }
    assert {body["status"] for body in stored.values()} == {"closed"}


async def test_checkpoints_that_late_readings_have_overtaken_are_not_used_again(post: Post, pool: asyncpg.Pool) -> None:
    frames = script(FIRST + 14)
    held = frames[FIRST : FIRST + 12]
    await send(pool, frames[:FIRST])
    await send(pool, held, without=HOT)
    await work(post)
    for i in range(FIRST + 12, FIRST + 14):
        await send(pool, frames[i : i + 1])
        await work(post)
    await send(pool, held, only=HOT)
    await work(post)
    state = post.watch.dump()
    for since in range(1, 14):
        await rejudge(post, frames[-since].minute)
        assert post.watch.dump() == state, f"judged again since {since} minutes before the end"


async def test_after_late_readings_the_detector_knows_what_it_would_have_known(post: Post, pool: asyncpg.Pool) -> None:
    frames = script(FIRST + 12)
    await send(pool, frames[:FIRST])
    for frame in frames[FIRST:]:
        await send(pool, [frame], without=["M20"])
        await work(post)
    for frame in frames[FIRST:]:
        await send(pool, [frame], only=["M20"])
        await work(post)
    watch = Watch(district())
    judged(frames, watch)
    assert post.watch.dump() == watch.dump()


async def test_a_cell_that_had_only_fallen_silent_never_left_when_its_readings_come_late(
    post: Post, pool: asyncpg.Pool
) -> None:
    silence = range(FIRST + 20, FIRST + 32)
    frames = script()
    await send(pool, frames[: silence.start])
    await send(pool, frames[silence.start : silence.stop], without=["M16"])
    await work(post)
    ((_, silent),) = (await bodies(pool)).items()
    assert any(cell["to"] for cell in silent["cells"])
    await send(pool, frames[silence.start : silence.stop], only=["M16"])
    await work(post)
    watch = Watch(district())
    judged(frames[: silence.stop], watch)
    ((_, body),) = (await bodies(pool)).items()
    assert body["cells"] == body_of(watch.open()[0])["cells"]
    assert not any(cell["to"] for cell in body["cells"])
    assert (await log(pool))[-1][1::2] == ("updated", LATE)


async def test_late_readings_that_change_nothing_say_nothing(post: Post, pool: asyncpg.Pool) -> None:
    await send(pool, script(FIRST + 12))
    await work(post)
    before = await log(pool)
    assert [action for _, action, _, _ in before][:1] == ["opened"]
    await pool.execute("INSERT INTO arrival (minute, devices) VALUES ($1, 0)", START + FIRST * MINUTE)
    await work(post)
    assert await pool.fetchval("SELECT count(*) FROM arrival") == 0
    assert await log(pool) == before


async def test_readings_that_come_too_late_are_stored_and_change_nothing(post: Post, pool: asyncpg.Pool) -> None:
    await late(post, pool, range(FIRST, FIRST + 12), FIRST + 30)
    log_before = await log(pool)
    assert all(why == "" for _, _, _, why in log_before)
    assert await pool.fetchval("SELECT count(*) FROM arrival") == 0
    stored = await pool.fetchval("SELECT count(*) FROM station_reading WHERE ts = $1", START + FIRST * MINUTE)
    assert stored == len(district().stations)


async def test_a_channel_that_comes_late_for_a_station_that_had_reported_is_judged_too(
    post: Post, pool: asyncpg.Pool
) -> None:
    frames = script(FIRST + 12)
    blank = script(FIRST + 12)[FIRST:]
    for frame in blank:
        for name in HOT:
            frame.values[post.watch.layout.index[name], COLUMN["pm25"]] = np.nan
            frame.values[post.watch.layout.index[name], COLUMN["temperature"]] = 12
    await send(pool, frames[:FIRST])
    await send(pool, blank)
    await work(post)
    assert await bodies(pool) == {}
    await send(pool, frames[FIRST:], only=HOT)
    await work(post)
    assert [(action, why) for _, action, _, why in await log(pool)] == [("opened", LATE)]
