"""A page of another site cannot act here in its reader's name; programs and our own pages can."""

import httpx2
import pytest

from tests.support.signing import SignedIn

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
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://service:9000"}, 403),  # another port of the same host
        ({"Origin": "http://service:9000"}, 403),
        ({"Origin": "http://service.evil.example"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Sec-Fetch-Site": "Same-Origin"}, 403),
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


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
async def test_whatever_the_method(client: httpx2.AsyncClient, method: str) -> None:
    answer = await client.request(method, DRILLS, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


async def test_nobody_is_signed_in_by_another_site(client: httpx2.AsyncClient) -> None:
    typed = {"name": "admin", "password": "three unrelated words"}
    answer = await client.post("/api/v1/auth/login", json=typed, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hotgrid:problem:forbidden")


async def test_a_key_needs_no_protection_and_takes_no_cookie_along(client: httpx2.AsyncClient) -> None:
    cookie = {"cookie": await SignedIn.cookie(client.auth)}  # type: ignore[arg-type]
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    for key in ("Bearer abcdefghijkl.none", "Basic YWRtaW46", ""):
        answer = await client.post(DRILLS, json=PLAN, headers=cookie | foreign | {"Authorization": key})
        assert answer.status_code in (401, 403), "nobody's key is nobody, whatever cookie comes with it"


async def test_links_from_other_sites_may_be_followed(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/v1/alerts", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
