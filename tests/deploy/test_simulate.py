"""The simulated fleet: the same air for everybody who asks, plumes that blow with the wind, stations with a will."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from alerts.alert import Alert
from alerts.watch import Watch
from deploy.emission import DUST, MIXES, Emission
from deploy.fleet import Fleet
from deploy.servers import Servers
from deploy.simulate import publish_history, simulate, topics_of
from ingest.channel import COLUMN
from ingest.folder import read_folder
from ingest.layout import Frame
from ingest.quality import implausible
from ingest.registry import Registry
from tests.support.listener import Listener, listening

DISTRICT = Path(__file__).parents[2] / "deploy" / "district"
NOON = datetime(2026, 7, 1, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_folder(DISTRICT)[0]


def small(registry: Registry) -> Registry:
    """Four stations and a monitor of the district."""
    return registry.model_copy(update={"stations": registry.stations[:4], "monitors": registry.monitors[:3]})


def test_the_same_seed_gives_the_same_minute_whatever_was_asked_before(registry: Registry) -> None:
    fresh, asked = Fleet(registry, 7), Fleet(registry, 7)
    for i in (90, 3, 44):
        asked.minute(NOON + i * MINUTE)
    assert asked.minute(NOON) == fresh.minute(NOON)
    assert Fleet(registry, 8).minute(NOON) != fresh.minute(NOON)


def test_values_are_plausible_smooth_and_rounded(registry: Registry) -> None:
    fleet = Fleet(registry, 7)
    minutes = [fleet.minute(NOON + 7 * i * MINUTE) for i in range(200)]
    rows = [{"pm25": np.nan} | minute.get("M01", {}) for minute in minutes]
    table = np.array([[row.get(name, np.nan) for name in COLUMN] for row in rows])
    assert not implausible(table).any()
    pm25 = table[:, COLUMN["pm25"]]
    assert 10 < np.nanmedian(pm25) < 100
    assert np.nanmedian(abs(np.diff(np.log(pm25)))) < 0.15
    sent = [row["pm25"] for row in rows if np.isfinite(row["pm25"])]
    assert [round(value, 1) for value in sent] == sent


def test_fine_dust_is_a_part_of_all_dust_and_both_wander_together(registry: Registry) -> None:
    fleet = Fleet(registry, 7, emissions_a_day=24)
    minutes = [fleet.minute(NOON + 10 * i * MINUTE) for i in range(200)]
    shares = np.array([row["pm25"] / row["pm10"] for minute in minutes for row in minute.values() if "pm10" in row])
    assert 0.25 < shares.min() < 0.4 < np.median(shares) < 0.75 < shares.max() < 1
    sent = np.log([[row["pm25"], row["pm10"]] for minute in minutes for row in (minute.get("M01"),) if row])
    assert np.corrcoef(np.diff(sent[::6], axis=0).T)[0, 1] > 0.5


def test_every_emission_with_fine_dust_has_as_much_dust() -> None:
    mixes = [mix for _, mix in MIXES] + [DUST]
    assert all(mix.get("pm10", 0) > mix.get("pm25", 0) for mix in mixes if "pm25" in mix)


def test_the_detector_finds_no_fault_in_a_fleet_without_faults(registry: Registry) -> None:
    fleet, watch = Fleet(registry, 7), Watch(registry)
    factors = {(watch.layout.devices[row].id, column): factor for row, column, factor in watch.layout.registered}
    alerts: dict[str, Alert] = {}
    for i in range(16 * 60):
        frame = Frame.empty(watch.layout, NOON + i * MINUTE)
        for device, values in fleet.minute(frame.minute).items():
            for name, value in values.items():
                column = watch.layout.column[name]
                frame.values[watch.layout.index[device], column] = value * factors.get((device, column), 1)
        alerts |= {change.alert.id: change.alert for change in watch.close(frame)}
    assert {alert.kind for alert in alerts.values()} >= {"hotspot"}
    assert not [alert for alert in alerts.values() if alert.kind in ("fault", "fabrication", "regional", "clock")]


def test_stations_fall_silent_now_and_then(registry: Registry) -> None:
    fleet = Fleet(registry, 7)
    share = np.mean([len(fleet.minute(NOON + 11 * i * MINUTE)) for i in range(300)]) / len(topics_of(fleet))
    assert 0.97 < share < 0.9995


def test_every_kind_of_device_sends_its_own_channels(registry: Registry) -> None:
    fleet = Fleet(registry, 7)
    sent = {device: set(values) for i in range(5) for device, values in fleet.minute(NOON + i * MINUTE).items()}
    assert {"pm25", "pm10", "so2", "no2", "o3", "co", "tvoc", "temperature", "humidity"} <= sent["M01"]
    assert sent["W01"] == {"temperature", "humidity", "pressure", "wind_speed", "wind_direction"}
    assert {"tvoc", "nmhc"} <= sent["B01"]
    assert {row.mn: {r.channel for r in registry.monitors if r.mn == row.mn} for row in registry.monitors} == {
        row.mn: sent[row.mn] for row in registry.monitors
    }


def test_an_emission_raises_the_stations_downwind_and_not_those_upwind(registry: Registry) -> None:
    clean = Fleet(registry, 7, emissions_a_day=0)
    found = 0
    for hour in range(0, 48, 6):
        at = NOON + timedelta(hours=hour)
        smelly = clean.with_emissions([Emission("E22", at - 30 * MINUTE, 60, 8)])
        before, after = clean.minute(at), smelly.minute(at)
        ratio = {d: after[d]["pm10"] / before[d]["pm10"] for d in after if "pm10" in after[d]}
        source = np.array(clean.places["E22"])
        place = {s.id: np.array([s.x, s.y]) - source for s in clean.stations}
        mast = before.get("W01") or before["W02"]
        came_from = np.radians(mast["wind_direction"])
        along = {d: -place[d] @ [np.sin(came_from), np.cos(came_from)] for d in ratio}
        assert all(r == 1 for d, r in ratio.items() if along[d] < -0.6 * np.hypot(*place[d]))
        raised = [d for d, r in ratio.items() if r > 1.2]
        found += bool(raised)
        assert all(along[d] > 0 for d in raised)
        assert all(after[d]["o3"] == before[d]["o3"] for d in ratio)
    assert found >= 5


def test_a_monitor_shows_what_its_enterprise_does(registry: Registry) -> None:
    clean = Fleet(registry, 7, emissions_a_day=0)
    monitor = next(row for row in registry.monitors if row.channel == "nmhc")
    strong = clean.with_emissions([Emission(monitor.enterprise_id, NOON, 60, 8)])
    inside, outside = strong.minute(NOON + 30 * MINUTE), strong.minute(NOON + 90 * MINUTE)
    assert monitor.limit is not None
    assert inside[monitor.mn]["nmhc"] > monitor.limit > outside[monitor.mn]["nmhc"]


def test_an_emission_that_is_put_right_ends_then_and_has_been_until_then(registry: Registry) -> None:
    clean = Fleet(registry, 7, emissions_a_day=0)
    going, righted = (clean.with_emissions([Emission("E22", NOON, 60, 8)]) for _ in range(2))
    righted.put_right("E22", NOON + 30 * MINUTE)
    before, after = NOON + 29 * MINUTE, NOON + 55 * MINUTE
    assert righted.minute(before) == going.minute(before) != clean.minute(before)
    assert righted.minute(after) == clean.minute(after) != going.minute(after)
    righted.put_right("E22", NOON + 90 * MINUTE)
    assert righted.minute(after) == clean.minute(after)


def test_emissions_come_by_themselves_as_often_as_asked(registry: Registry) -> None:
    fleet = Fleet(registry, 7, emissions_a_day=24)
    minutes = range(int(NOON.timestamp()) // 60, int(NOON.timestamp()) // 60 + 10 * 1440)
    started = {emission for minute in minutes[::60] for emission in fleet.active(minute)}
    assert 180 < len(started) < 300


async def test_history_and_live_meet_without_a_gap_or_a_repeat(registry: Registry, servers: Servers) -> None:
    fleet = Fleet(small(registry), 7)
    until = datetime.now(UTC).replace(second=0, microsecond=0) - MINUTE  # noqa: TID251 - the fleet runs on this clock
    since, seam = until - 8 * MINUTE, until - 3 * MINUTE
    expected = [(d, since + i * MINUTE) for i in range(8) for d in fleet.minute(since + i * MINUTE)]
    stop = asyncio.Event()
    with listening(servers.mqtt_url, "hotgrid/v1/+/+/reading") as listener:
        publish_history(fleet, servers.mqtt_url, since, seam)
        live = asyncio.create_task(simulate(fleet, servers.mqtt_url, stop, seam))
        got: list[tuple[str, datetime]] = []
        while len(got) < len(expected):  # the minutes that end meanwhile are published too
            (message,) = await asyncio.to_thread(listener.next, 1)
            device, frame = message.topic.split("/")[3], json.loads(message.payload)
            minute = datetime.fromisoformat(frame["ts"])
            assert frame["values"] == fleet.minute(minute)[device]
            got += [(device, minute)] if minute < until else []
        stop.set()
        await live
    assert sorted(got) == sorted(expected)
    of_one = [ts for device, ts in got if device == "M01"]
    assert of_one == sorted(of_one)


async def test_stations_say_that_they_are_there_and_when_they_leave(registry: Registry, servers: Servers) -> None:
    fleet = Fleet(small(registry), 7)
    devices = set(topics_of(fleet))
    stop = asyncio.Event()
    with listening(servers.mqtt_url, "hotgrid/v1/status/+") as listener:
        task = asyncio.create_task(simulate(fleet, servers.mqtt_url, stop))
        here = [m async for m in _next(listener, len(devices), b"online")]
        stop.set()
        await task
        gone = [m async for m in _next(listener, len(devices), b"offline")]
    assert {topic.split("/")[3] for topic in here} == {topic.split("/")[3] for topic in gone} == devices


async def _next(listener: Listener, count: int, payload: bytes) -> AsyncIterator[str]:
    """The topics of the next messages with this payload; what was retained earlier does not count."""
    while count:
        message = (await asyncio.to_thread(listener.next, 1))[0]
        if message.payload == payload and not message.retained:
            count -= 1
            yield message.topic


DIES = """
import asyncio, sys
from pathlib import Path
from deploy.fleet import Fleet
from deploy.simulate import simulate
from ingest.folder import read_folder
asyncio.run(simulate(Fleet(read_folder(Path(sys.argv[1]))[0], 7), sys.argv[2], asyncio.Event()))
"""


async def test_the_last_will_speaks_for_stations_that_die(servers: Servers) -> None:
    with listening(servers.mqtt_url, "hotgrid/v1/status/N01") as listener:
        command = [sys.executable, "-c", DIES, str(DISTRICT), servers.mqtt_url]
        root = str(Path(__file__).parents[2])
        process = await asyncio.create_subprocess_exec(*command, cwd=root, env=os.environ | {"PYTHONPATH": root})
        assert [topic async for topic in _next(listener, 1, b"online")]
        process.kill()
        await process.wait()
        assert [topic async for topic in _next(listener, 1, b"offline")]


def test_the_district_is_a_valid_registry_without_oddities() -> None:
    registry, warnings = read_folder(DISTRICT)
    assert warnings == []
    kinds = [station.kind for station in registry.stations]
    assert (kinds.count("micro"), kinds.count("national"), len(registry.enterprises)) == (60, 1, 25)
    assert all("000-0000-" in person.phone for person in registry.people)
