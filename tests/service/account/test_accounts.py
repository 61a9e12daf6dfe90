"""Accounts as an admin has them: listed, shut out, cut off; who is shut out is refused at the next request."""

import asyncio

import pytest

from tests.service.account.conftest import House, login


async def test_a_lost_phone_is_cut_off(house: House) -> None:
    await house.account("wang")
    await house.account("chief", "admin")
    phone, chief = await house.signed_in("wang"), await house.signed_in("chief")
    assert (await phone.get("/auth/me")).status_code == 200
    assert (await chief.delete("/accounts/wang/sessions")).json() == {"ended": 1}
    assert (await phone.get("/auth/me")).status_code == 401
    assert (await login(house.browser(), "wang")).status_code == 200


async def test_who_is_shut_out_is_refused_by_session_key_and_password(house: House) -> None:
    await house.account("wang")
    await house.account("chief", "admin")
    browser, chief = await house.signed_in("wang"), await house.signed_in("chief")
    key = (await browser.post("/auth/keys", json={"name": "x"})).json()["key"]
    program = house.browser()
    program.headers["Authorization"] = f"Bearer {key}"
    assert (await program.get("/auth/me")).status_code == 200
    assert (await chief.post("/accounts/wang/disable")).status_code == 204
    assert (await program.get("/auth/me")).status_code == 401
    assert (await browser.get("/auth/me")).status_code == 401
    assert (await login(house.browser(), "wang")).status_code == 401
    listed = {one["name"]: one for one in (await chief.get("/accounts")).json()["accounts"]}
    assert listed["wang"]["disabled_at"]
    assert listed["wang"]["sessions"] == 0
    assert not listed["chief"]["disabled_at"]


async def test_the_last_admin_cannot_be_shut_out(house: House) -> None:
    await house.account("chief", "admin")
    await house.account("other", "admin")
    one, two = await house.signed_in("chief"), await house.signed_in("other")
    said = await asyncio.gather(one.post("/accounts/other/disable"), two.post("/accounts/chief/disable"))
    assert sorted(answer.status_code for answer in said) in ([204, 401], [204, 409])
    assert await house.pool.fetchval("SELECT count(*) FROM account WHERE disabled_at IS NULL") == 1


@pytest.mark.parametrize("role", ["leader", "bureau", "duty", "chief", "dispatcher", "field", "enterprise"])
async def test_nobody_else_sees_or_changes_accounts(house: House, role: str) -> None:
    await house.account("wang", role)
    browser = await house.signed_in("wang")
    for method, path in (("GET", ""), ("POST", "/wang/disable"), ("DELETE", "/wang/sessions")):
        assert (await browser.request(method, f"/accounts{path}")).status_code == 403
    assert (await browser.get("/auth/me")).status_code == 200


async def test_the_list_goes_by_pages_and_has_no_secret(house: House) -> None:
    for name in ("a", "b", "c"):
        await house.account(name, "admin")
    browser = await house.signed_in("a")
    first = (await browser.get("/accounts", params={"limit": 2})).json()
    rest = (await browser.get("/accounts", params={"limit": 2, "after": first["next"]})).json()
    assert [one["name"] for one in first["accounts"] + rest["accounts"]] == ["a", "b", "c"]
    assert rest["next"] is None
    assert "argon2" not in str(first)


@pytest.mark.parametrize(
    ("method", "path", "status", "field"),
    [
        ("POST", "/nobody/disable", 404, None),
        ("DELETE", "/nobody/sessions", 404, None),
        ("POST", "/%00/disable", 422, "name"),
        ("POST", "/Chief/disable", 422, "name"),
        ("DELETE", "/" + "x" * 65 + "/sessions", 422, "name"),
        ("GET", "?limit=501", 422, "limit"),
        ("GET", "?after=%00", 422, "after"),
        ("GET", "?x=1", 422, "x"),
    ],
)
async def test_what_is_wrong_is_told(house: House, method: str, path: str, status: int, field: str | None) -> None:
    await house.account("chief", "admin")
    answer = await (await house.signed_in("chief")).request(method, f"/accounts{path}")
    assert answer.status_code == status
    assert [one["field"] for one in answer.json().get("errors", [])] == ([field] if field else [])
