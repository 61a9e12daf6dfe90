"""The registry and the series of an enterprise's monitors: its own, in its units, with what is wrong and marked."""

from datetime import timedelta

import asyncpg
import httpx2
import pytest

from ingest.flag import Qc
from tests.service.enterprise import plant
from tests.service.enterprise.plant import API, DAY, FOREIGN, HOUR, MINUTE, MN, NOON, OTHER, OWN, told

SERIES = f"/monitors/{MN}/series"


@pytest.fixture
async def device(pool: asyncpg.Pool) -> int:
    """The monitor of E0007; E0008 has the like."""
    return (await plant.plants(pool))[0]


async def test_registry_has_outlet_channels_limits_and_facilities_but_no_password(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    device = (await plant.plants(pool))[0]
    await pool.execute("INSERT INTO monitor_channel VALUES ($1, 'd10001', 'kW', NULL, '')", device)
    await pool.execute("INSERT INTO facility VALUES ($1, 'd10001', '涂装线', 'treatment', 0.5)", device)
    body = await told(client, "/monitors")
    assert body["enterprise_id"] == "E0007"
    (monitor,) = body["monitors"]
    assert {name: monitor[name] for name in ("mn", "outlet", "lon", "lat")} == {
        "mn": MN,
        "outlet": "DA001",
        "lon": 120.05,
        "lat": 31.7,
    }
    assert [factor["factor"] for factor in monitor["factors"]] == ["a25002", "d10001", "nmhc"]
    assert monitor["factors"][1] == {
        "factor": "d10001",
        "unit": "kW",
        "limit": None,
        "limit_period": "",
        "facility": {"line": "涂装线", "role": "treatment", "on_above": 0.5},
    }
    assert monitor["factors"][2]["limit"] == 60.0
    assert monitor == await told(client, f"/monitors/{MN}")
    assert "secret" not in str(monitor)


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("path", [f"/monitors/{OTHER}", f"/monitors/{OTHER}/series", f"/monitors/{OTHER}/upkeep"])
async def test_monitor_of_another_is_not_there(client: httpx2.AsyncClient, path: str) -> None:
    own = await client.get(f"{API}{path}", headers=OWN)
    assert own.status_code == 404
    assert "E0008" not in own.text
    assert (await client.get(f"{API}{path}?enterprise=E0008", headers=OWN)).status_code == 404
    assert (await client.get(f"{API}{path}", headers=FOREIGN)).status_code == 200
    assert (await client.get(f"{API}{path}?enterprise=E0008")).status_code == 200
    assert (await client.get(f"{API}{path}?enterprise=E0007")).status_code == 404
    assert (await client.get(f"{API}{path}")).status_code == 422


async def test_minutes_say_what_is_wrong_with_them(client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int) -> None:
    await plant.minutes(pool, device, NOON, [40.5, 41.5, 42.5])
    await plant.minutes(pool, device, NOON + 3 * MINUTE, [5.0], Qc.CALIBRATION)
    await plant.minutes(pool, device, NOON, [0.5], channel="a25002")
    await plant.minutes(pool, device, NOON - MINUTE, [1.0])
    await plant.minutes(pool, device, NOON + HOUR, [1.0])
    await plant.flag(pool, device, NOON, NOON + 2 * MINUTE, Qc.FLAT)
    await plant.mark(pool, device, NOON + MINUTE, NOON + 4 * MINUTE, "fault", "漏气")
    await plant.mark(pool, device, NOON + 2 * MINUTE, NOON + 2 * MINUTE, "stop")  # taken back
    await plant.mark(pool, device, NOON - DAY, NOON, "stop")
    body = await told(client, SERIES, from_=NOON.isoformat(), to=(NOON + HOUR).isoformat())
    benzene, nmhc = body["factors"]
    assert [point["value"] for point in benzene["points"]] == [0.5]
    assert (nmhc["unit"], nmhc["limit"]) == ("mg/m³", 60.0)
    shown = [(p["value"], p["flag"], [one["reason"] for one in p["qc"]]) for p in nmhc["points"]]
    assert shown == [
        (40.5, "N", ["flat"]),
        (41.5, "N", ["fault", "flat"]),
        (42.5, "N", ["fault"]),
        (5.0, "C", ["calibration"]),
    ]
    assert [(mark["kind"], mark["reason"]) for mark in body["marks"]] == [("fault", "漏气")]
    only = await told(client, SERIES, from_=NOON.isoformat(), to=(NOON + HOUR).isoformat(), factor="a25002")
    assert [series["factor"] for series in only["factors"]] == ["a25002"]
    assert (await told(client, SERIES, factor="w01018"))["factors"] == []


async def test_hours_and_days_are_those_that_were_summed_up(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int
) -> None:
    await plant.hour(pool, device, NOON, 40.0, 45)
    await plant.hour(pool, device, NOON + HOUR, 50.0, 44)
    await plant.hour(pool, device, NOON + 2 * HOUR, None, 0)
    await plant.day(pool, device, NOON.date(), 20, 1200)
    await plant.day(pool, device, NOON.date() + DAY, 19, 1140)
    hours = await told(
        client, SERIES, from_=NOON.isoformat(), to=(NOON + 3 * HOUR).isoformat(), step="hour", factor="nmhc"
    )
    points = hours["factors"][0]["points"]
    assert [(p["value"], p["valid"], p["is_valid"]) for p in points] == [
        (40.0, 45, True),
        (50.0, 44, False),
        (None, 0, False),
    ]
    assert (points[0]["low"], points[0]["high"], points[0]["sent"], points[0]["suspect"]) == (20.0, 80.0, 60, 1)
    midnight = NOON - 12 * HOUR  # in Beijing
    days = await told(
        client, SERIES, from_=midnight.isoformat(), to=(midnight + 2 * DAY).isoformat(), step="day", factor="nmhc"
    )
    assert [(p["ts"], p["hours"], p["is_valid"]) for p in days["factors"][0]["points"]] == [
        ("2026-11-19T16:00:00Z", 20, True),
        ("2026-11-20T16:00:00Z", 19, False),
    ]
    later = midnight + timedelta(hours=1)
    late = await told(client, SERIES, from_=later.isoformat(), to=(midnight + DAY).isoformat(), step="day")
    assert not late["factors"][1]["points"], "a day that began before the span"


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("step=week", "step"),
        ("factor=a b", "factor"),
        ("factor=" + ",".join(f"a{i:05}" for i in range(21)), "factor"),
        ("from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", "from"),
        ("from=2026-01-01T00:00:00Z&to=2026-11-20T00:00:00Z", "from"),
        ("from=2026-11-14T00:00:00Z&to=2026-11-20T23:00:00Z&step=minute", "from"),
        ("from=1990-01-01T00:00:00Z&to=2199-01-01T00:00:00Z&step=day", "from"),
        ("to=2026-11-21T00:00:00", "to"),
        ("limit=5", "limit"),
        ("enterprise=", "enterprise"),
    ],
)
async def test_wrong_series_is_named(client: httpx2.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"{API}{SERIES}?{query}", headers=OWN)
    assert answer.status_code == 422, answer.text
    assert {error["field"] for error in answer.json()["errors"]} == {field}
