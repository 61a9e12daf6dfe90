"""Keys of programs: shown once, narrowed, rotated with an overlap, refused at once when they are revoked."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.service import seed
from tests.service.account.conftest import House


@pytest.fixture(autouse=True)
async def _accounts(house: House) -> None:
    await seed.enterprise(house.pool, "E0007", "江宇化工")
    await seed.enterprise(house.pool, "E0008", "江北化工")
    await house.account("wang", "duty")
    await house.account("chief", "admin")
    await house.account("jiangyu", "enterprise", "E0007")
    await house.account("group", "enterprise", "E0007", "E0008")


async def made(browser: httpx2.AsyncClient, **wish: Any) -> dict[str, Any]:
    answer = await browser.post("/auth/keys", json={"name": "export", **wish})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def program(house: House, key: str) -> httpx2.AsyncClient:
    browser = house.browser()
    browser.headers["Authorization"] = f"Bearer {key}"
    return browser


async def test_a_key_acts_as_its_account(house: House) -> None:
    told = await made(await house.signed_in("wang"))
    me = (await program(house, told["key"]).get("/auth/me")).json()
    assert (me["account"], me["role"], me["key"], me["writes"]) == ("wang", "duty", told["prefix"], False)
    assert me["session_id"] is None
    assert not {"changePassword", "addKey", "endSession", "listKeys"} & set(me["operations"])


async def test_the_secret_is_shown_once_and_only_its_hash_is_kept(house: House) -> None:
    browser = await house.signed_in("wang")
    told = await made(browser)
    secret = told["key"].partition(".")[2]
    listed = await browser.get("/auth/keys")
    assert secret not in listed.text
    assert [one["prefix"] for one in listed.json()["keys"]] == [told["prefix"]]
    assert secret not in str(await house.pool.fetch("SELECT * FROM api_key"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/auth/password"),
        ("GET", "/auth/sessions"),
        ("DELETE", "/auth/sessions"),
        ("DELETE", "/auth/sessions/1"),
        ("GET", "/auth/keys"),
        ("POST", "/auth/keys"),
        ("POST", "/auth/keys/aaaaaaaaaaaa/rotate"),
        ("DELETE", "/auth/keys/aaaaaaaaaaaa"),
        ("GET", "/accounts"),
        ("POST", "/accounts/wang/disable"),
        ("DELETE", "/accounts/wang/sessions"),
    ],
)
async def test_a_key_is_not_for_accounts_even_an_admins(house: House, method: str, path: str) -> None:
    told = await made(await house.signed_in("chief"), writes=True)
    answer = await program(house, told["key"]).request(method, path)
    assert answer.status_code == 403
    assert "not for keys" in answer.json()["detail"]


@pytest.mark.parametrize(
    "spoil", ["", "x", "{prefix}", "{prefix}.", "{prefix}.{wrong}", "{key}x", "aaaaaaaaaaaa.{secret}"]
)
async def test_what_is_not_quite_the_key_is_none(house: House, spoil: str) -> None:
    told = await made(await house.signed_in("wang"))
    prefix, secret = told["key"].split(".")
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    key = spoil.format(prefix=prefix, secret=secret, key=told["key"], wrong=wrong)
    assert (await program(house, key).get("/auth/me")).status_code == 401


async def test_a_wrong_key_is_not_helped_by_a_cookie(house: House) -> None:
    browser = await house.signed_in("wang")
    browser.headers["Authorization"] = "Bearer nothing"
    assert (await browser.get("/auth/me")).status_code == 401


async def test_a_revoked_key_is_refused_at_the_next_request(house: House) -> None:
    browser = await house.signed_in("wang")
    told = await made(browser)
    caller = program(house, told["key"])
    assert (await caller.get("/auth/me")).status_code == 200
    assert (await browser.delete(f"/auth/keys/{told['prefix']}")).status_code == 204
    assert (await caller.get("/auth/me")).status_code == 401
    assert (await browser.delete(f"/auth/keys/{told['prefix']}")).status_code == 404
    assert (await browser.get("/auth/keys")).json()["keys"] == []
    assert (await browser.get("/auth/keys", params={"ended": True})).json()["keys"][0]["revoked_at"]


async def test_a_rotated_key_goes_on_for_the_overlap(house: House) -> None:
    browser = await house.signed_in("wang")
    old = await made(browser, writes=True, days=10)
    answer = await browser.post(f"/auth/keys/{old['prefix']}/rotate", json={"overlap_h": 2})
    new = answer.json()
    assert answer.status_code == 201
    for key in (old, new):
        assert (await program(house, key["key"]).get("/auth/me")).json()["writes"]
    shown = {one["prefix"]: one for one in (await browser.get("/auth/keys")).json()["keys"]}
    life = datetime.fromisoformat(new["expires_at"]) - datetime.fromisoformat(shown[new["prefix"]]["made_at"])
    assert life == timedelta(days=10)
    left = datetime.fromisoformat(shown[old["prefix"]]["expires_at"]) - datetime.fromisoformat(
        shown[new["prefix"]]["made_at"]
    )
    assert left == timedelta(hours=2)
    assert shown[old["prefix"]]["replaced_by"] == new["prefix"]
    assert (await browser.post(f"/auth/keys/{old['prefix']}/rotate")).status_code == 409
    await house.pool.execute("UPDATE api_key SET expires_at = now() WHERE replaced_by IS NOT NULL")
    assert (await program(house, old["key"]).get("/auth/me")).status_code == 401
    assert (await program(house, new["key"]).get("/auth/me")).status_code == 200


async def test_two_who_rotate_at_once_make_one_new_key(house: House) -> None:
    browser = await house.signed_in("wang")
    old = await made(browser)
    said = await asyncio.gather(*(browser.post(f"/auth/keys/{old['prefix']}/rotate") for _ in range(3)))
    assert sorted(one.status_code for one in said) == [201, 409, 409]


async def test_keys_are_ones_own_but_for_an_admin(house: House) -> None:
    wang, chief, own = [await house.signed_in(name) for name in ("wang", "chief", "jiangyu")]
    told = await made(wang)
    for path in ("", "/rotate"):
        send = own.post if path else own.delete
        assert (await send(f"/auth/keys/{told['prefix']}{path}")).status_code == 404
    assert (await chief.post(f"/auth/keys/{told['prefix']}/rotate")).status_code == 404
    assert (await own.get("/auth/keys")).json()["keys"] == []
    assert (await own.get("/auth/keys", params={"account": "wang"})).status_code == 404
    for whose in ("wang", "*"):
        listed = (await chief.get("/auth/keys", params={"account": whose})).json()["keys"]
        assert [one["account"] for one in listed] == ["wang"]
    assert (await chief.delete(f"/auth/keys/{told['prefix']}")).status_code == 204
    assert (await program(house, told["key"]).get("/auth/me")).status_code == 401


async def test_an_enterprises_key_is_of_its_own_enterprise(house: House) -> None:
    one, group = await house.signed_in("jiangyu"), await house.signed_in("group")
    assert (await made(one))["enterprise_id"] == "E0007"
    refused = await one.post("/auth/keys", json={"name": "x", "enterprise_id": "E0008"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "enterprise_id")
    assert (await group.post("/auth/keys", json={"name": "x"})).status_code == 422
    told = await made(group, enterprise_id="E0008")
    assert (await program(house, told["key"]).get("/auth/me")).json()["enterprises"] == ["E0008"]


async def test_a_key_cannot_be_narrowed_to_nothing(house: House) -> None:
    refused = await (await house.signed_in("wang")).post("/auth/keys", json={"name": "x", "enterprise_id": "E9"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "enterprise_id")


async def test_when_a_key_was_used_is_kept_to_the_minute(house: House) -> None:
    caller = program(house, (await made(await house.signed_in("wang")))["key"])
    await caller.get("/auth/me")
    first = await house.pool.fetchval("SELECT last_used FROM api_key")
    await caller.get("/auth/me")
    assert await house.pool.fetchval("SELECT last_used FROM api_key") == first
    await house.pool.execute("UPDATE api_key SET last_used = last_used - INTERVAL '61 s'")
    await caller.get("/auth/me")
    assert await house.pool.fetchval("SELECT last_used FROM api_key") > first


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "x", "days": 0}, "days"),
        ({"name": "x", "days": 731}, "days"),
        ({"name": "x", "days": 10**30}, "days"),
        ({"name": "x", "enterprise_id": "\x00"}, "enterprise_id"),
        ({"name": "x", "account": "chief"}, "account"),
        ({}, "name"),
    ],
)
async def test_a_wish_that_is_none_is_told_by_field(house: House, wish: dict[str, Any], field: str) -> None:
    answer = await (await house.signed_in("wang")).post("/auth/keys", json=wish)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("?after=%00", "after"),
        ("?limit=0", "limit"),
        ("?account=%00", "account"),
        ("?ended=perhaps", "ended"),
        ("?x=1", "x"),
    ],
)
async def test_a_list_that_cannot_be_is_told_by_field(house: House, path: str, field: str) -> None:
    answer = await (await house.signed_in("chief")).get(f"/auth/keys{path}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
