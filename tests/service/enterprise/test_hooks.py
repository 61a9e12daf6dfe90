"""An enterprise sets its own hooks: told the secret once, shown no address, reaching nobody else's."""

import asyncio
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.push.hook import MOST
from tests.service import seed

PATH = "/api/v1/enterprise/hooks"
URL = "https://ehs.example.com/in/s3cret-path"
OWN = {"X-Hotgrid-Actor": "enterprise:E1"}
FOREIGN = {"X-Hotgrid-Actor": "enterprise:E2"}


@pytest.fixture(autouse=True)
async def enterprises(pool: asyncpg.Pool) -> None:
    """Two."""
    for name in ("E1", "E2"):
        await seed.enterprise(pool, name, f"{name}化工")


async def made(client: httpx2.AsyncClient, as_whom: dict[str, str] = OWN, **changed: Any) -> httpx2.Response:
    return await client.post(PATH, json={"url": URL, "events": ["alert", "letter"]} | changed, headers=as_whom)


async def test_the_secret_is_told_once_and_the_address_never(client: httpx2.AsyncClient) -> None:
    told = await made(client)
    assert told.status_code == 201, told.text
    assert len(told.json()["secret"]) >= 43
    listed = await client.get(PATH, headers=OWN)
    (hook,) = listed.json()["hooks"]
    assert hook["url"].startswith("https://ehs.example.com/***")
    assert (hook["events"], hook["created_by"]) == (["alert", "letter"], "enterprise:E1")
    for secret in ("s3cret-path", told.json()["secret"]):
        assert secret not in listed.text


async def test_the_same_again_is_the_same_hook_with_a_new_secret(client: httpx2.AsyncClient) -> None:
    first, again = await made(client), await made(client, events=["warning"])
    assert again.status_code == 200
    assert first.json()["hook_id"] == again.json()["hook_id"]
    assert first.json()["secret"] != again.json()["secret"]
    assert (await client.get(PATH, headers=OWN)).json()["hooks"][0]["events"] == ["warning"]


async def test_of_others_nothing_is_seen_tried_or_ended(client: httpx2.AsyncClient) -> None:
    number = (await made(client)).json()["hook_id"]
    assert (await client.get(PATH, headers=FOREIGN)).json() == {"enterprise_id": "E2", "hooks": []}
    assert (await client.delete(f"{PATH}/{number}", headers=FOREIGN)).status_code == 404
    assert (await client.post(f"{PATH}/{number}/test", headers=FOREIGN)).status_code == 404
    for path in (PATH, f"{PATH}/{number}/test"):
        answer = await client.request("GET" if path == PATH else "POST", f"{path}?enterprise=E1", headers=FOREIGN)
        assert answer.status_code == 404
    assert (
        await client.post(f"{PATH}?enterprise=E1", json={"url": URL, "events": ["alert"]}, headers=FOREIGN)
    ).status_code == 404
    assert len((await client.get(PATH, headers=OWN)).json()["hooks"]) == 1
    assert (await made(client, FOREIGN)).status_code == 201


async def test_the_database_itself_shows_nothing_of_others(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    number = (await made(client)).json()["hook_id"]
    await client.post(f"{PATH}/{number}/test", headers=OWN)
    async with pool.acquire() as on, on.transaction():
        await on.execute("SET LOCAL ROLE hotgrid_enterprise; SET LOCAL hotgrid.reach = '{E2}'")
        assert await on.fetchval("SELECT count(*) FROM contact") == 0
        assert await on.fetchval("SELECT count(*) FROM push") == 0
        assert await on.fetchval("SELECT count(*) FROM (SELECT contact_id FROM enterprise_hook) AS h") == 0
        await on.execute("SET LOCAL hotgrid.reach = '{E1}'")
        assert await on.fetchval("SELECT count(*) FROM push") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await on.fetchval("SELECT secret FROM enterprise_hook")


async def test_a_test_is_queued_once_a_minute(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    number = (await made(client)).json()["hook_id"]
    answers = [await client.post(f"{PATH}/{number}/test", headers=OWN) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert 1 <= sum(answer.json()["queued"] for answer in answers) <= 2  # the minute may have turned
    assert (await client.get(PATH, headers=OWN)).json()["hooks"][0]["waiting"] >= 1
    await pool.execute("UPDATE push SET state = 'failed', attempts = 1, why = 'HTTP 410'")
    (hook,) = (await client.get(PATH, headers=OWN)).json()["hooks"]
    assert (hook["waiting"], hook["problem"]) == (0, "HTTP 410")
    assert hook["failed"] >= 1


async def test_one_that_was_removed_is_gone(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    told = (await made(client)).json()
    assert (await client.delete(f"{PATH}/{told['hook_id']}", headers=OWN)).status_code == 204
    assert (await client.delete(f"{PATH}/{told['hook_id']}", headers=OWN)).status_code == 404
    assert (await client.get(PATH, headers=OWN)).json()["hooks"] == []
    assert told["secret"] not in str(await pool.fetch("SELECT * FROM enterprise_hook"))


async def test_so_many_and_no_more(client: httpx2.AsyncClient) -> None:
    answers = [(await made(client, url=f"{URL}/{number}")).status_code for number in range(MOST + 1)]
    assert answers == [201] * MOST + [409]


async def test_many_at_the_same_moment_are_no_more_than_one_after_the_other(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    answers = await asyncio.gather(*(made(client, url=f"{URL}/{number}") for number in range(4 * MOST)))
    assert [answer.status_code for answer in answers].count(201) == MOST
    assert await pool.fetchval("SELECT count(*) FROM contact") == MOST


@pytest.mark.parametrize(
    "url",
    [
        "http://ehs.example.com/in",
        "https://127.0.0.1/in",
        "https://db.internal/in",
        "https://a:b@ehs.example.com/",
        "x",
    ],
)
async def test_where_nothing_may_be_posted(client: httpx2.AsyncClient, url: str) -> None:
    told = await made(client, url=url)
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, "url")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"events": []}, "events"),
        ({"events": ["nonsense"]}, "events.0"),
        ({"min_severity": 5}, "min_severity"),
        ({"url": "https://ehs.example.com/\x00"}, "url"),
        ({"url": "https://ehs.example.com/" + "x" * 2048}, "url"),
        ({"more": 1}, "more"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx2.AsyncClient, changed: dict[str, Any], field: str) -> None:
    told = await made(client, **changed)
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, field)


async def test_people_of_the_shift_set_no_hooks(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await seed.person(pool, "P1")
    assert (await client.get(f"{PATH}?enterprise=E1", headers={"X-Hotgrid-Actor": "P1"})).status_code == 403
    assert (await client.get(f"{PATH}?enterprise=E1")).status_code == 200


async def test_the_desk_sees_hooks_masked_and_enters_an_officers_phone(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    told = (await made(client)).json()
    phone = {"enterprise_id": "E1", "channel": "apprise", "address": "dingtalk://SECsecret@token1234"}
    assert (await client.post("/api/v1/contacts", json=phone)).status_code == 201
    listed = await client.get("/api/v1/contacts")
    assert [(one["enterprise_id"], one["channel"]) for one in listed.json()["contacts"]] == [
        ("E1", "hook"),
        ("E1", "apprise"),
    ]
    assert "s3cret-path" not in listed.text
    assert len((await client.get(PATH, headers=OWN)).json()["hooks"]) == 1  # its own alone
    assert (await client.delete(f"/api/v1/contacts/{told['hook_id']}")).status_code == 204
    assert told["secret"] not in str(await pool.fetch("SELECT * FROM enterprise_hook"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"enterprise_id": "E9"}, "enterprise_id"),
        ({"channel": "webhook", "address": "https://h.example.com/"}, "channel"),
        ({"person_id": "P1"}, "enterprise_id"),
        ({"channel": "hook"}, "channel"),
    ],
)
async def test_an_officers_phone_that_cannot_be(
    client: httpx2.AsyncClient, changed: dict[str, str], field: str
) -> None:
    phone = {"enterprise_id": "E1", "channel": "apprise", "address": "dingtalk://SECsecret@token1234"}
    told = await client.post("/api/v1/contacts", json=phone | changed)
    assert (told.status_code, told.json()["errors"][0]["field"]) == (422, field)
