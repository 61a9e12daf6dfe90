"""The regulator's list of enterprises: each as it stands, sorted and paged without loss, and only within reach."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from ingest.validity import day_of
from tests.service import seed

PATH = "/api/v1/enterprises"
NOW = datetime.now(UTC)  # noqa: TID251 - the service has the clock's
HOUR = timedelta(hours=1)
MONTH = f"{day_of(NOW):%Y-%m}"


async def monitor(pool: asyncpg.Pool, mn: str, enterprise_id: str, heard: datetime) -> int:
    device: int = await pool.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", mn)
    await pool.execute("INSERT INTO monitor VALUES ($1, $2, 'DA001', 120.05, 31.68, 's')", device, enterprise_id)
    await pool.execute("INSERT INTO monitor_channel VALUES ($1, 'nmhc', 'mg/m³', 60, 'hour')", device)
    await pool.execute("INSERT INTO monitor_latest VALUES ($1, 'nmhc', $2, $2, 1, 0)", device, heard)
    return device


async def alert(pool: asyncpg.Pool, name: str, kind: str, mn: str) -> None:
    told = seed.body(name, NOW, kind=kind, pollutant="so2" if name == "x2" else "nmhc", candidates=[])
    await seed.alert(pool, told)
    await pool.execute("UPDATE alert SET source = $2 WHERE alert_id = $1", name, mn)


@pytest.fixture(autouse=True)
async def city(pool: asyncpg.Pool) -> None:
    """E1 has no monitor, E2 one that is heard, E3 one that is not; E4 =1+1 in another township is silent by a mark."""
    for name in ("E1", "E2", "E3", "E4"):
        await seed.enterprise(pool, name, "=1+1" if name == "E4" else f"{name}化工")
    await pool.execute("UPDATE enterprise SET township = '云溪镇' WHERE enterprise_id = 'E4'")
    good = await monitor(pool, "M2", "E2", NOW)
    await monitor(pool, "M3", "E3", NOW - 9 * HOUR)
    marked = await monitor(pool, "M4", "E4", NOW - 9 * HOUR)
    await pool.execute("INSERT INTO mark VALUES ($1, 'stop', $2, NULL, '停产')", marked, NOW - 10 * HOUR)
    for day in range(1, day_of(NOW).day):
        await seed.day(pool, good, day_of(NOW).replace(day=day), "nmhc", 1440, 24)
    await alert(pool, "x1", "exceedance", "M3")
    await alert(pool, "x2", "exceedance", "M3")
    await alert(pool, "f1", "fabrication", "M2")
    await pool.execute(
        "INSERT INTO deadline (enterprise_id, device, task, alert_id, began_at, due_at)"
        " VALUES ('E2', $1, 'repair', 'f1', $2, $3)",
        *(good, NOW - 9 * HOUR, NOW - HOUR),
    )
    await pool.execute("INSERT INTO finding VALUES ('x1', $1, 'E3', 'bypass', '')", NOW)


async def listed(client: httpx2.AsyncClient, **asked: str) -> list[dict[str, Any]]:
    told = await client.get(PATH, params=asked)
    assert told.status_code == 200, told.text
    rows: list[dict[str, Any]] = told.json()["enterprises"]
    return rows


async def test_each_stands_as_it_does(client: httpx2.AsyncClient) -> None:
    of = {one["enterprise_id"]: one for one in await listed(client)}
    assert {name: one["state"] for name, one in of.items()} == {
        "E1": "no_monitor",
        "E2": "online",
        "E3": "offline",
        "E4": "online",
    }
    assert (of["E3"]["exceedances"], of["E3"]["open_alerts"], of["E3"]["findings"]) == (2, 2, 1)
    assert (of["E2"]["fabrication"], of["E2"]["deadlines"], of["E2"]["overdue"]) == (1, 1, 1)
    assert of["E1"]["valid_month"] is None
    assert of["E3"]["valid_month"] in (0, None)  # None in the first hour of a month
    assert of["E2"]["valid_month"] is None or of["E2"]["valid_month"] >= 0
    one = await client.get(f"{PATH}/E3")
    assert one.json() == of["E3"]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"township": "云溪镇"}, ["E4"]),
        ({"state": "offline"}, ["E3"]),
        ({"industry": "nowhere"}, []),
        ({"sort": "exceedances"}, ["E3", "E1", "E2", "E4"]),
        ({"sort": "fabrication"}, ["E2", "E1", "E3", "E4"]),
        ({"sort": "deadlines"}, ["E2", "E1", "E3", "E4"]),
        ({"sort": "alerts"}, ["E3", "E2", "E1", "E4"]),
    ],
)
async def test_filters_and_orders(client: httpx2.AsyncClient, asked: dict[str, str], names: list[str]) -> None:
    assert [one["enterprise_id"] for one in await listed(client, **asked)] == names


@pytest.mark.parametrize("sort", ["enterprise_id", "valid_month", "exceedances", "alerts", "deadlines"])
async def test_pages_lose_nobody_and_repeat_nobody(client: httpx2.AsyncClient, sort: str) -> None:
    whole = [one["enterprise_id"] for one in await listed(client, sort=sort)]
    paged, cursor = [], None
    while True:
        asked = {"sort": sort, "limit": "1"} | ({"cursor": cursor} if cursor else {})
        told = (await client.get(PATH, params=asked)).json()
        paged += [one["enterprise_id"] for one in told["enterprises"]]
        cursor = told["next"]
        if cursor is None:
            break
    assert paged == whole


async def test_the_worst_come_first_with_what_they_are_blamed_for(client: httpx2.AsyncClient) -> None:
    told = (await client.get(f"{PATH}/ranking")).json()
    assert (told["of"], told["weights"]["exceedance"]) == (4, 10)
    worst = told["enterprises"][0]
    assert (worst["rank"], worst["enterprise"]["enterprise_id"]) == (1, "E3")
    assert worst["points"]["exceedance"] == 20
    assert worst["points"]["finding"] == 15
    assert told["enterprises"][-1]["enterprise"]["enterprise_id"] == "E1"
    assert len((await client.get(f"{PATH}/ranking", params={"limit": "2"})).json()["enterprises"]) == 2


async def test_a_name_is_no_formula_in_the_file(client: httpx2.AsyncClient) -> None:
    for path in (PATH, f"{PATH}/ranking"):
        told = await client.get(path, params={"format": "csv"})
        assert told.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"), newline="")))
        assert len(rows) == 5
        assert "'=1+1" in next(row for row in rows if "E4" in row)
        assert b"\r\n" in told.content


async def test_enterprises_do_not_see_the_list(client: httpx2.AsyncClient) -> None:
    for path in (PATH, f"{PATH}/ranking", f"{PATH}/E2", f"{PATH}/E3"):
        assert (await client.get(path, headers={"X-Hotgrid-Actor": "enterprise:E2"})).status_code == 403


async def test_a_bureau_of_a_township_sees_its_own(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.person(pool, "L1", "leader")
    named = {"X-Hotgrid-Actor": "L1"}
    assert (await client.get(PATH, headers=named)).status_code == 200  # makes the account
    await pool.execute(
        "INSERT INTO account_scope SELECT name, 'township', '云溪镇' FROM account WHERE person_id = 'L1'"
    )
    told = (await client.get(PATH, headers=named)).json()["enterprises"]
    assert [one["enterprise_id"] for one in told] == ["E4"]
    assert (await client.get(f"{PATH}/E2", headers=named)).status_code == 404
    ranking = (await client.get(f"{PATH}/ranking", headers=named)).json()
    assert (ranking["of"], len(ranking["enterprises"])) == (1, 1)


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("", {"sort": "name"}, "sort"),
        ("", {"state": "gone"}, "state"),
        ("", {"month": "2026-13"}, "month"),
        ("", {"month": "2199-01"}, "month"),
        ("", {"month": "2026-1"}, "month"),
        ("", {"cursor": "AAAA"}, "cursor"),
        ("", {"cursor": "WyJ4IiwxLCJFMSJd"}, "cursor"),
        ("", {"township": "a\0b"}, "township"),
        ("", {"limit": "501"}, "limit"),
        ("/ranking", {"limit": "0"}, "limit"),
        ("/ranking", {"format": "xlsx"}, "format"),
        ("/E2", {"month": "x"}, "month"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx2.AsyncClient, path: str, asked: dict[str, str], field: str) -> None:
    told = await client.get(PATH + path, params=asked)
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, field)


async def test_the_month_before_is_another(client: httpx2.AsyncClient) -> None:
    of = {one["enterprise_id"]: one for one in await listed(client, month="2020-02")}
    assert (of["E3"]["exceedances"], of["E3"]["open_alerts"], of["E3"]["valid_today"]) == (0, 2, None)
    assert of["E2"]["valid_month"] == 0
