"""A key for one enterprise alone, made by one of the authorities: of all that its account may do, only that window."""

import httpx2
import pytest

from tests.service import seed
from tests.service.account.conftest import House


@pytest.fixture
async def program(house: House) -> httpx2.AsyncClient:
    """A program with an admin's key that is narrowed to E0007 and may change what there is."""
    await seed.enterprise(house.pool, "E0007", "江宇化工")
    await seed.enterprise(house.pool, "E0008", "江北化工")
    await house.account("chief", "admin")
    wish = {"name": "平台", "writes": True, "enterprise_id": "E0007"}
    told = await (await house.signed_in("chief")).post("/auth/keys", json=wish)
    browser = house.browser()
    browser.headers["Authorization"] = f"Bearer {told.json()['key']}"
    return browser


async def test_it_reads_the_window_of_its_enterprise(program: httpx2.AsyncClient) -> None:
    assert (await program.get("/enterprise", params={"enterprise": "E0007"})).status_code == 200
    assert (await program.get("/enterprise", params={"enterprise": "E0008"})).status_code == 404


@pytest.mark.parametrize("path", ["/audit", "/contacts", "/pushes", "/alerts", "/alerts/stream", "/enterprises"])
async def test_it_reads_nothing_else(program: httpx2.AsyncClient, path: str) -> None:
    answer = await program.get(path)
    assert (answer.status_code, "E0007" in answer.json()["detail"]) == (403, True)


async def test_it_leads_no_messages_of_the_city_away(program: httpx2.AsyncClient, house: House) -> None:
    wish = {"channel": "webhook", "address": "https://elsewhere.example.com/in"}
    assert (await program.post("/contacts", json=wish)).status_code == 403
    assert await house.pool.fetchval("SELECT count(*) FROM contact") == 0


async def test_it_is_told_so(program: httpx2.AsyncClient) -> None:
    may = (await program.get("/auth/me")).json()["operations"]
    assert {"getMe", "getEnterprise"} <= set(may)
    assert not {"listAudit", "addContact", "listAlerts", "listEnterprises"} & set(may)
