"""Hours, days and flags: a pure function of what is stored, whatever came when, and whoever was killed meanwhile."""

from random import Random

import asyncpg
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest.flag import Qc
from tests.support.kept import (
    HOUR,
    LATER,
    MINUTE,
    MONITOR,
    START,
    Mean,
    Reading,
    at_once,
    cleared,
    expected,
    fabricate,
    hours,
    store,
    tables,
    work,
)

MARK = "INSERT INTO mark SELECT device, 'stop', $2, $3, '' FROM device WHERE device_id = $1"
TAKEN_BACK = "UPDATE mark SET end_at = start_at"


def agree(stored: dict[object, Mean], naive: dict[object, Mean]) -> None:
    assert stored.keys() == naive.keys()
    for key, mean in naive.items():
        assert stored[key][1:] == mean[1:], key
        assert (stored[key].mean is None) == (mean.mean is None), key
        assert stored[key].mean == (mean.mean and pytest.approx(mean.mean, rel=1e-6, abs=1e-4)), key


async def test_hours_are_what_minutes_come_to_one_by_one(district: str, pool: asyncpg.Pool) -> None:
    readings = fabricate(1, 5)
    stop = (START + 100.5 * MINUTE, START + 125 * MINUTE)
    await pool.execute(MARK, "S1", *stop)
    await store(pool, readings)
    await work(district)
    agree(await hours(pool), expected(readings, {"S1": stop}))
    found = {row["reason"] for row in await pool.fetch("SELECT DISTINCT reason FROM quality_flag")}
    assert {Qc.STOPPED, Qc.SPIKE, Qc.FLAT, Qc.HUMID} <= found


# Without shrinking: every try is a second of the database's work.
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 1000), pieces=st.integers(1, 6), scattered=st.booleans(), random=st.randoms())
async def test_order_and_lateness_make_no_difference(
    district: str, pool: asyncpg.Pool, seed: int, pieces: int, scattered: bool, random: Random
) -> None:
    readings = fabricate(seed, 4)
    whole = await at_once(district, pool, readings)
    await cleared(district)
    if scattered:
        random.shuffle(readings)
    else:
        readings.sort(key=lambda reading: reading.minute)
    size = len(readings) // pieces + 1
    for start in random.sample(range(0, len(readings), size), pieces):
        await store(pool, readings[start : start + size])
        if random.random() < 0.5:
            await work(district, random.choice([LATER, START + 2.5 * HOUR]))
    await work(district)
    assert await tables(pool) == whole


async def test_a_keeper_that_comes_again_finds_nothing_to_change(district: str, pool: asyncpg.Pool) -> None:
    before = await at_once(district, pool, fabricate(2, 2))
    written = await pool.fetchval("SELECT max(xmin::text::bigint) FROM hour_mean")
    await pool.execute("INSERT INTO touched SELECT ts, array_agg(device) FROM hour_mean GROUP BY ts")
    await work(district)
    assert await tables(pool) == before
    assert await pool.fetchval("SELECT max(xmin::text::bigint) FROM hour_mean") == written


async def test_late_readings_change_their_hour_and_their_day(district: str, pool: asyncpg.Pool) -> None:
    minutes = [Reading("S1", START + i * MINUTE, {"pm25": 10.0 + i % 7}, {}) for i in range(60)]
    await store(pool, minutes[:44])
    await work(district)
    assert (await hours(pool))["S1", START, "pm25"].valid == 44
    assert await pool.fetchval("SELECT hours FROM day_mean") == 0
    await store(pool, minutes[44:])
    await work(district)
    assert (await hours(pool))["S1", START, "pm25"].valid == 60
    day = await pool.fetchrow("SELECT * FROM day_mean")
    assert day
    assert (day["day"].isoformat(), day["hours"], day["valid"], day["sent"]) == ("2026-11-20", 1, 60, 60)
    assert day["mean"] == pytest.approx(np.mean([m.values["pm25"] for m in minutes]), rel=1e-6)


async def test_late_readings_change_what_is_said_of_the_hour_after_them(district: str, pool: asyncpg.Pool) -> None:
    def stuck(first: int, last: int) -> list[Reading]:
        return [Reading("S1", START + i * MINUTE, {"pm25": 41.3}, {}) for i in range(first, last)]

    moving = [Reading("S1", START + i * MINUTE, {"pm25": 30.0 + 7 * (i % 9)}, {}) for i in range(80, 120)]
    await store(pool, stuck(60, 80) + moving)
    await work(district)
    assert await pool.fetch("SELECT * FROM quality_flag") == []
    await store(pool, stuck(0, 60))
    await work(district)
    flags = await pool.fetch("SELECT * FROM quality_flag ORDER BY hour")
    assert {flag["reason"] for flag in flags} == {Qc.FLAT}
    assert (flags[0]["from_at"], flags[-1]["to_at"]) == (START, START + 80 * MINUTE)
    assert (await hours(pool))["S1", START + HOUR, "pm25"].suspect == 20


async def test_a_day_is_the_mean_of_its_valid_hours_in_beijing(district: str, pool: asyncpg.Pool) -> None:
    # 14 and 15 UTC are still the 20th in Beijing; of the hour at 15 there are too few minutes.
    readings = [Reading("S1", START + i * MINUTE, {"pm25": 10.0 + i % 5}, {}) for i in range(60)]
    readings += [Reading("S1", START + HOUR + i * MINUTE, {"pm25": 90.0}, {}) for i in range(20)]
    readings += [
        Reading("S1", START + (2 + h) * HOUR + i * MINUTE, {"pm25": 20.0 + h + i % 3}, {})
        for h in range(20)
        for i in range(45)
    ]
    await store(pool, readings)
    await work(district)
    rows = await pool.fetch("SELECT day, mean, hours, valid FROM day_mean WHERE channel = 'pm25' ORDER BY day")
    told = [(row["day"].day, round(row["mean"], 4), row["hours"], row["valid"]) for row in rows]
    assert told == [(20, 12.0, 1, 80), (21, 30.5, 20, 900)]


async def test_values_next_to_nothing_do_not_end_the_keeper(district: str, pool: asyncpg.Pool) -> None:
    told = [(0, 1.4e-45), (1, 0.0)]  # a whole number taken for a real one, as broken firmware does
    await store(
        pool, [Reading("S1", START + h * HOUR + i * MINUTE, {"so2": v}, {}) for h, v in told for i in range(60)]
    )
    await work(district)
    assert await pool.fetchval("SELECT mean FROM day_mean WHERE channel = 'so2'") == 0


async def test_an_unusable_hour_has_counts_and_no_mean(district: str, pool: asyncpg.Pool) -> None:
    faults = [Reading("S1", START + i * MINUTE, {"pm25": 10.0}, {"pm25": Qc.FAULT}) for i in range(60)]
    await store(pool, faults)
    await work(district)
    assert (await hours(pool))["S1", START, "pm25"] == Mean(None, 0, 0, 60)


async def test_a_mark_that_comes_afterwards_and_is_taken_back(district: str, pool: asyncpg.Pool) -> None:
    readings = fabricate(3, 4)
    before = await at_once(district, pool, readings)
    stop = (START + 70 * MINUTE, START + 130 * MINUTE)
    await pool.execute(MARK, MONITOR, *stop)
    await work(district)
    agree(await hours(pool), expected(readings, {MONITOR: stop}))
    await pool.execute("UPDATE mark SET end_at = $1", START + 90 * MINUTE)
    await work(district)
    agree(await hours(pool), expected(readings, {MONITOR: (stop[0], START + 90 * MINUTE)}))
    await pool.execute(TAKEN_BACK)
    await work(district)
    assert await tables(pool) == before


async def test_a_mark_without_an_end_counts_to_the_newest_reading(district: str, pool: asyncpg.Pool) -> None:
    readings = fabricate(4, 3)
    await at_once(district, pool, readings)
    await pool.execute(MARK, "S2", START + 65 * MINUTE, None)
    await work(district)
    agree(await hours(pool), expected(readings, {"S2": (START + 65 * MINUTE, LATER)}))


async def test_a_mark_brings_up_only_the_hours_in_which_it_makes_a_difference(
    district: str, pool: asyncpg.Pool
) -> None:
    await at_once(district, pool, fabricate(5, 4))
    await pool.execute(MARK, "S1", START + 10 * MINUTE, START + 150 * MINUTE)
    await work(district)
    await pool.execute("UPDATE mark SET end_at = end_at + interval '1 minute', reason = '风扇'")
    due = await pool.fetchrow("SELECT * FROM mark_due")
    assert due
    assert (due["from_at"], due["to_at"]) == (START + 150 * MINUTE, START + 151 * MINUTE)
    await pool.execute("DELETE FROM mark_due")
    await pool.execute("UPDATE mark SET reason = '马达'")
    assert await pool.fetch("SELECT * FROM mark_due") == []


async def test_optical_dust_is_corrected_for_humidity_and_kept_raw(district: str, pool: asyncpg.Pool) -> None:
    humid = [Reading("S1", START + i * MINUTE, {"pm25": 50.0 + i % 9, "humidity": 80.0 + i % 4}, {}) for i in range(60)]
    dark = [Reading("S2", START + i * MINUTE, {"pm25": 50.0 + i % 9, "humidity": 80.0}, {}) for i in range(30)]
    dark += [Reading("S2", START + i * MINUTE, {"pm25": 50.0 + i % 9}, {}) for i in range(30, 60)]
    await store(pool, humid + dark)
    await work(district)
    rows = await pool.fetch("SELECT * FROM hour_mean WHERE channel = 'pm25' ORDER BY device")
    assert rows[0]["mean"] == pytest.approx(np.mean([r.values["pm25"] for r in humid]), rel=1e-6)
    growth = [1 + 0.4 / 1.65 / (100 / r.values["humidity"] - 1) for r in humid]
    dry = np.mean([r.values["pm25"] / g for r, g in zip(humid, growth, strict=True)])
    assert rows[0]["corrected"] == pytest.approx(dry, rel=1e-5)
    assert rows[0]["correction"] == "kappa-1"
    assert (rows[1]["corrected"], rows[1]["correction"]) == (None, None)  # humidity was known for half of it
    assert await pool.fetchval("SELECT count(correction) FROM hour_mean WHERE channel = 'humidity'") == 0
