"""The grid: every cell with a device in the newest judged minute, and the series of one cell."""

from typing import Any

import asyncpg
import httpx2
import pytest

from tests.service import seed
from tests.service.seed import Judged

API = "/api/v1/grid"
NORMAL, ALERT, WARMING, UNUSABLE = 2, 4, 1, 3


@pytest.fixture
async def district(pool: asyncpg.Pool) -> int:
    """Two devices in cell 2-3, one in 5-5, a mast alone in 0-0, one outside; gives the layout."""
    await seed.grid(pool)
    for name, cell, kind in (
        ("A", (2, 3), "micro"),
        ("B", (2, 3), "national"),
        ("C", (5, 5), "micro"),
        ("M", (0, 0), "weather"),
        ("Z", (99, 0), "micro"),
    ):
        await seed.station(pool, name, cell, kind)
    return await seed.layout(pool, ["A", "B", "C", "M", "Z"])


async def _cells(client: httpx2.AsyncClient, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"{API}?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/geo+json"
    return {feature["id"]: feature for feature in answer.json()["features"]}


async def test_before_any_registry_there_are_no_cells(client: httpx2.AsyncClient) -> None:
    assert (await client.get(API)).json()["features"] == []


@pytest.mark.usefixtures("district")
async def test_before_the_first_judged_minute_the_cells_are_there_and_know_nothing(client: httpx2.AsyncClient) -> None:
    told = (await client.get(API)).json()
    assert (told["minute"], told["pollutants"]) == (None, [])
    assert [feature["properties"] for feature in told["features"]] == [{"ix": 2, "iy": 3}, {"ix": 5, "iy": 5}]


async def test_cell_is_told_by_its_value_background_score_and_state(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int
) -> None:
    judged = [Judged(10, 8, 1.5, NORMAL), Judged(), Judged(state=WARMING, value=3), Judged(), Judged(1, 1, 1, NORMAL)]
    await seed.verdict(pool, seed.NOW, district, judged)
    cells = await _cells(client)
    assert set(cells) == {"2-3", "5-5"}
    normal = {"value": 10.0, "background": 8.0, "score": 1.5, "state": "normal"}
    warming = {"value": 3.0, "background": None, "score": None, "state": "warming_up"}
    assert cells["2-3"]["properties"]["pm25"] == normal
    assert cells["5-5"]["properties"]["pm25"] == warming


@pytest.mark.usefixtures("district")
async def test_outline_is_that_of_the_grid(client: httpx2.AsyncClient) -> None:
    geometry = (await _cells(client))["2-3"]["geometry"]
    assert geometry["type"] == "Polygon"
    for told, right in zip(geometry["coordinates"][0], seed.GRID.ring((2, 3)), strict=True):
        assert told == pytest.approx(right, abs=2e-6)


@pytest.mark.parametrize(
    ("first", "second", "speaks"),
    [
        (Judged(1, 1, 9, NORMAL), Judged(2, 1, 0.5, ALERT), 2.0),
        (Judged(1, 1, 3, NORMAL), Judged(2, 1, 2, NORMAL), 1.0),
        (Judged(1, 1, 3, NORMAL), Judged(), 1.0),
        (Judged(1, 1, 3, UNUSABLE), Judged(2, state=WARMING), 2.0),
        (Judged(), Judged(2, 1, 1, UNUSABLE), 2.0),
    ],
)
async def test_of_two_devices_the_one_that_matters_most_speaks(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int, first: Judged, second: Judged, speaks: float
) -> None:
    await seed.verdict(pool, seed.NOW, district, [first, second, Judged(), Judged(), Judged()])
    assert (await _cells(client))["2-3"]["properties"]["pm25"]["value"] == speaks


async def test_mast_that_is_judged_after_all_is_shown(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int
) -> None:
    await seed.verdict(pool, seed.NOW, district, [*[Judged()] * 3, Judged(1, 1, 1, NORMAL), Judged()])
    assert "0-0" in await _cells(client)


async def test_one_pollutant_without_outlines(client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int) -> None:
    for pollutant in ("pm25", "no2"):
        await seed.verdict(pool, seed.NOW, district, [Judged(1, 1, 1, NORMAL)] * 5, pollutant)
    cell = (await _cells(client, "pollutant=no2&geometry=false"))["2-3"]
    assert cell["geometry"] is None
    assert set(cell["properties"]) == {"ix", "iy", "no2"}
    assert set((await _cells(client))["2-3"]["properties"]) == {"ix", "iy", "no2", "pm25"}


async def test_pollutant_that_nobody_judged_is_no_data(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int
) -> None:
    await seed.verdict(pool, seed.NOW, district, [Judged(1, 1, 1, NORMAL)] * 5)
    assert (await _cells(client, "pollutant=a24088"))["2-3"]["properties"]["a24088"]["state"] == "no_data"


async def test_unchanged_minute_is_not_sent_again_and_a_new_one_is(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int
) -> None:
    await seed.verdict(pool, seed.NOW, district, [Judged(1, 1, 1, NORMAL)] * 5)
    first = await client.get(API)
    again = await client.get(API, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    await seed.verdict(pool, seed.NOW + seed.MINUTE, district, [Judged(7, 1, 1, NORMAL)] * 5)
    newer = await client.get(API, headers={"If-None-Match": first.headers["ETag"]})
    assert newer.status_code == 200
    assert newer.json()["minute"] == "2026-11-21T00:31:00Z"
    assert newer.json()["features"][0]["properties"]["pm25"]["value"] == 7.0


async def test_series_of_a_cell_runs_on_over_a_change_of_the_layout(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int
) -> None:
    await seed.verdict(pool, seed.NOW, district, [Judged(1, 2, 3, NORMAL), *[Judged(9, 9, 9, NORMAL)] * 4])
    other = await seed.layout(pool, ["0", "A"])
    await seed.verdict(pool, seed.NOW + seed.MINUTE, other, [Judged(9, 9, 9, NORMAL), Judged(state=0)])
    told = (await client.get(f"{API}/2-3")).json()
    assert (told["from"], told["to"]) == ("2026-11-20T00:32:00Z", "2026-11-21T00:32:00Z")
    of_a, of_b = told["series"]
    assert (of_a["device_id"], of_a["kind"], of_a["pollutant"], of_a["unit"]) == ("A", "micro", "pm25", "µg/m³")
    assert of_a["points"] == [
        {"minute": "2026-11-21T00:30:00Z", "value": 1.0, "background": 2.0, "score": 3.0, "state": "normal"},
        {"minute": "2026-11-21T00:31:00Z", "value": None, "background": None, "score": None, "state": "no_data"},
    ]
    assert [point["value"] for point in of_b["points"]] == [9.0]


async def test_series_is_of_the_span_and_pollutant_asked_for(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, district: int
) -> None:
    for minute in range(3):
        for pollutant in ("pm25", "no2"):
            at = seed.NOW + minute * seed.MINUTE
            await seed.verdict(pool, at, district, [Judged(minute, 1, 1, NORMAL)] * 5, pollutant)
    query = "pollutant=no2&from=2026-11-21T00:31:00Z&to=2026-11-21T00:32:00Z"
    (series,) = (await client.get(f"{API}/5-5?{query}")).json()["series"]
    assert (series["pollutant"], [point["value"] for point in series["points"]]) == ("no2", [1.0])


@pytest.mark.usefixtures("district")
async def test_cell_without_a_device_has_no_series_and_one_outside_is_not_found(client: httpx2.AsyncClient) -> None:
    assert (await client.get(f"{API}/7-7")).json()["series"] == []
    outside = await client.get(f"{API}/12-0")
    assert outside.status_code == 404
    assert "12 × 12" in outside.json()["detail"]


@pytest.mark.usefixtures("district")
async def test_too_long_a_span_names_the_way_out(client: httpx2.AsyncClient) -> None:
    query = "from=2026-11-01T00:00:00Z&to=2026-11-10T00:00:00Z"
    assert (await client.get(f"{API}/2-3?{query}&pollutant=pm25")).status_code == 200
    refused = await client.get(f"{API}/2-3?{query}")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "from")
