"""Early warnings as the enterprise reads them afterwards."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed

PATH = "/api/v1/enterprise/warnings"
SPAN = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-22T00:00:00Z"}
OWN, OTHER = ({"X-Hotgrid-Actor": f"enterprise:E{number}"} for number in (1, 2))
EVIDENCE = {
    "sign": "hour_projected",
    "from": "2026-11-21T00:00:00+00:00",
    "value": 88.1,
    "mean": 57.9,
    "projected": 71.3,
    "valid_minutes": 22,
    "limit": 60.0,
    "unit": "mg/m³",
}


@pytest.fixture
async def plant(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> httpx2.AsyncClient:
    """Two enterprises with a monitor each; that of E1 was warned of three times."""
    for number in (1, 2):
        await seed.enterprise(pool, f"E{number}", "化工厂")
        device = await pool.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", f"M{number}")
        await pool.execute("INSERT INTO monitor VALUES ($1, $2, 'DA001', 119.9, 31.7, '')", device, f"E{number}")
    for number in range(3):
        opened = seed.NOW + timedelta(hours=number)
        about: dict[str, Any] = {"kind": "early_warning", "source": "M1", "pollutant": "nmhc", "evidence": EVIDENCE}
        await seed.alert(pool, seed.body(f"w{number}", opened, **about))
    # One open alert a source: two of them are over.
    await pool.execute("UPDATE alert SET status = 'closed', closed_at = now() WHERE alert_id < 'w2'")
    await pool.execute("UPDATE alert SET source = 'M1'")
    return client


async def test_the_newest_is_first_with_what_was_coming(plant: httpx2.AsyncClient) -> None:
    told = (await plant.get(PATH, params=SPAN, headers=OWN)).json()["warnings"]
    assert [one["alert_id"] for one in told] == ["w2", "w1", "w0"]
    said = {name: told[0][name] for name in ("sign", "value", "mean", "projected", "limit", "unit")}
    assert said == {name: EVIDENCE[name] for name in said}
    assert (told[0]["mn"], told[0]["factor"], told[0]["hour"]) == ("M1", "nmhc", "2026-11-21T00:00:00Z")


async def test_pages_follow_each_other(plant: httpx2.AsyncClient) -> None:
    first = (await plant.get(PATH, params={**SPAN, "limit": "2"}, headers=OWN)).json()
    second = (await plant.get(PATH, params={**SPAN, "cursor": first["next"]}, headers=OWN)).json()
    assert [one["alert_id"] for one in first["warnings"] + second["warnings"]] == ["w2", "w1", "w0"]
    assert second["next"] is None


async def test_another_enterprise_sees_none_of_them(plant: httpx2.AsyncClient) -> None:
    assert (await plant.get(PATH, params=SPAN, headers=OTHER)).json() == {"warnings": [], "next": None}
    assert (await plant.get(PATH, params={**SPAN, "enterprise": "E1"}, headers=OTHER)).status_code == 404
    assert (await plant.get(PATH, params={**SPAN, "monitor": "M1"}, headers=OTHER)).status_code in (404, 422)


async def test_filters_are_those_of_the_window(plant: httpx2.AsyncClient) -> None:
    for asked, count in (({"factor": "nmhc"}, 3), ({"factor": "a25002"}, 0), ({"monitor": "M1"}, 3)):
        assert len((await plant.get(PATH, params={**SPAN, **asked}, headers=OWN)).json()["warnings"]) == count
    answer = await plant.get(PATH, params={**SPAN, "cursor": "x"}, headers=OWN)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")
