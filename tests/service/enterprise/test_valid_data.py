"""Valid shares by hour, day and month; signs of faults; the history of calibrations and maintenance."""

from datetime import date, datetime
from typing import Any

import asyncpg
import httpx2
import pytest

from ingest.flag import Qc
from tests.service.enterprise import plant
from tests.service.enterprise.plant import API, DAY, FOREIGN, HOUR, MINUTE, MN, NOON, OTHER, OWN, told

FIRST = date(2026, 10, 1)


@pytest.fixture
async def device(pool: asyncpg.Pool) -> int:
    """The monitor of E0007; the one of E0008 has had a flat line, a fault and a calibration."""
    device, other = await plant.plants(pool)
    await plant.flag(pool, other, NOON, NOON + HOUR, Qc.FLAT)
    await plant.alert(pool, "fault", OTHER, NOON)
    await plant.mark(pool, other, NOON, NOON + HOUR)
    await pool.execute("INSERT INTO device_note VALUES ($1, $2, 3020, 'nmhc', 'i11001', '仪器清洗')", other, NOON)
    return device


async def periods(client: httpx2.AsyncClient, factor: str = "nmhc", **query: object) -> list[dict[str, Any]]:
    """Those of one channel."""
    body = await told(client, "/availability", **query)
    (one,) = [of for of in body["factors"] if of["factor"] == factor]
    assert one["mn"] == MN
    return list(one["periods"])


async def test_hours_of_a_day(client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int) -> None:
    await plant.hour(pool, device, NOON, 30.0, 45)
    await plant.hour(pool, device, NOON + HOUR, 30.0, 44)
    hours = await periods(client, from_="2026-11-20", to="2026-11-21", by="hour")
    assert (len(hours), hours[0]["from"], hours[23]["to"]) == (24, "2026-11-19T16:00:00Z", "2026-11-20T16:00:00Z")
    assert hours[12] == {
        "from": "2026-11-20T04:00:00Z",
        "to": "2026-11-20T05:00:00Z",
        "minutes": 60,
        "sent": 60,
        "valid": 45,
        "suspect": 1,
        "sent_share": 1.0,
        "valid_share": 0.75,
        "hours": None,
        "days": None,
        "is_valid": True,
    }
    assert (hours[13]["valid_share"], hours[13]["is_valid"]) == (0.7333, False)
    assert (hours[14]["sent"], hours[14]["valid_share"], hours[14]["is_valid"]) == (0, 0.0, False)


async def test_days_are_those_of_beijing(client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int) -> None:
    await plant.day(pool, device, date(2026, 11, 19), 20, 1152)
    await plant.day(pool, device, date(2026, 11, 20), 19, 1140)
    days = await periods(client, from_="2026-11-18", to="2026-11-21")
    assert [(one["from"], one["hours"], one["valid_share"], one["is_valid"]) for one in days] == [
        ("2026-11-17T16:00:00Z", 0, 0.0, False),
        ("2026-11-18T16:00:00Z", 20, 0.8, True),
        ("2026-11-19T16:00:00Z", 19, 0.7917, False),
    ]


@pytest.mark.parametrize(
    ("month", "days", "is_valid"),
    [
        (date(2026, 10, 1), 25, True),
        (date(2026, 10, 1), 24, False),
        (date(2026, 2, 1), 23, True),
        (date(2026, 2, 1), 22, False),
    ],
)
async def test_month_takes_25_valid_days_and_february_23(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, month: date, days: int, is_valid: bool
) -> None:
    device, _ = await plant.plants(pool)
    for i in range(27):
        await plant.day(pool, device, month + i * DAY, 20 if i < days else 19, 1200)
    (one,) = await periods(client, from_=month + 3 * DAY, to=month + 9 * DAY, by="month")
    assert (one["days"], one["is_valid"], one["valid"]) == (days, is_valid, 27 * 1200)
    assert one["minutes"] == (31 if month.month == 10 else 28) * 1440


async def test_months_end_in_beijing(client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int) -> None:
    await plant.day(pool, device, date(2026, 9, 30), 24, 1000)
    await plant.day(pool, device, FIRST, 24, 1440)
    body = await told(client, "/availability", from_="2026-09-30", to="2026-11-01", by="month")
    assert (body["from"], body["to"]) == ("2026-09-01", "2026-11-01")
    september, october = next(of for of in body["factors"] if of["factor"] == "nmhc")["periods"]
    assert (september["valid"], october["valid"], october["from"]) == (1000, 1440, "2026-09-30T16:00:00Z")


@pytest.mark.usefixtures("device")
async def test_streams_that_only_tell_what_runs_do_not_count(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    device = await plant.monitor(pool, "M9", "E0007", [("d10001", "kW", None, ""), ("nmhc", "mg/m³", None, "")])
    await pool.execute("INSERT INTO facility VALUES ($1, 'd10001', '涂装线', 'treatment', 0.5)", device)
    body = await told(client, "/availability", monitor="M9", by="day")
    assert [of["factor"] for of in body["factors"]] == ["nmhc"]
    assert len(body["factors"][0]["periods"]) == 30


async def test_signs_are_spans_that_were_found_and_alerts_about_the_monitor(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int
) -> None:
    await plant.flag(pool, device, NOON + 30 * MINUTE, NOON + 3 * HOUR, Qc.FLAT)
    await plant.flag(pool, device, NOON + 4 * HOUR, NOON + 4 * HOUR + MINUTE, Qc.FLAT)
    await plant.flag(pool, device, NOON + 40 * MINUTE, NOON + 50 * MINUTE, Qc.NOISE, "a25002")
    alert = await plant.alert(pool, "clock", MN, NOON + 2 * HOUR)
    await plant.alert(pool, "fabrication", MN, NOON + HOUR, pollutant="nmhc")
    span = {"from_": NOON.isoformat(), "to": (NOON + DAY).isoformat()}
    signs = (await told(client, "/signs", **span))["signs"]
    assert {sign["mn"] for sign in signs} == {MN}
    assert [(sign["sign"], sign["found_by"], sign["factor"], sign["minutes"]) for sign in signs] == [
        ("flat", "check", "nmhc", 1),
        ("silent", "alert", None, None),
        ("noise", "check", "a25002", 10),
        ("flat", "check", "nmhc", 150),
    ]
    assert (signs[1]["alert_id"], signs[1]["to"], signs[1]["zh"]) == (alert, None, "时钟偏差")
    assert (signs[3]["from"], signs[3]["to"]) == (iso(NOON + 30 * MINUTE), iso(NOON + 3 * HOUR))
    only = await told(client, "/signs", **span, factor="a25002")
    assert [sign["sign"] for sign in only["signs"]] == ["noise"]
    (other,) = {sign["mn"] for sign in (await told(client, "/signs", FOREIGN, **span))["signs"]}
    assert other == OTHER


async def test_signs_come_page_by_page(client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int) -> None:
    for i in range(3):
        for channel in ("nmhc", "a25002"):
            await plant.flag(pool, device, NOON + i * HOUR, NOON + i * HOUR + MINUTE, Qc.FLAT, channel)
    span = {"from_": NOON.isoformat(), "to": (NOON + DAY).isoformat(), "limit": 4}
    first = await told(client, "/signs", **span)
    second = await told(client, "/signs", **span, cursor=first["next"])
    seen = [(sign["from"], sign["factor"]) for sign in first["signs"] + second["signs"]]
    assert (len(set(seen)), seen, second["next"]) == (6, sorted(seen, reverse=True), None)
    foreign = await told(client, "/signs", FOREIGN, **span, cursor=first["next"])
    assert {sign["mn"] for sign in foreign["signs"]} <= {OTHER}


async def test_upkeep_is_what_was_declared_and_what_the_logger_said(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int
) -> None:
    await plant.mark(pool, device, NOON, NOON + HOUR)
    await plant.mark(pool, device, NOON + 2 * HOUR, None, "maintenance", "换灯")
    await plant.mark(pool, device, NOON + 3 * HOUR, NOON + 3 * HOUR, "fault")  # taken back
    await pool.execute("INSERT INTO device_note VALUES ($1, $2, 3020, 'nmhc', 'i11001', '清洗')", device, NOON + HOUR)
    path = f"/monitors/{MN}/upkeep"
    body = await told(client, path, from_=NOON.isoformat(), to=(NOON + DAY).isoformat())
    assert [(one["what"], one["kind"], one["text"], one["command"], one["to"]) for one in body["entries"]] == [
        ("mark", "maintenance", "换灯", None, None),
        ("note", "nmhc/i11001", "清洗", 3020, None),
        ("mark", "calibration", "零点", None, iso(NOON + HOUR)),
    ]
    first = await told(client, path, from_=NOON.isoformat(), to=(NOON + DAY).isoformat(), limit=2)
    rest = await told(client, path, from_=NOON.isoformat(), to=(NOON + DAY).isoformat(), cursor=first["next"])
    assert first["entries"] + rest["entries"] == body["entries"]
    notes = await told(client, path, from_=NOON.isoformat(), to=(NOON + DAY).isoformat(), what="note")
    assert [one["text"] for one in notes["entries"]] == ["清洗"]


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/availability?by=year", "by"),
        ("/availability?from=2026-11-21&to=2026-11-21", "from"),
        ("/availability?from=2026-01-01&to=2026-11-21&by=hour", "from"),
        ("/availability?from=2000-01-01&to=2026-11-21&by=month", "from"),
        ("/availability?from=2026-11-21T00:00:00Z", "from"),
        ("/availability?monitor=a b", "monitor"),
        ("/signs?factor=%00", "factor"),
        ("/signs?cursor=abc", "cursor"),
        (f"/monitors/{MN}/upkeep?what=note,mark", "what"),
        (f"/monitors/{MN}/upkeep?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", "from"),
        ("/monitors/%00/upkeep", "mn"),
        ("/monitors?limit=1", "limit"),
        ("?enterprise=%00", "enterprise"),
        ("?from=2026-11-21", "from"),
    ],
)
async def test_wrong_parameter_is_named(client: httpx2.AsyncClient, path: str, field: str) -> None:
    answer = await client.get(f"{API}{path}", headers=OWN)
    assert answer.status_code == 422, answer.text
    assert {error["field"] for error in answer.json()["errors"]} == {field}


def iso(at: datetime) -> str:
    """As it is told."""
    return at.isoformat().replace("+00:00", "Z")
