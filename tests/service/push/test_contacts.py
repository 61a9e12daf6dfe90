"""Contacts are set by leaders, shown masked, and a browser subscribes for its own person."""

import json
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.keys import public_key, vapid
from tests.support.push_service import Phone

API = "/api/v1/contacts"
SUBSCRIPTIONS = "/api/v1/push/subscriptions"
DINGTALK = {"person_id": "P1", "channel": "apprise", "address": "dingtalk://SECsecret@token1234/13800000001"}


@pytest.fixture(autouse=True)
async def _people(pool: asyncpg.Pool) -> None:
    for person_id, role in (("P1", "duty"), ("P2", "field"), ("P9", "leader")):
        await pool.execute("INSERT INTO person VALUES ($1, $2, $3, '', '')", person_id, f"某{person_id}", role)
    await pool.execute("INSERT INTO enterprise VALUES ('E1', '一厂', 120, 31.6, '化工', '孟河镇', '')")


def who(person_id: str) -> dict[str, str]:
    return {"X-Hotgrid-Actor": person_id}


def subscription(phone: Phone, **more: object) -> dict[str, Any]:
    return {**json.loads(phone.subscription(8443)), **more}


async def test_a_leader_sets_how_a_person_is_reached_and_nobody_reads_the_address(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    made = await client.post(API, json=DINGTALK | {"rank": 2, "language": "en", "min_severity": 3}, headers=who("P9"))
    assert made.status_code == 201, made.text
    (contact,) = (await client.get(API, headers=who("P9"))).json()["contacts"]
    assert contact.pop("created_at")
    assert contact == {
        "contact_id": made.json()["contact_id"],
        "person_id": "P1",
        "enterprise_id": None,
        "name": "某P1",
        "channel": "apprise",
        "address": "dingtalk://***",
        "rank": 2,
        "language": "en",
        "min_severity": 3,
        "created_by": "P9",
        "disabled_at": None,
        "why_disabled": None,
    }
    assert await pool.fetchval("SELECT address FROM contact") == DINGTALK["address"]
    assert (await client.post(API, json=DINGTALK)).status_code == 200


async def test_a_removed_contact_is_used_no_more_and_that_it_was_there_is_kept(client: httpx2.AsyncClient) -> None:
    number = (await client.post(API, json=DINGTALK)).json()["contact_id"]
    assert (await client.delete(f"{API}/{number}", headers=who("P9"))).status_code == 204
    assert (await client.delete(f"{API}/{number}", headers=who("P9"))).status_code == 404
    assert (await client.get(API)).json()["contacts"] == []
    (kept,) = (await client.get(API, params={"disabled": "true"})).json()["contacts"]
    assert (kept["address"], kept["why_disabled"]) == ("dingtalk://***", "removed by P9")


@pytest.mark.parametrize("actor", ["P1", "P2", "enterprise:E1"])
async def test_nobody_else_sets_removes_or_reads_the_contacts_of_others(client: httpx2.AsyncClient, actor: str) -> None:
    number = (await client.post(API, json=DINGTALK | {"person_id": "P9"})).json()["contact_id"]
    assert (await client.post(API, json=DINGTALK, headers=who(actor))).status_code == 403
    assert (await client.delete(f"{API}/{number}", headers=who(actor))).status_code == 403
    assert (await client.get(API, params={"person_id": "P9"}, headers=who(actor))).status_code == 403
    assert "P9" not in (await client.get(API, headers=who(actor))).text


async def test_a_person_sees_their_own_and_pages_go_on(client: httpx2.AsyncClient) -> None:
    for topic in range(3):
        address = f"ntfys://push.example.org/t{topic}"
        assert (await client.post(API, json=DINGTALK | {"address": address})).status_code == 201
    assert (await client.post(API, json={"channel": "siren", "address": "menghe/siren-1"})).status_code == 201
    page = (await client.get(API, params={"limit": 2}, headers=who("P1"))).json()
    rest = (await client.get(API, params={"limit": 2, "after": page["next"]}, headers=who("P1"))).json()
    assert (len(page["contacts"]), len(rest["contacts"]), rest["next"]) == (2, 1, None)
    assert len((await client.get(API)).json()["contacts"]) == 4


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"person_id": "P7"}, "person_id"),
        ({"person_id": "\0"}, "person_id"),
        ({"person_id": "P1", "channel": "siren", "address": "a/b"}, "person_id"),
        ({"channel": "webpush"}, "channel"),
        ({"channel": "pager"}, "channel"),
        ({"address": "json://10.0.0.1/x"}, "address"),
        ({"address": "file:///etc/passwd"}, "address"),
        ({"address": "x" * 3000}, "address"),
        ({"address": "ntfys://h/\ud800"}, "address"),
        ({"address": "ntfys://h/t?verify=no"}, "address"),
        ({"channel": "webhook", "address": "ftp://h/x"}, "address"),
        ({"person_id": None, "channel": "siren", "address": "a/#"}, "address"),
        ({"rank": 0}, "rank"),
        ({"rank": 10**30}, "rank"),
        ({"language": "fr"}, "language"),
        ({"min_severity": 5}, "min_severity"),
        ({"more": 1}, "more"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx2.AsyncClient, changed: dict[str, Any], field: str) -> None:
    answer = await client.post(
        API, content=json.dumps(DINGTALK | changed), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert "SECsecret" not in answer.text


async def test_the_key_to_subscribe_by_is_that_of_the_installation(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    told = (await client.get("/api/v1/push/key")).json()["key"]
    assert told == public_key(await vapid(pool)).rstrip("=")
    assert (await client.get("/api/v1/push/key")).json()["key"] == told


async def test_a_person_subscribes_their_browser_and_ends_it(client: httpx2.AsyncClient) -> None:
    phone = Phone()
    told = subscription(phone, language="en")
    made = await client.post(SUBSCRIPTIONS, json=told, headers=who("P2"))
    assert made.status_code == 201, made.text
    assert (await client.post(SUBSCRIPTIONS, json=told, headers=who("P2"))).status_code == 200
    (contact,) = (await client.get(API, headers=who("P2"))).json()["contacts"]
    assert (contact["channel"], contact["language"], contact["address"]) == ("webpush", "en", "https://localhost/***")
    asked = {"endpoint": told["endpoint"]}
    assert (await client.delete(SUBSCRIPTIONS, params=asked, headers=who("P1"))).status_code == 404
    assert (await client.delete(SUBSCRIPTIONS, params=asked, headers=who("P2"))).status_code == 204
    assert (await client.get(API, headers=who("P2"))).json()["contacts"] == []


@pytest.mark.parametrize("actor", [{}, who("enterprise:E1")])
async def test_only_a_person_subscribes(client: httpx2.AsyncClient, actor: dict[str, str]) -> None:
    assert (await client.post(SUBSCRIPTIONS, json=subscription(Phone()), headers=actor)).status_code == 403
    asked = {"endpoint": "https://h/x"}
    assert (await client.delete(SUBSCRIPTIONS, params=asked, headers=actor)).status_code == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"endpoint": "http://push.example.org/x"}, "endpoint"),
        ({"endpoint": "https://"}, "endpoint"),
        ({"endpoint": "https://h/\0"}, "endpoint"),
        ({"endpoint": "https://h/" + "x" * 2000}, "endpoint"),
        ({"keys": {"p256dh": "AA", "auth": "AA"}}, "keys"),
        ({"keys": {"p256dh": "错", "auth": "AA"}}, "keys.p256dh"),
        ({"keys": {"p256dh": "AA"}}, "keys.auth"),
        ({"language": "fr"}, "language"),
    ],
)
async def test_a_subscription_that_is_none_is_refused(
    client: httpx2.AsyncClient, changed: dict[str, Any], field: str
) -> None:
    answer = await client.post(SUBSCRIPTIONS, json=subscription(Phone()) | changed, headers=who("P2"))
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (f"{API}?after=-1", "after"),
        (f"{API}?after={'9' * 30}", "after"),
        (f"{API}?limit=501", "limit"),
        (f"{API}?disabled=perhaps", "disabled"),
        (f"{API}?person_id=%00", "person_id"),
        (f"{API}?more=1", "more"),
    ],
)
async def test_wrong_parameters_are_named(client: httpx2.AsyncClient, path: str, field: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "%00"])
async def test_a_number_that_is_none_is_named(client: httpx2.AsyncClient, number: str) -> None:
    answer = await client.delete(f"{API}/{number}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "contact_id")
