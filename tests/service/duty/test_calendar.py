"""Calendar feeds: read by who is signed in or knows a secret address, and by nobody after it was revoked."""

import json
from datetime import timedelta

import asyncpg
import httpx2
import pytest
from icalendar import Calendar

from tests.service import seed
from tests.service.conftest import talking_to

API = "/api/v1"
HOUR = timedelta(hours=1)
LEADER, DUTY = {"X-Hotgrid-Actor": "L1"}, {"X-Hotgrid-Actor": "P1"}


@pytest.fixture(autouse=True)
async def _roster(pool: asyncpg.Pool) -> None:
    now = await pool.fetchval("SELECT now()")
    await pool.execute("INSERT INTO person VALUES ('L1', '赵强', 'leader', '', ''), ('P9', '无班', 'duty', '', '')")
    await seed.shifts(
        pool,
        [
            ("P1", now - 40 * 24 * HOUR, now - 39 * 24 * HOUR, "早已过去"),
            ("P1", now - HOUR, now + HOUR, "值班员"),
            ("P2", now + HOUR, now + 3 * HOUR, "值班员"),
        ],
    )


def _people(feed: httpx2.Response) -> list[str]:
    assert feed.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(feed.content).events]


async def test_the_team_and_each_of_it_have_a_feed(client: httpx2.AsyncClient) -> None:
    assert _people(await client.get(f"{API}/duty.ics")) == ["王P1 · 值班员", "王P2 · 值班员"]
    own = await client.get(f"{API}/duty.ics?person=P1&alarm=60", headers=DUTY)
    assert _people(own) == ["值班 · On duty: 值班员"]
    assert b"TRIGGER:-PT1H" in own.content
    assert _people(await client.get(f"{API}/duty.ics?person=P9")) == []


async def test_an_unchanged_feed_is_not_sent_again(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    tag = (await client.get(f"{API}/duty.ics")).headers["ETag"]
    again = await client.get(f"{API}/duty.ics", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    now = await pool.fetchval("SELECT now()")
    await seed.shift(pool, "P2", now + 9 * HOUR, now + 10 * HOUR)
    assert (await client.get(f"{API}/duty.ics", headers={"If-None-Match": tag})).status_code == 200


async def test_a_secret_address_serves_its_feed_until_it_is_revoked(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    made = (await client.post(f"{API}/duty/calendars", json={"person": "P1"}, headers=DUTY)).json()
    assert (made["person"], made["made_by"], made["last_used"]) == ("P1", "P1", None)
    assert _people(await client.get(made["url"])) == ["值班 · On duty: 值班员"]

    listed = await client.get(f"{API}/duty/calendars", headers=DUTY)
    [address] = listed.json()["addresses"]
    assert address["last_used"] is not None
    token = made["url"].rsplit("/", 1)[1].removesuffix(".ics")
    assert token not in listed.text
    assert token not in str([dict(row) for row in await pool.fetch("SELECT * FROM calendar_address")])

    revoked = await client.delete(f"{API}/duty/calendars/{address['address_id']}", headers=DUTY)
    assert (revoked.status_code, revoked.content) == (204, b"")
    gone = await client.get(made["url"])
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:hotgrid:problem:not-found")
    assert token not in gone.text
    assert (await client.delete(f"{API}/duty/calendars/{address['address_id']}", headers=DUTY)).status_code == 204


async def test_the_team_s_address_is_for_leaders_and_has_everybody(client: httpx2.AsyncClient) -> None:
    assert (await client.post(f"{API}/duty/calendars", json={}, headers=DUTY)).status_code == 403
    made = (await client.post(f"{API}/duty/calendars", json={}, headers=LEADER)).json()
    assert made["person"] is None
    assert _people(await client.get(made["url"])) == ["王P1 · 值班员", "王P2 · 值班员"]


async def test_only_leaders_deal_with_the_addresses_of_others(client: httpx2.AsyncClient) -> None:
    made = (await client.post(f"{API}/duty/calendars", json={"person": "P2"}, headers=LEADER)).json()
    assert (await client.post(f"{API}/duty/calendars", json={"person": "P2"}, headers=DUTY)).status_code == 403
    assert (await client.get(f"{API}/duty/calendars", headers=DUTY)).json() == {"addresses": []}
    path = f"{API}/duty/calendars/{made['address_id']}"
    assert (await client.delete(path, headers=DUTY)).status_code == 403
    assert (await client.delete(path, headers={"X-Hotgrid-Actor": "P2"})).status_code == 204
    assert (await client.delete(f"{API}/duty/calendars/4711", headers=LEADER)).status_code == 404


async def test_an_enterprise_sees_no_roster(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.enterprise(pool, "E1", "一厂")
    headers = {"X-Hotgrid-Actor": "enterprise:E1"}
    assert (await client.get(f"{API}/duty.ics", headers=headers)).status_code == 403
    assert (await client.post(f"{API}/duty/calendars", json={}, headers=headers)).status_code == 403
    assert (await client.get(f"{API}/duty/calendars", headers=headers)).status_code == 403


async def test_an_address_is_where_people_reach_the_service_not_where_the_request_came_in(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTGRID_PUBLIC_URL", "https://hot.example.org/")
    async with talking_to(database) as client:
        made = (await client.post(f"{API}/duty/calendars", json={"person": "P1"}, headers=DUTY)).json()
    assert made["url"].startswith("https://hot.example.org/api/v1/duty/calendar/")


async def test_addresses_do_not_pile_up(client: httpx2.AsyncClient) -> None:
    made = [await client.post(f"{API}/duty/calendars", json={"person": "P1"}, headers=DUTY) for _ in range(11)]
    assert [one.status_code for one in made] == [201] * 10 + [409]
    assert len({one.json()["url"] for one in made[:10]}) == 10


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/duty/calendar/x.ics", 404),
        ("/duty/calendar/%00.ics", 404),
        ("/duty/calendar/%E5%80%BC.ics", 404),
        ("/duty/calendar/x.ics?person=P1", 422),
        ("/duty/calendar/" + "x" * 300 + ".ics", 422),
        ("/duty.ics?person=nobody", 404),
        ("/duty.ics?person=%00", 422),
        ("/duty.ics?alarm=-1", 422),
        ("/duty.ics?alarm=99999999999999999999", 422),
        ("/duty.ics?from=x", 422),
    ],
)
async def test_wrong_addresses_are_told(client: httpx2.AsyncClient, path: str, status: int) -> None:
    answer = await client.get(API + path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "body", [{"person": "nobody"}, {"person": "\0"}, {"person": 7}, {"people": "P1"}, {"person": "\ud800"}, []]
)
async def test_wrong_wishes_are_told(client: httpx2.AsyncClient, body: object) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post(f"{API}/duty/calendars", content=json.dumps(body), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hotgrid:problem:bad-input")
