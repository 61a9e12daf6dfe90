"""What the audit log has of signing in: who and from where, and nothing by which a password could be guessed."""

import hashlib
import json

from tests.service.account.conftest import PASSWORD, House, login
from tests.service.account.errand import made, there_and_back
from tests.support.deadline import until
from tests.support.oidc_provider import Provider

NEW = "four other unrelated words"


async def lines(house: House, operation: str, event: str) -> list[dict[str, object]]:
    """Those of an operation, once there is one."""

    async def found() -> list[dict[str, object]]:
        rows = await house.pool.fetch("SELECT line FROM audit ORDER BY seq")
        told = [json.loads(row["line"]) for row in rows]
        return [one for one in told if (one.get("operation"), one["event"]) == (operation, event)]

    await until(found)
    return await found()


async def test_who_signed_in_from_where_is_in_the_audit_log(house: House) -> None:
    await house.account("wang")
    await house.signed_in("wang", "192.0.2.7")
    (line,) = await lines(house, "login", "done")
    assert (line["account"], line["address"], line["status"]) == ("wang", "192.0.2.7", 200)


async def test_whose_name_was_tried_is_there_and_what_is_no_name_is_not(house: House) -> None:
    await house.account("wang")
    await login(house.browser(), "WANG", "a wrong password")
    await login(house.browser(), "my-password-in-the-field-of-the-name", "x")
    first, second = await lines(house, "login", "denied")
    assert first["account"] == "wang"
    assert second.get("account") is None
    assert "my-password" not in str(await house.pool.fetch("SELECT line FROM audit"))


async def test_no_hash_of_a_body_with_a_password_is_kept(house: House) -> None:
    await house.account("wang")
    browser = await house.signed_in("wang")
    body = json.dumps({"old": PASSWORD, "new": NEW}).encode()
    await browser.post("/auth/password", content=body, headers={"Content-Type": "application/json"})
    (line,) = await lines(house, "changePassword", "done")
    assert "body" not in line
    assert hashlib.sha256(body).hexdigest() not in str(await house.pool.fetch("SELECT line FROM audit"))
    assert "body" not in (await lines(house, "login", "done"))[0]


async def test_single_sign_on_is_there_too_let_in_and_refused(city: House, provider: Provider) -> None:
    await there_and_back(city.browser())
    await made(city, provider)
    await there_and_back(city.browser())
    (line,) = await lines(city, "endSingleSignOn", "done")
    assert (line["account"], line["status"]) == ("wang", 303)
    (line,) = await lines(city, "endSingleSignOn", "denied")
    assert line["status"] == 403
    assert "code" not in str(line)
