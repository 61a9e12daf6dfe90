"""Single sign-on against a real provider: who is let in, as whom, and what is told who is not."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from service.app import make_app
from service.settings import ServiceSettings
from tests.service.account.conftest import KEPT, House, house_settings, login
from tests.service.account.errand import BACK, WANG, away, made, there_and_back
from tests.support.oidc_provider import Provider


async def test_who_the_provider_knows_is_signed_in(city: House, provider: Provider) -> None:
    await made(city, provider)
    browser = city.browser()
    answer = await there_and_back(browser, "/map?cell=1-2#x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/map?cell=1-2#x")
    assert (await browser.get("/auth/me")).json()["account"] == "wang"
    assert "hotgrid-oidc" not in browser.cookies
    assert (await city.browser().get("/auth/ways")).json()["single_sign_on"] is True


async def test_the_provider_is_asked_as_the_standard_wants_it(city: House) -> None:
    sent = await city.browser().get("/auth/oidc")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"].split() == ["openid", "profile", "email"]
    assert asked["redirect_uri"] == BACK
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    told = sent.headers["set-cookie"].lower()
    assert all(part in told for part in ("httponly", "samesite=lax", "max-age=600"))


async def test_the_cookie_of_the_errand_is_of_this_host_alone_over_https(city: House) -> None:
    sent = await city.browser(scheme="https").get("/auth/oidc")
    assert sent.headers["set-cookie"].startswith("__Host-hotgrid-oidc=")
    assert "secure" in sent.headers["set-cookie"].lower()


async def test_a_name_binds_once_an_account_that_waits_for_it(city: House, provider: Provider) -> None:
    await city.account("wang", password=None)
    assert (await there_and_back(city.browser())).status_code == 303
    kept = await city.pool.fetchval("SELECT subject FROM account")
    assert kept == f"{provider.issuer} 7f3a"
    provider.user = WANG | {"sub": "another"}
    assert (await there_and_back(city.browser())).status_code == 403
    provider.user = WANG | {"preferred_username": "renamed"}
    browser = city.browser()
    assert (await there_and_back(browser)).status_code == 303
    assert (await browser.get("/auth/me")).json()["account"] == "wang"


async def test_the_name_may_be_told_by_userinfo_alone(city: House, provider: Provider) -> None:
    provider.names_in_token = False
    await city.account("wang", password=None)
    assert (await there_and_back(city.browser())).status_code == 303


@pytest.mark.parametrize(
    ("role", "password", "disabled"), [("duty", KEPT, False), ("duty", None, True), ("admin", None, False)]
)
async def test_a_name_never_binds_who_has_a_password_is_shut_out_or_is_an_admin(
    city: House, role: str, password: str | None, disabled: bool
) -> None:
    await city.account("wang", role, password=password)
    await city.pool.execute("UPDATE account SET disabled_at = now() WHERE $1", disabled)
    assert (await there_and_back(city.browser())).status_code == 403
    assert await city.pool.fetchval("SELECT subject FROM account") is None


async def test_who_has_no_account_is_told_whom_to_ask(city: House, provider: Provider) -> None:
    answer = await there_and_back(city.browser())
    assert answer.status_code == 403
    assert f"{provider.issuer} 7f3a" in answer.json()["detail"]
    assert await city.pool.fetchval("SELECT count(*) FROM account") == 0


async def test_who_is_shut_out_stays_out(city: House, provider: Provider) -> None:
    await made(city, provider)
    await city.pool.execute("UPDATE account SET disabled_at = now()")
    assert (await there_and_back(city.browser())).status_code == 403
    assert await city.pool.fetchval("SELECT count(*) FROM session") == 0


async def test_who_says_no_at_the_provider_is_told(city: House, provider: Provider) -> None:
    provider.user = None
    answer = await there_and_back(city.browser())
    assert answer.status_code == 401
    assert "access_denied" in answer.json()["detail"]


async def test_while_the_provider_is_away_passwords_go_on(city: House, provider: Provider) -> None:
    await city.account("li")
    provider.is_away = True
    browser = city.browser()
    refused = await browser.get("/auth/oidc")
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:hotgrid:problem:provider-away")
    assert (await login(browser, "li")).status_code == 200
    provider.is_away = False
    assert (await browser.get("/auth/oidc")).status_code == 303


async def test_a_provider_that_goes_away_meanwhile_is_told(city: House, provider: Provider) -> None:
    await made(city, provider)
    browser = city.browser()
    back = await away(browser)
    provider.is_away = True
    assert (await browser.get(back)).status_code == 503


async def test_a_provider_that_calls_itself_something_else_is_not_believed(city: House, provider: Provider) -> None:
    provider.calls_itself = "https://elsewhere.example"
    refused = await city.browser().get("/auth/oidc")
    assert refused.status_code == 503
    assert "HOTGRID_OIDC_ISSUER" in refused.json()["detail"]


async def test_a_new_key_of_the_provider_is_taken_up(city: House, provider: Provider) -> None:
    await made(city, provider)
    assert (await there_and_back(city.browser())).status_code == 303
    provider.rotate()
    assert (await there_and_back(city.browser())).status_code == 303


async def test_without_a_provider_there_is_no_single_sign_on(database: str, pool: asyncpg.Pool) -> None:
    app = make_app(house_settings(database))
    async with app.router.lifespan_context(app):
        house = House(app, pool)
        for path in ("/auth/oidc", "/auth/oidc/callback?state=x&code=y"):
            assert (await house.browser().get(path)).status_code == 404
        assert (await house.browser().get("/auth/ways")).json() == {"password": True, "single_sign_on": False}


@pytest.mark.parametrize(
    "told",
    [
        {"oidc_issuer": "https://sso.example"},
        {"oidc_issuer": "http://sso.example", "oidc_client_id": "a", "oidc_client_secret": "x" * 16},
        {"oidc_issuer": "https://sso.example", "oidc_client_id": "a", "oidc_client_secret": "short"},
    ],
)
def test_settings_that_cannot_be_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"(?i)oidc"):
        ServiceSettings(database_url="postgresql://nowhere/none", **told)


def test_the_secret_is_not_shown_with_the_settings() -> None:
    told: dict[str, Any] = {"oidc_issuer": "https://sso.example", "oidc_client_id": "a"}
    told["oidc_client_secret"] = "0123456789abcdef"
    assert "0123456789abcdef" not in repr(ServiceSettings(database_url="postgresql://nowhere/none", **told))
