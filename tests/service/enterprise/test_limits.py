"""Hours against the limit and exceedances with their evidence: what the detector judges, and no more."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from ingest.flag import Qc
from tests.service.enterprise import plant
from tests.service.enterprise.plant import API, DAY, FOREIGN, HOUR, MINUTE, MN, NOON, OTHER, OWN, told

Judged = tuple[float | None, bool, bool]
SPAN: dict[str, Any] = {"from_": NOON.isoformat(), "to": (NOON + DAY).isoformat()}


@pytest.fixture
async def device(pool: asyncpg.Pool) -> int:
    """The monitor of E0007; the one of E0008 was above its limit in the same hour."""
    device, other = await plant.plants(pool)
    await plant.hour(pool, other, NOON, 99.0)
    return device


def iso(at: datetime) -> str:
    """As it is told."""
    return at.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("kept", "judged"),
    [
        ((63.0, 60), (1.05, True, True)),
        ((63.0, 45), (1.05, True, True)),
        ((63.0, 44), (1.05, False, False)),
        ((60.0, 60), (1.0, False, True)),
        ((60.00003, 60), (1.0, False, True)),  # at the limit, as far as readings are kept
        ((60.001, 60), (1.0, True, True)),
        ((30.0, 60), (0.5, False, True)),
        ((None, 0), (None, False, False)),
    ],
)
async def test_hour_is_judged_as_the_detector_does(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int, kept: tuple[float | None, int], judged: Judged
) -> None:
    mean, valid = kept
    await plant.hour(pool, device, NOON, mean, valid)
    (hour,) = (await told(client, "/limits", **SPAN))["hours"]
    assert (hour["factor"], hour["limit"], hour["unit"]) == ("nmhc", 60.0, "mg/m³")
    assert (hour["from"], hour["to"], hour["valid_minutes"]) == (iso(NOON), iso(NOON + HOUR), valid)
    assert (hour["share"], hour["exceeded"], hour["is_evidence"]) == judged


@pytest.mark.parametrize(
    ("minutes", "kept"), [(10, (50, True)), (10, (51, False)), (15, (45, True)), (60, (60, False))]
)
async def test_hour_is_no_evidence_while_a_mark_is_newer_than_its_mean(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int, minutes: int, kept: tuple[int, bool]
) -> None:
    valid, evidence = kept
    await plant.hour(pool, device, NOON, 63.0, valid)
    await plant.mark(pool, device, NOON, NOON + minutes * MINUTE)
    (hour,) = (await told(client, "/limits", **SPAN))["hours"]
    assert (hour["marks"], hour["exceeded"], hour["is_evidence"]) == (["calibration"], True, evidence)


async def test_only_channels_with_an_hourly_limit_are_judged_by_their_own(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int
) -> None:
    await pool.execute("INSERT INTO monitor_channel VALUES ($1, 'a00000', 'm3/h', NULL, '')", device)
    await pool.execute("INSERT INTO monitor_channel VALUES ($1, 'a25003', 'mg/m3', 5, '')", device)
    for channel in ("a00000", "a25003"):
        await plant.hour(pool, device, NOON, 900.0, channel=channel)
    for i, (channel, mean) in enumerate((("a25002", 5.0), ("nmhc", 5.0), ("a25002", 3.0))):
        await plant.hour(pool, device, NOON + i * HOUR, mean, channel=channel)
    hours = (await told(client, "/limits", **SPAN))["hours"]
    assert [(hour["factor"], hour["exceeded"]) for hour in hours] == [
        ("a25002", True),
        ("nmhc", False),
        ("a25002", False),
    ]
    only = (await told(client, "/limits", **SPAN, factor="nmhc"))["hours"]
    assert [hour["factor"] for hour in only] == ["nmhc"]
    found = (await told(client, "/exceedances", **SPAN))["exceedances"]
    assert [(one["factor"], one["mean"], one["share"]) for one in found] == [("a25002", 5.0, 1.25)]


async def test_exceedance_has_its_evidence(client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int) -> None:
    await plant.hour(pool, device, NOON, 93.0, 52)
    await plant.minutes(pool, device, NOON, [91.0, 95.0])
    await plant.minutes(pool, device, NOON + 2 * MINUTE, [400.0], Qc.FAULT)
    await plant.minutes(pool, device, NOON + 59 * MINUTE, [93.0])
    await plant.minutes(pool, device, NOON + HOUR, [1.0])
    await plant.minutes(pool, device, NOON, [1.0], channel="a25002")
    await plant.flag(pool, device, NOON, NOON + MINUTE, Qc.FLAT)
    await plant.flag(pool, device, NOON, NOON + MINUTE, Qc.NOISE, "a25002")
    await plant.mark(pool, device, NOON + 59 * MINUTE, NOON + 2 * HOUR, "maintenance", "换灯")
    await pool.execute(
        "INSERT INTO statistic VALUES ($1, $2, 2061, 'nmhc', 80, 92.5, 99, NULL, NULL, 97.5, NULL, 0)", device, NOON
    )
    stood = await plant.alert(pool, "exceedance", MN, NOON + HOUR, NOON + 3 * HOUR, "nmhc")
    await plant.alert(pool, "exceedance", MN, NOON - 3 * HOUR, NOON + HOUR, "nmhc")
    (one,) = (await told(client, "/exceedances", **SPAN))["exceedances"]
    assert {name: one[name] for name in ("mn", "outlet", "limit", "mean", "high", "valid_minutes", "share")} == {
        "mn": MN,
        "outlet": "DA001",
        "limit": 60.0,
        "mean": 93.0,
        "high": 186.0,
        "valid_minutes": 52,
        "share": 1.55,
    }
    assert (one["severity"], one["alert_id"], one["is_evidence"]) == (2, stood, True)
    shown = [(m["value"], m["flag"], [r["reason"] for r in m["qc"]]) for m in one["minutes"]]
    assert shown == [
        (91.0, "N", ["flat"]),
        (95.0, "N", []),
        (400.0, "D", ["fault"]),
        (93.0, "N", ["maintenance"]),
    ]
    assert [(mark["kind"], mark["reason"]) for mark in one["marks"]] == [("maintenance", "换灯")]
    assert one["logger"] == {"low": 80.0, "mean": 92.5, "high": 99.0, "converted_mean": 97.5, "flag": "N"}


async def test_exceedances_come_page_by_page_newest_first_and_are_ones_own(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, device: int
) -> None:
    for i in range(7):
        await plant.hour(pool, device, NOON + i * HOUR, 70.0 + i)
        await plant.hour(pool, device, NOON + i * HOUR, 5.0, channel="a25002")
    seen: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    for _ in range(9):
        page = await told(client, "/exceedances", **SPAN, limit=3, **cursor)
        assert {one["mn"] for one in page["exceedances"]} == {MN}
        seen += [(one["from"], one["factor"]) for one in page["exceedances"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    expected = [(iso(NOON + i * HOUR), factor) for i in range(6, -1, -1) for factor in ("nmhc", "a25002")]
    assert seen == expected
    foreign = await told(client, "/exceedances", FOREIGN, **SPAN, **cursor)
    assert [one["mn"] for one in foreign["exceedances"]] in ([], [OTHER])
    assert len((await told(client, "/exceedances", FOREIGN, **SPAN))["exceedances"]) == 1


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("path", ["/limits", "/exceedances", "/signs"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"monitor={OTHER}", 404),
        (f"monitor={OTHER}&enterprise=E0008", 404),
        ("monitor=%00", 422),
        ("from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", 422),
        ("from=2020-11-21T00:00:00Z&to=2026-11-20T00:00:00Z", 422),
        ("cursor=abc", 422),
        ("limit=0", 422),
        ("limit=99999", 422),
    ],
)
async def test_wrong_and_foreign_is_refused(client: httpx2.AsyncClient, path: str, query: str, status: int) -> None:
    answer = await client.get(f"{API}{path}?{query}", headers=OWN)
    assert answer.status_code == status, answer.text


@pytest.mark.usefixtures("device")
async def test_too_many_rows_are_refused_by_name(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    for i in range(20):
        await plant.monitor(pool, f"M{i}", "E0007")
    span = {"from": (NOON - timedelta(days=90)).isoformat(), "to": NOON.isoformat()}
    answer = await client.get(f"{API}/limits", params=span, headers=OWN)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "from")
