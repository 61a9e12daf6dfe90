"""The overview tells an enterprise how its monitors stand now, and nothing of another's."""

from datetime import datetime, timedelta

import asyncpg
import httpx2
import pytest

from ingest.flag import Qc
from ingest.validity import day_of, hour_of, span_of
from tests.service.enterprise import plant
from tests.service.enterprise.plant import DAY, HOUR, MINUTE, MN, OTHER, told


@pytest.fixture
async def now(pool: asyncpg.Pool) -> datetime:
    """The time, as the service has it too."""
    at: datetime = await pool.fetchval("SELECT now()")
    return at


@pytest.fixture
async def device(pool: asyncpg.Pool, now: datetime) -> int:
    """The monitor of E0007; both enterprises' are heard."""
    device, other = await plant.plants(pool)
    for one in (device, other):
        await plant.latest(pool, one, now.replace(second=0, microsecond=0) - MINUTE, 48.0)
    return device


@pytest.mark.usefixtures("device")
async def test_newest_value_has_its_unit_limit_flag_and_time(client: httpx2.AsyncClient) -> None:
    body = await told(client, "")
    assert (body["enterprise_id"], [monitor["mn"] for monitor in body["monitors"]]) == ("E0007", [MN])
    (monitor,) = body["monitors"]
    assert (monitor["state"], monitor["outlet"], monitor["open_alerts"], monitor["marks"]) == (
        "online",
        "DA001",
        {},
        [],
    )
    benzene, nmhc = monitor["factors"]
    assert (benzene["factor"], benzene["value"], benzene["at"], benzene["qc"]) == ("a25002", None, None, [])
    assert {name: nmhc[name] for name in ("factor", "unit", "limit", "value", "flag", "qc")} == {
        "factor": "nmhc",
        "unit": "mg/m³",
        "limit": 60.0,
        "value": 48.0,
        "flag": "N",
        "qc": [],
    }
    assert nmhc["at"] == monitor["heard"]
    assert datetime.fromisoformat(monitor["received_at"]) - datetime.fromisoformat(nmhc["at"]) == timedelta(seconds=9)


async def test_amounts_are_in_the_unit_of_the_permit(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await plant.plants(pool)
    ppm = await plant.monitor(pool, "M9", "E0007", [("nmhc", "ppm", 100.0, "hour")])
    # 1 ppm of what is kept as carbon is 12.011 / 24.465 mg/m³.
    await plant.latest(pool, ppm, now, 50 * 12.011 / 24.465)
    await plant.hour(pool, ppm, hour_of(now) - HOUR, 120 * 12.011 / 24.465)
    (nmhc,) = (await told(client, ""))["monitors"][1]["factors"]
    assert (nmhc["unit"], nmhc["limit"]) == ("ppm", 100.0)
    assert nmhc["value"] == pytest.approx(50, rel=1e-5)
    assert nmhc["last_hour"]["mean"] == pytest.approx(120, rel=1e-5)
    assert nmhc["last_hour"]["share_of_limit"] == pytest.approx(1.2, rel=1e-4)


async def test_running_hour_counts_valid_minutes_under_no_mark(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int, now: datetime
) -> None:
    hour = hour_of(now)
    await plant.minutes(pool, device, hour, [30.0, 60.0])
    await plant.minutes(pool, device, hour + 2 * MINUTE, [999.0], Qc.FAULT)
    await plant.minutes(pool, device, hour + 3 * MINUTE, [None])
    await plant.minutes(pool, device, hour + 4 * MINUTE, [500.0, 500.0])
    await plant.minutes(pool, device, hour + 6 * MINUTE, [54.0])
    await plant.mark(pool, device, hour + 4 * MINUTE, hour + 6 * MINUTE)
    await plant.mark(pool, device, hour + 6 * MINUTE, hour + 6 * MINUTE)  # taken back
    nmhc = (await told(client, ""))["monitors"][0]["factors"][1]
    assert nmhc["running"] == {
        "from": hour.isoformat().replace("+00:00", "Z"),
        "mean": 48.0,
        "valid_minutes": 3,
        "share_of_limit": 0.8,
    }


async def test_last_hour_is_the_newest_whole_one(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int, now: datetime
) -> None:
    hour = hour_of(now)
    for i, mean in ((0, 900.0), (1, 63.0), (2, 12.0)):
        await plant.hour(pool, device, hour - i * HOUR, mean, 52)
    nmhc = (await told(client, ""))["monitors"][0]["factors"][1]
    assert (nmhc["last_hour"]["mean"], nmhc["last_hour"]["valid_minutes"]) == (63.0, 52)
    assert nmhc["last_hour"]["share_of_limit"] == 1.05


async def test_valid_shares_are_of_the_hours_that_are_over(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int, now: datetime
) -> None:
    hour, today = hour_of(now), day_of(now)
    midnight = span_of(today)[0]
    hours = (hour - midnight) // HOUR
    for i in range(-1, hours):  # the first is yesterday's last
        await plant.hour(pool, device, midnight + i * HOUR, 30.0, 45)
    for i in range(1, today.day):
        await plant.day(pool, device, today - i * DAY, 24, 1080)
    await plant.day(pool, device, today.replace(day=1) - DAY, 24, 1440)  # of the month before
    (monitor,) = (await told(client, ""))["monitors"]
    nmhc = monitor["factors"][1]
    assert nmhc["valid_today"] == (0.75 if hours else None)
    passed = hours + 24 * (today.day - 1)
    assert nmhc["valid_month"] == (0.75 if passed else None)
    assert monitor["valid_month"] == (0.375 if passed else None), "benzene has sent nothing"


async def test_value_says_what_is_wrong_with_it(client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime) -> None:
    device, _ = await plant.plants(pool)
    minute = now.replace(second=0, microsecond=0)
    await plant.latest(pool, device, minute, 48.0)
    await plant.latest(pool, device, minute, 1.0, Qc.OVER_RANGE, "a25002")
    await plant.flag(pool, device, minute, minute + MINUTE, Qc.FLAT)
    await plant.mark(pool, device, minute - HOUR, None, "maintenance")
    (monitor,) = (await told(client, ""))["monitors"]
    benzene, nmhc = monitor["factors"]
    assert (benzene["flag"], [one["reason"] for one in benzene["qc"]]) == ("T", ["over_range"])
    assert nmhc["qc"] == [
        {"reason": "maintenance", "grade": "fail", "zh": "维护", "en": "maintenance"},
        {"reason": "flat", "grade": "suspect", "zh": "恒值", "en": "flat line"},
    ]
    assert [(mark["kind"], mark["to"]) for mark in monitor["marks"]] == [("maintenance", None)]


@pytest.mark.parametrize(
    ("minutes", "known", "state"),
    [
        (29, {"alert"}, "online"),
        (31, set(), "silent"),
        (31, {"alert"}, "offline"),
        (31, {"alert", "mark"}, "excused"),
        (None, set(), "never"),
    ],
)
async def test_state_is_that_of_the_offline_rule(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, minutes: int | None, known: set[str], state: str
) -> None:
    device, _ = await plant.plants(pool)
    now = await pool.fetchval("SELECT now()")
    if minutes is not None:
        await plant.latest(pool, device, now - minutes * MINUTE, 48.0)
    if "alert" in known:
        await plant.alert(pool, "offline", MN, now - HOUR)
    if "mark" in known:
        await plant.mark(pool, device, now - HOUR, now + HOUR)
    assert (await told(client, ""))["monitors"][0]["state"] == state


@pytest.mark.usefixtures("device")
async def test_open_alerts_are_of_its_own_monitors_and_never_of_fabrication(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime
) -> None:
    await plant.alert(pool, "exceedance", MN, now - HOUR, pollutant="nmhc")
    await plant.alert(pool, "early_warning", MN, now - HOUR, pollutant="nmhc")
    await plant.alert(pool, "exceedance", MN, now - HOUR, now, pollutant="a25002")
    await plant.alert(pool, "fabrication", MN, now - HOUR, pollutant="nmhc")
    await plant.alert(pool, "hotspot", MN, now - HOUR, pollutant="nmhc")
    await plant.alert(pool, "clock", MN, now - HOUR)
    await plant.alert(pool, "fault", OTHER, now - HOUR)
    own, other = await told(client, ""), await told(client, "", plant.FOREIGN)
    assert own["monitors"][0]["open_alerts"] == {"exceedance": 1, "early_warning": 1, "clock": 1}
    assert [monitor["mn"] for monitor in other["monitors"]] == [OTHER]
    assert other["monitors"][0]["open_alerts"] == {"fault": 1}
    authority = await told(client, "", {}, enterprise="E0007")
    assert authority["monitors"] == own["monitors"]


async def test_open_deadlines_are_counted(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int, now: datetime
) -> None:
    other = await pool.fetchval("SELECT device FROM device WHERE device_id = $1", OTHER)
    rows = (
        ("E0007", device, 2, None),
        ("E0007", device, -1, None),
        ("E0007", device, -9, now),
        ("E0008", other, 3, None),
    )
    for i, (enterprise, of, hours, done) in enumerate(rows):
        alert = await plant.alert(pool, "fault", f"S{i}", now - 12 * HOUR)
        await pool.execute(
            "INSERT INTO deadline (enterprise_id, device, task, alert_id, began_at, due_at, done_at)"
            " VALUES ($1, $2, 'report', $3, $4, $5, $6)",
            *(enterprise, of, alert, now - 12 * HOUR, now + hours * HOUR, done),
        )
    (monitor,) = (await told(client, ""))["monitors"]
    assert monitor["open_deadlines"] == 2
    assert datetime.fromisoformat(monitor["next_deadline"]) == now - HOUR
