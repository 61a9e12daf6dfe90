"""Sessions: listed and ended at once, over when they are old, and all but one at a change of password."""

from datetime import timedelta

import httpx2
import pytest

from service.account import session
from tests.service.account.conftest import PASSWORD, House, login

NEW = "four other unrelated words"


async def status(browser: httpx2.AsyncClient) -> int:
    return (await browser.get("/auth/me")).status_code


async def test_one_sees_where_one_is_signed_in_and_ends_one(house: House) -> None:
    await house.account("wang")
    here, phone = await house.signed_in("wang", "192.0.2.1"), await house.signed_in("wang", "192.0.2.2")
    told = (await here.get("/auth/sessions")).json()["sessions"]
    assert [(one["address"], one["current"]) for one in told] == [("192.0.2.2", False), ("192.0.2.1", True)]
    assert told[0]["agent"].startswith("python-httpx")
    path = f"/auth/sessions/{told[0]['session_id']}"
    assert (await here.delete(path)).status_code == 204
    assert await status(phone) == 401
    assert await status(here) == 200
    assert (await here.delete(path)).status_code == 404


async def test_all_others_end_and_this_one_goes_on(house: House) -> None:
    await house.account("wang")
    await house.account("li")
    here, phone, other = [await house.signed_in(name) for name in ("wang", "wang", "li")]
    assert (await here.delete("/auth/sessions")).json() == {"ended": 1}
    assert [await status(one) for one in (here, phone, other)] == [200, 401, 200]


async def test_nobody_ends_the_session_of_another(house: House) -> None:
    await house.account("wang")
    await house.account("li", "admin")
    one, other = await house.signed_in("wang"), await house.signed_in("li")
    number = (await one.get("/auth/me")).json()["session_id"]
    assert (await other.delete(f"/auth/sessions/{number}")).status_code == 404
    assert await status(one) == 200


@pytest.mark.parametrize("path", ["0", "x", "-1", "9" * 30, "%00"])
async def test_a_session_number_that_is_none(house: House, path: str) -> None:
    await house.account("wang")
    answer = await (await house.signed_in("wang")).delete(f"/auth/sessions/{path}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "session_id"


async def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(house: House) -> None:
    await house.account("wang")
    browser = await house.signed_in("wang")
    await house.pool.execute("UPDATE session SET seen_at = now() - INTERVAL '11 hours 59 minutes'")
    assert await status(browser) == 200
    await house.pool.execute("UPDATE session SET seen_at = now() - INTERVAL '12 hours 1 minute'")
    assert await status(browser) == 401
    browser = await house.signed_in("wang")
    life = await house.pool.fetchval("SELECT expires_at - made_at FROM session ORDER BY made_at DESC LIMIT 1")
    assert life == timedelta(days=7)
    await house.pool.execute("UPDATE session SET expires_at = now()")
    assert await status(browser) == 401
    assert (await browser.get("/auth/sessions")).status_code == 401


async def test_old_sessions_are_swept_out_and_the_oldest_of_too_many(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.account("wang")
    await house.account("li")
    await house.signed_in("li")
    await house.pool.execute("UPDATE session SET expires_at = now()")
    monkeypatch.setattr(session, "MOST", 2)
    first, second, third = [await house.signed_in("wang") for _ in range(3)]
    assert [await status(one) for one in (first, second, third)] == [401, 200, 200]
    assert await house.pool.fetchval("SELECT count(*) FROM session") == 2


async def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    await house.account("wang")
    here, phone = await house.signed_in("wang"), await house.signed_in("wang")
    assert (await here.post("/auth/password", json={"old": PASSWORD, "new": NEW})).status_code == 204
    assert [await status(here), await status(phone)] == [200, 401]
    assert (await login(house.browser(), "wang")).status_code == 401
    assert (await login(house.browser(), "wang", NEW)).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("a wrong password", NEW, "old"),
        (PASSWORD, PASSWORD, "new"),
        (PASSWORD, "short", "new"),
        (PASSWORD, "Wang-2026-Wang!", "new"),
        (PASSWORD, "Password-2026!", "new"),
        (PASSWORD, "hotgrid-demo", "new"),
        (PASSWORD, "1234567890", "new"),
        (PASSWORD, "0123456789", "new"),
        (PASSWORD, "qwertyuiopasdf", "new"),
        (PASSWORD, "lkjhgfdsapoiu", "new"),
        (PASSWORD, "aaaaaaaaaaaaab", "new"),
        (PASSWORD, "kx7#kx7#kx7#", "new"),
        (PASSWORD, "ｐａｓｓｗｏｒｄ１２３", "new"),
        (PASSWORD, "with a \x00 in it, long", "new"),
        (PASSWORD, "长" * 257, "new"),
        (PASSWORD, "x" * 1025, "new"),
        ("", NEW, "old"),
    ],
)
async def test_a_password_that_cannot_be_is_told_in_words(house: House, old: str, new: str, field: str) -> None:
    await house.account("wang")
    browser = await house.signed_in("wang")
    answer = await browser.post("/auth/password", json={"old": old, "new": new})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert new not in answer.text
    assert (await login(house.browser(), "wang")).status_code == 200


@pytest.mark.parametrize(
    "new", ["三个不相关的词语加起来", "🙂🙃😀😁😂🤣😃😄😅😆", "tr0ub4dor & three more", "ａ１ｂ２ｃ３ｄ４ｅ５ｘ"]
)
async def test_a_password_may_be_in_any_script(house: House, new: str) -> None:
    await house.account("wang")
    browser = await house.signed_in("wang")
    assert (await browser.post("/auth/password", json={"old": PASSWORD, "new": new})).status_code == 204
    assert (await login(house.browser(), "wang", new)).status_code == 200
