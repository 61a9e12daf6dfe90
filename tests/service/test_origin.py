"""A page of another site cannot act here in its reader's name; programs and our own pages can."""

import httpx2
import pytest

DRILLS = "/api/v1/drills"
PLAN = {"lon": 120.05, "lat": 31.68}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://service"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Origin": "http://service"}, 201),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://other.service"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_only_our_own_pages_and_programs_change_something(
    client: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await client.post(DRILLS, json=PLAN, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Content-Security-Policy" in answer.headers
        assert (await client.get("/api/v1/alerts?kind=drill")).json()["alerts"] == []


async def test_the_page_of_a_receipt_has_no_origin_and_works(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/r/unknown", headers={"Origin": "null"})
    assert answer.status_code == 404


async def test_links_from_other_sites_may_be_followed(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/v1/alerts", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
