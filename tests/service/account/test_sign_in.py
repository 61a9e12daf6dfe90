"""Signing in and out: by name and password, refused in one way whatever is wrong."""

import asyncio
import logging
import unicodedata
from unittest.mock import ANY

import pytest

from service.account import password
from service.account.password import NOBODYS, Passwords
from service.problems import BusyError
from tests.service.account.conftest import API, PASSWORD, House, login


async def test_who_signs_in_is_known_until_signed_out(house: House) -> None:
    await house.account("wang", "duty")
    browser = await house.signed_in("wang")
    told = (await browser.get("/auth/me")).json()
    assert (told["account"], told["role"], told["key"]) == ("wang", "duty", None)
    assert "acknowledgeAlert" in told["operations"]
    assert "addLeave" not in told["operations"]
    assert (await browser.post("/auth/logout")).status_code == 204
    assert (await browser.get("/auth/me")).status_code == 401
    assert (await browser.post("/auth/logout")).status_code == 204


async def test_the_answer_to_a_sign_in_says_who_one_is(house: House) -> None:
    await house.account("wang", "enterprise")
    answer = await login(house.browser(), " WANG ")
    assert answer.json() == {
        "account": "wang",
        "role": "enterprise",
        "display": "wang",
        "person_id": None,
        "enterprises": [],
        "townships": None,
        "writes": True,
        "key": None,
        "session_id": ANY,
        "operations": ANY,
    }
    assert "acknowledgeAlert" not in answer.json()["operations"]


@pytest.mark.parametrize("name", ["wang", "nobody", "gone", "keys", "Ω", "x" * 200, "a\x00b", "王", "🙂"])
async def test_whatever_is_wrong_the_answer_is_the_same(house: House, name: str) -> None:
    await house.account("wang")
    await house.account("keys", password=None)
    await house.account("gone")
    await house.pool.execute("UPDATE account SET disabled_at = now() WHERE name = 'gone'")
    typed = PASSWORD if name in ("gone", "keys") else "a wrong password"
    answer = await login(house.browser(), name, typed)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "用户名或密码不对 · the name or the password is wrong"
    assert not answer.cookies
    assert typed not in answer.text


@pytest.mark.parametrize("name", ["wang", "nobody", "gone", "keys"])
async def test_every_try_costs_one_hash(house: House, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.account("wang")
    await house.account("keys", password=None)
    await house.account("gone")
    await house.pool.execute("UPDATE account SET disabled_at = now() WHERE name = 'gone'")
    counted: list[str] = []
    hasher = password._HASHER.current_hasher
    verify, renew = hasher.verify, hasher.hash

    def verified(typed: str, kept: str) -> bool:
        counted.append(kept)
        return verify(typed, kept)

    def renewed(typed: str) -> str:
        counted.append("new")
        return renew(typed)

    monkeypatch.setattr(hasher, "verify", verified)
    monkeypatch.setattr(hasher, "hash", renewed)
    await login(house.browser(), name, "a wrong password")
    assert len(counted) == 1
    assert (counted[0] == NOBODYS) == (name != "wang")
    await login(house.browser("192.0.2.2"), name)
    assert len(counted) == 2


def test_the_hash_of_nobody_is_made_as_those_of_everybody() -> None:
    assert not password._HASHER.current_hasher.check_needs_rehash(NOBODYS)


async def test_a_hash_of_older_parameters_is_renewed(house: House) -> None:
    from pwdlib.hashers.argon2 import Argon2Hasher

    old = Argon2Hasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    await house.account("wang", password=old)
    await house.signed_in("wang")
    kept = await house.pool.fetchval("SELECT password_hash FROM account")
    assert kept != old
    assert "m=65536,t=3" in kept
    await house.signed_in("wang")
    assert await house.pool.fetchval("SELECT password_hash FROM account") == kept


async def test_two_sign_in_at_once(house: House) -> None:
    await house.account("wang")
    one, other = await asyncio.gather(house.signed_in("wang"), house.signed_in("wang"))
    assert one.cookies["hotgrid"] != other.cookies["hotgrid"]
    assert (await one.get("/auth/me")).json()["session_id"] != (await other.get("/auth/me")).json()["session_id"]


async def test_over_a_full_line_one_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "MOST_WAITING", 0)
    passwords = Passwords()
    first = [asyncio.create_task(passwords.verify("a", None)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await passwords.verify("a", None)
    assert [one.right for one in await asyncio.gather(*first)] == [False, False]
    assert not (await passwords.verify("a", None)).right
    passwords.close()


async def test_a_busy_house_counts_no_failure(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.account("wang")
    monkeypatch.setattr(password, "MOST_WAITING", -2)
    browser = house.browser()
    for _ in range(8):
        assert (await login(browser, "wang")).status_code == 503
    monkeypatch.undo()
    assert (await login(browser, "wang")).status_code == 200


async def test_a_new_token_at_every_sign_in_and_the_old_one_ends(house: House) -> None:
    await house.account("wang")
    browser = house.browser()
    browser.cookies.set("hotgrid", "planted-by-somebody-else", domain="service.local")
    await login(browser, "wang")
    first = browser.cookies.get("hotgrid", domain="service.local")
    assert first != "planted-by-somebody-else"
    old = dict(browser.cookies)
    await login(browser, "wang")
    stale = house.browser()
    stale.headers["Cookie"] = f"hotgrid={old['hotgrid']}"
    assert (await stale.get("/auth/me")).status_code == 401
    assert await house.pool.fetchval("SELECT count(*) FROM session") == 1


@pytest.mark.parametrize(("scheme", "name", "secure"), [("http", "hotgrid", False), ("https", "__Host-hotgrid", True)])
async def test_the_cookie_is_as_safe_as_the_line(house: House, scheme: str, name: str, secure: bool) -> None:
    await house.account("wang")
    answer = await login(house.browser(scheme=scheme), "wang")
    told = answer.headers["set-cookie"]
    assert told.startswith(f"{name}=")
    parts = {part.strip().lower() for part in told.split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax"} <= parts
    assert ("secure" in parts) == secure
    assert not any(part.startswith("domain") for part in parts)
    assert "max-age=604800" in parts


async def test_what_is_kept_of_a_session_is_not_its_token(house: House) -> None:
    await house.account("wang")
    browser = await house.signed_in("wang")
    row = dict(await house.pool.fetchrow("SELECT * FROM session"))
    token = browser.cookies["hotgrid"]
    assert len(token) == 43
    assert token not in str(row)
    assert token.encode() != row["token_sha256"]
    assert len(row["token_sha256"]) == 32


async def test_neither_password_nor_token_is_ever_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await house.account("wang")
    browser = await house.signed_in("wang")
    wrong = await login(browser, "wang", "hunter2 hunter2")
    refused = await browser.post("/auth/password", json={"old": PASSWORD, "new": "hunter2"})
    malformed = await browser.post("/auth/login", json={"name": "wang", "password": "hunter2" * 500})
    assert (wrong.status_code, refused.status_code, malformed.status_code) == (401, 422, 422)
    told = caplog.text + wrong.text + refused.text + malformed.text
    for secret in (PASSWORD, "hunter2", browser.cookies["hotgrid"], "argon2"):
        assert secret not in told


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "name"),
        (b'{"name": "wang"}', "password"),
        (b'{"name": 7, "password": "x"}', "name"),
        (b'{"name": "", "password": "x"}', "name"),
        (b'{"name": "wang", "password": ""}', "password"),
        (b'{"name": "' + b"x" * 201 + b'", "password": "x"}', "name"),
        (b'{"name": "wang", "password": "\\ud800"}', "password"),
        (b'{"name": "\\udfff", "password": "x"}', "name"),
        (b'{"name": "wang", "password": "x", "otp": "1"}', "otp"),
        (b"[1]", "body"),
    ],
)
async def test_a_sign_in_that_is_none_is_told_by_field(house: House, body: bytes, field: str) -> None:
    answer = await house.browser().post("/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert field in [one["field"] for one in answer.json()["errors"]]


async def test_the_page_of_another_site_signs_nobody_in(house: House) -> None:
    await house.account("wang")
    answer = await house.browser().post(
        "/auth/login", json={"name": "wang", "password": PASSWORD}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert API in str(answer.url)


async def test_a_password_that_was_taken_lets_one_in_however_it_is_typed(house: House) -> None:
    composed = "éàüöñ" * 45  # as some keyboards write it: every sign with its accent behind it
    typed = unicodedata.normalize("NFD", composed)
    await house.account("wang", "duty")
    browser = await house.signed_in("wang")
    assert (await browser.post("/auth/password", json={"old": PASSWORD, "new": typed})).status_code == 204
    assert (await login(house.browser(), "wang", typed)).status_code == 200
    assert (await login(house.browser(), "wang", composed)).status_code == 200
