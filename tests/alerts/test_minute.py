"""Closing minutes: all of a minute or nothing, and the same whatever dies in between."""

from datetime import timedelta

import asyncpg
import numpy as np
import pytest

from alerts import minute as module
from alerts.minute import LOST, Post, retake_post, take_post
from alerts.watch import Watch
from ingest.channel import COLUMN
from tests.support.loop import (
    FIRST,
    LAST,
    bodies,
    final,
    judged,
    log,
    script,
    send,
    settle,
    stored_is,
    work,
)
from tests.support.scene import district, place

MINUTE = timedelta(minutes=1)


async def again(post: Post) -> Post:
    """A detector that takes over from one that died."""
    return await take_post(post.connection, post.settings, post.registry)


async def test_readings_become_an_alert_with_its_log_its_cells_and_the_watermark(
    post: Post, pool: asyncpg.Pool
) -> None:
    frames = script()
    await send(pool, frames)
    await work(post)
    changes = judged(frames)
    await stored_is(pool, frames)
    assert [(name, action, why) for name, action, _, why in await log(pool)] == [
        (change.alert.id, change.what, "") for change in changes
    ]
    (alert,) = final(changes).values()
    row = await pool.fetchrow("SELECT * FROM alert")
    assert (row["status"], row["source"], row["opened_at"], row["closed_at"]) == (
        "closed",
        alert.source,
        alert.opened_at,
        alert.closed_at,
    )
    cells = await pool.fetch("SELECT ix, iy, from_at, to_at FROM alert_cell")
    assert {tuple(cell) for cell in cells} == {(stay.ix, stay.iy, stay.from_, stay.to) for stay in alert.cells}
    assert await pool.fetchval("SELECT minute FROM watermark") == frames[-1].minute
    assert await pool.fetchval("SELECT count(*) FROM arrival") == 0


async def test_a_verdict_lies_in_the_order_of_its_layouts_devices(post: Post, pool: asyncpg.Pool) -> None:
    frames = script(FIRST + 20)
    await send(pool, frames)
    await work(post)
    watch = Watch(district())
    judged(frames, watch)
    row = await pool.fetchrow("SELECT * FROM verdict JOIN layout USING (layout) WHERE minute = $1", frames[-1].minute)
    assert row["devices"] == [device.id for device in watch.layout.devices]
    assert row["pollutant"] == "pm25"
    verdict = watch.verdicts()["pm25"]
    for part in ("value", "background", "score"):
        assert np.array_equal(np.frombuffer(row[part], "<f4"), getattr(verdict, part), equal_nan=True)
    assert row["state"] == verdict.state.tobytes()
    hot = row["devices"].index("M14")
    sent = frames[-1].values[watch.layout.index["M14"], COLUMN["pm25"]]
    assert np.frombuffer(row["value"], "<f4")[hot] == sent
    assert row["state"][hot] == 4
    assert await pool.fetchval("SELECT count(*) FROM verdict") == len(frames)


async def test_the_size_of_a_chunk_makes_no_difference(
    post: Post, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MINUTES_AT_ONCE", 23)
    frames = script()
    await send(pool, frames)
    await work(post)
    await stored_is(pool, frames)
    assert len(await log(pool)) == len(judged(frames))


async def test_what_fails_at_the_last_moment_leaves_nothing_and_is_done_again(
    post: Post, pool: asyncpg.Pool, database: str
) -> None:
    frames = script()
    await send(pool, frames[:FIRST])
    await work(post)
    before = await pool.fetchval("SELECT count(*) FROM verdict")
    await send(pool, frames[FIRST:])
    owner = await asyncpg.connect(database)
    await owner.execute("ALTER TABLE watermark ADD CONSTRAINT no CHECK (minute < $$2026-11-03 04:30Z$$)")
    with pytest.raises(asyncpg.CheckViolationError):
        await work(post)
    assert await log(pool) == []
    assert await bodies(pool) == {}
    assert await pool.fetchval("SELECT count(*) FROM verdict") == before
    assert await pool.fetchval("SELECT count(*) FROM arrival") > 0
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == 0
    await owner.execute("ALTER TABLE watermark DROP CONSTRAINT no")
    await owner.close()
    await work(await again(post))
    await stored_is(pool, frames)
    assert len(await log(pool)) == len(judged(frames))


@pytest.mark.parametrize("cut", [30, FIRST - 1, FIRST + 9, FIRST + 20, FIRST + 30, LAST + 3])
async def test_a_detector_that_dies_and_starts_again_tells_the_same(cut: int, post: Post, pool: asyncpg.Pool) -> None:
    frames = script()
    await send(pool, frames[:cut])
    await work(post)
    second = await again(post)
    assert second.watch.last == post.watch.last
    assert second.watch.open() == post.watch.open()
    await send(pool, frames[cut:])
    await work(second)
    await stored_is(pool, frames)
    assert [(name, action) for name, action, _, _ in await log(pool)] == [
        (change.alert.id, change.what) for change in judged(frames)
    ]


async def test_without_its_checkpoint_a_detector_judges_the_stored_readings_again(
    post: Post, pool: asyncpg.Pool
) -> None:
    frames = script()
    await send(pool, frames[: FIRST + 20])
    await work(post)
    await pool.execute("DELETE FROM checkpoint")
    second = await again(post)
    assert second.watch.open() == post.watch.open()
    await send(pool, frames[FIRST + 20 :])
    await work(second)
    await stored_is(pool, frames)


async def test_an_alert_whose_readings_are_gone_is_closed_with_the_reason_and_told(
    post: Post, pool: asyncpg.Pool, database: str
) -> None:
    await send(pool, script(FIRST + 20))
    await work(post)
    ((name, body),) = (await bodies(pool)).items()
    assert body["status"] == "open"
    owner = await asyncpg.connect(database)
    await owner.execute("DELETE FROM checkpoint; DELETE FROM station_reading; DELETE FROM pgqueuer")
    await owner.close()
    await again(post)
    body = (await bodies(pool))[name]
    assert body["status"] == "closed"
    assert body["closed_at"] is not None
    assert (await log(pool))[-1][:2] + (await log(pool))[-1][3:] == (name, "closed", LOST)
    assert await pool.fetchval("SELECT count(*) FROM alert WHERE status = 'open'") == 0
    assert await pool.fetchval("SELECT count(*) FROM pgqueuer") == 1


async def test_an_alert_that_another_detector_had_not_found_is_opened_when_this_one_starts_anew(
    post: Post, pool: asyncpg.Pool, database: str
) -> None:
    await send(pool, script(FIRST + 20))
    await work(post)
    before = await bodies(pool)
    owner = await asyncpg.connect(database)
    await owner.execute("TRUNCATE alert, alert_event, alert_cell CASCADE; DELETE FROM checkpoint")
    await owner.close()
    second = await again(post)
    assert set(await bodies(pool)) == set(before) == {alert.id for alert in second.watch.open()}
    assert [(action, why) for _, action, _, why in await log(pool)] == [("opened", LOST)]


async def test_a_registry_that_changes_keeps_what_is_known(post: Post, pool: asyncpg.Pool) -> None:
    frames = script()
    await send(pool, frames[: FIRST + 15])
    await work(post)
    lon, lat = place(0.7, 0.7)
    more = district().stations[0].model_copy(update={"station_id": "A00", "lon": lon, "lat": lat})
    grown = district().model_copy(update={"stations": (*district().stations, more)})
    await settle(post.connection, grown)
    new = await retake_post(post, grown)
    assert new.watch.open() == post.watch.open()
    assert new.expected.devices == post.expected.devices
    await send(pool, frames[FIRST + 15 :])
    await work(new)
    stored = await bodies(pool)
    assert [(body["status"], body["late"]) for body in stored.values()] == [("closed", False)]
    rows = await pool.fetch("SELECT DISTINCT devices FROM verdict JOIN layout USING (layout) ORDER BY 1")
    assert [len(row["devices"]) for row in rows] == [38, 37]
    assert await pool.fetchval("SELECT count(*) FROM verdict WHERE length(state) NOT IN (37, 38)") == 0


async def test_a_reading_of_a_device_that_was_registered_a_moment_ago_does_no_harm(
    post: Post, pool: asyncpg.Pool
) -> None:
    frames = script(20)
    more = district().stations[0].model_copy(update={"station_id": "A00"})
    grown = district().model_copy(update={"stations": (*district().stations, more)})
    await settle(post.connection, grown)
    wide = Watch(grown).layout
    await send(pool, frames[:10])
    number = await pool.fetchval("SELECT device FROM device WHERE device_id = 'A00'")
    assert wide.index["A00"] == 0
    await pool.execute("INSERT INTO station_reading (device, ts, pm25) VALUES ($1, $2, 5)", number, frames[9].minute)
    await work(post)
    assert await pool.fetchval("SELECT minute FROM watermark") == frames[9].minute


async def test_old_checkpoints_go_and_the_one_that_a_late_reading_may_need_stays(
    post: Post, pool: asyncpg.Pool
) -> None:
    frames = script(40)
    for i in range(40):
        await send(pool, frames[i : i + 1])
        await work(post)
    kept = [row["minute"] for row in await pool.fetch("SELECT minute FROM checkpoint ORDER BY 1")]
    oldest = frames[-1].minute - post.settings.lateness
    assert kept[0] <= oldest < kept[1]
    assert kept[0] >= oldest - 2 * post.settings.checkpoint_every
