"""Committed rows: stored once however often sent, merged, the newest kept, arrivals and rejects counted."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ingest.channel import CHANNELS
from ingest.directory import Directory
from ingest.flag import Qc
from ingest.frame import Message
from ingest.importer import import_folder
from ingest.known import load_directory
from ingest.store import commit
from sql.failure import is_passing
from sql.pool import connect
from tests.support.deadline import until_true
from tests.support.messages import MINUTE, NOW, frame, message, taken
from tests.support.registry_folder import write

EARLIER = MINUTE - timedelta(minutes=1)


@pytest.fixture
async def directory(database: str, pool: asyncpg.Pool, tmp_path: Path) -> Directory:
    """Stations S1, S2 and the monitor M1."""
    await import_folder(write(tmp_path), database, NOW)
    return await load_directory(pool)


async def send(pool: asyncpg.Pool, directory: Directory, *messages: Message, now: datetime = NOW) -> int:
    """One batch into the database; how much was new."""
    return await commit(pool, taken(*messages, directory=directory), now)


async def rows(pool: asyncpg.Pool, table: str) -> list[dict[str, Any]]:
    """A table by device and time; what is null is left out."""
    query = f"SELECT d.device_id, t.* FROM {table} AS t JOIN device AS d USING (device) ORDER BY 1, ts"  # noqa: S608
    found = await pool.fetch(query)
    return [{k: v for k, v in dict(row).items() if v is not None and k != "device"} for row in found]


async def test_a_repeat_is_harmless_in_the_same_batch_and_in_another(pool: asyncpg.Pool, directory: Directory) -> None:
    first = message(frame(pm25=1.5, no2=2))
    assert await send(pool, directory, first, first) == 1
    before = await rows(pool, "station_reading")
    assert await send(pool, directory, first) == 0
    assert await rows(pool, "station_reading") == before
    assert before == [{"device_id": "S1", "ts": MINUTE, "pm25": 1.5, "no2": 2.0}]


async def test_a_second_frame_fills_in_what_the_first_did_not_have(pool: asyncpg.Pool, directory: Directory) -> None:
    await send(pool, directory, message(frame(pm25=1, flags={"so2": "D"})))
    assert await send(pool, directory, message(frame(pm25=9, no2=2, flags={"no2": "C"}))) == 0
    (row,) = await rows(pool, "station_reading")
    assert (row["pm25"], row["no2"]) == (1, 2)
    flags = dict(zip((channel.name for channel in CHANNELS), row["qc"], strict=True))
    assert {name: code for name, code in flags.items() if code} == {"so2": Qc.FAULT, "no2": Qc.CALIBRATION}
    (latest,) = await rows(pool, "station_latest")
    assert {k: latest[k] for k in row} == row


async def test_every_channel_keeps_its_first_value_and_takes_one_where_it_had_none(
    pool: asyncpg.Pool, directory: Directory
) -> None:
    names = [channel.name for channel in CHANNELS]
    high = {channel.name: float(channel.high) for channel in CHANNELS}
    middle = {channel.name: (channel.low + channel.high) / 2 for channel in CHANNELS}
    expected = {}
    for device, first in (("S1", names[::2]), ("S2", names[1::2])):
        await send(pool, directory, message(frame(**{name: high[name] for name in first}), device))
        await send(pool, directory, message(frame(**middle), device))
        expected[device] = middle | {name: high[name] for name in first}
    for row in await rows(pool, "station_reading") + await rows(pool, "station_latest"):
        assert {name: row[name] for name in names} == expected[row["device_id"]]


async def test_a_reading_without_flags_stays_without(pool: asyncpg.Pool, directory: Directory) -> None:
    await send(pool, directory, message(frame(pm25=1)))
    await send(pool, directory, message(frame(no2=1)))
    assert "qc" not in (await rows(pool, "station_reading"))[0]


async def test_a_value_that_cannot_be_is_null_with_its_flag(pool: asyncpg.Pool, directory: Directory) -> None:
    await send(pool, directory, message(frame(pm25=1e6, no2=3)))
    (row,) = await rows(pool, "station_reading")
    assert "pm25" not in row
    assert row["qc"][0] == Qc.IMPLAUSIBLE


async def test_the_newest_frame_never_goes_backwards(pool: asyncpg.Pool, directory: Directory) -> None:
    await send(pool, directory, message(frame(pm25=2)), message(frame(so2=7, flags={"so2": "C"}), "M1", "monitor"))
    old = [message(frame(EARLIER.isoformat(), pm25=1, no2=1))]
    old += [message(frame(EARLIER.isoformat(), so2=1, nmhc=1), "M1", "monitor")]
    await send(pool, directory, *old, now=NOW + timedelta(seconds=9))
    (latest,) = await rows(pool, "station_latest")
    assert latest == {"device_id": "S1", "ts": MINUTE, "received_at": NOW, "pm25": 2}
    of_monitor = {row["channel"]: row for row in await rows(pool, "monitor_latest")}
    assert (of_monitor["so2"]["ts"], of_monitor["so2"]["qc"]) == (MINUTE, Qc.CALIBRATION)
    assert of_monitor["nmhc"]["ts"] == EARLIER
    assert len(await rows(pool, "station_reading")) == 2


async def test_of_a_backlog_in_one_batch_the_newest_minute_is_the_newest(
    pool: asyncpg.Pool, directory: Directory
) -> None:
    times = [MINUTE - timedelta(minutes=i) for i in (2, 0, 1)]
    await send(pool, directory, message({"readings": [frame(ts.isoformat(), pm25=ts.minute) for ts in times]}))
    (latest,) = await rows(pool, "station_latest")
    assert (latest["ts"], latest["pm25"]) == (MINUTE, MINUTE.minute)


async def arrivals(pool: asyncpg.Pool) -> dict[datetime, int]:
    """Devices by minute, as the detector counts them."""
    found = await pool.fetch("SELECT minute, sum(devices)::int AS n FROM arrival GROUP BY minute")
    return {row["minute"]: row["n"] for row in found}


async def test_every_device_is_counted_once_a_minute(pool: asyncpg.Pool, directory: Directory) -> None:
    await send(pool, directory, message(frame(pm25=1)), message(frame(so2=1, nmhc=2), "M1", "monitor"))
    await send(pool, directory, message(frame(pm25=1)), message(frame(no2=1)), message(frame(pm25=1), "S2"))
    await send(pool, directory, message(frame(so2=1, nmhc=2), "M1", "monitor"))
    assert await arrivals(pool) == {MINUTE: 3}
    await send(pool, directory, message(frame(EARLIER.isoformat(), pm25=1)))
    assert await arrivals(pool) == {MINUTE: 3, EARLIER: 1}


async def test_the_detector_hears_of_channels_that_came_later(pool: asyncpg.Pool, directory: Directory) -> None:
    await send(pool, directory, message(frame(pm25=1)))
    await pool.execute("DELETE FROM arrival")
    await send(pool, directory, message(frame(pm25=1)))
    assert await arrivals(pool) == {}
    await send(pool, directory, message(frame(no2=1)))
    assert await arrivals(pool) == {MINUTE: 0}


async def test_the_detector_is_woken(pool: asyncpg.Pool, directory: Directory, database: str) -> None:
    woken: list[str] = []
    connection = await connect(database, "test")
    try:
        await connection.add_listener("arrival", lambda *args: woken.append(args[2]))
        await send(pool, directory, message(b"nonsense"))
        await send(pool, directory, message(frame(pm25=1)))
        await until_true(lambda: woken)
        assert woken == ["arrival"]
    finally:
        await connection.close()


async def test_rejects_are_kept_with_all_there_is_and_equal_ones_are_counted(
    pool: asyncpg.Pool, directory: Directory
) -> None:
    unknown = message(
        {"readings": [frame((MINUTE - timedelta(minutes=i)).isoformat(), pm25=1) for i in range(3)]}, "S9"
    )
    await send(pool, directory, unknown, message(b"\xd5\xe3\0"), message(frame(**{"a\0b\udc80": 1, "pm25": 2})))
    found = await pool.fetch("SELECT * FROM reject JOIN refused USING (message) ORDER BY device_id DESC, reason DESC")
    assert [(row["device_id"], row["reason"], row["times"]) for row in found] == [
        ("S9", "device", 3),
        ("S1", "encoding", 1),
        ("S1", "channel", 1),
    ]
    assert found[1]["payload"] == b"\xd5\xe3\0"
    assert found[1]["topic"] == "hotgrid/v1/station/S1/reading"
    assert len(await rows(pool, "station_reading")) == 1


async def test_the_same_message_refused_again_is_kept_once_and_counted(
    pool: asyncpg.Pool, directory: Directory
) -> None:
    later = NOW + timedelta(minutes=5)
    await send(pool, directory, message(b"{}"))
    await send(pool, directory, message(b"{}"), message(b"[]"), now=later)
    found = await pool.fetch("SELECT * FROM reject JOIN refused USING (message) ORDER BY times DESC")
    assert [(row["payload"], row["times"], row["first_at"]) for row in found] == [(b"{}", 2, NOW), (b"[]", 1, later)]
    assert found[0]["received_at"] == later


async def test_of_an_absurdly_long_message_the_beginning_is_kept_and_how_long_it_was(
    pool: asyncpg.Pool, directory: Directory
) -> None:
    await send(pool, directory, message(b"x" * 2_000_000))
    row = await pool.fetchrow("SELECT length(payload) AS kept, bytes FROM refused")
    assert row is not None
    assert (row["kept"], row["bytes"]) == (256 << 10, 2_000_000)


async def test_a_flag_that_comes_later_is_not_for_the_value_that_came_before(
    pool: asyncpg.Pool, directory: Directory
) -> None:
    await send(pool, directory, message(frame(pm25=1)))
    await send(pool, directory, message(frame(pm25=9, no2=3, flags={"pm25": "D", "no2": "C"})))
    (row,) = await rows(pool, "station_reading")
    flags = dict(zip((channel.name for channel in CHANNELS), row["qc"], strict=True))
    assert (row["pm25"], flags["pm25"], flags["no2"]) == (1, Qc.GOOD, Qc.CALIBRATION)
    (latest,) = await rows(pool, "station_latest")
    assert latest["qc"] == row["qc"]


async def test_a_mobile_sample_is_placed_by_its_own_position_to_the_second(
    pool: asyncpg.Pool, directory: Directory
) -> None:
    at = MINUTE + timedelta(seconds=17)
    car = replace(directory, mobile=frozenset({directory.stations["S2"]}))
    samples = [{**frame((at + timedelta(seconds=i)).isoformat(), pm25=i), "lon": 119.95, "lat": 31.77} for i in (0, 1)]
    assert await send(pool, car, message({"readings": samples}, "S2"), message(samples[0], "S2")) == 2
    assert await send(pool, car, message(samples[1], "S2")) == 0
    found = await rows(pool, "mobile_reading")
    assert [(row["ts"], row["pm25"], row["lon"]) for row in found] == [
        (at, 0.0, 119.95),
        (at + timedelta(seconds=1), 1.0, 119.95),
    ]
    assert car.grid is not None
    assert (found[0]["ix"], found[0]["iy"]) == car.grid.cell(119.95, 31.77)
    assert await rows(pool, "station_reading") == []


async def test_a_monitors_values_are_rows_of_their_own(pool: asyncpg.Pool, directory: Directory) -> None:
    sent = message(frame(so2=10, nmhc=2.5, flags={"a25002": "D"}), "M1", "monitor")
    assert await send(pool, directory, sent) == 3
    assert await send(pool, directory, sent) == 0
    found = {row["channel"]: (row.get("value"), row["qc"]) for row in await rows(pool, "monitor_reading")}
    assert found == {"so2": (pytest.approx(26.1868, abs=1e-4), 0), "nmhc": (2.5, 0), "a25002": (None, Qc.FAULT)}


async def test_half_a_batch_is_never_stored(pool: asyncpg.Pool, directory: Directory) -> None:
    batch = taken(message(frame(pm25=1)), message(frame(so2=1), "M1", "monitor"), directory=directory)
    batch.monitor = [batch.monitor[0]._replace(channel=None)]  # type: ignore[arg-type]
    with pytest.raises(asyncpg.NotNullViolationError):
        await commit(pool, batch, NOW)
    assert await rows(pool, "station_reading") == []
    assert await arrivals(pool) == {}


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (asyncpg.ConnectionDoesNotExistError(), True),
        (asyncpg.DeadlockDetectedError(), True),
        (asyncpg.SerializationError(), True),
        (asyncpg.DiskFullError(), True),
        (asyncpg.CannotConnectNowError(), True),
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.ReadOnlySQLTransactionError(), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InternalClientError("got result for unknown protocol state"), True),
        (asyncpg.UniqueViolationError(), False),
        (asyncpg.UndefinedTableError(), False),
        (asyncpg.UntranslatableCharacterError(), False),
        (ValueError(), False),
    ],
)
def test_what_may_pass_is_told_from_what_will_not(error: BaseException, passing: bool) -> None:
    assert is_passing(error) is passing


async def test_a_parameter_that_cannot_be_sent_is_not_tried_for_ever(pool: asyncpg.Pool) -> None:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as refused:
        await pool.fetchval("SELECT $1::integer", "no number")
    assert not is_passing(refused.value)
