"""Whoever tampers with single sign-on gets nowhere: tokens, codes, cookies, ways back, other sites."""

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey

from service.account import oidc
from tests.service.account.conftest import House
from tests.service.account.errand import away, made, there_and_back
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, Spoilt


def _key(what: str) -> Any:
    """Other keys than the provider's."""
    return RSAKey.generate_key(2048, {"kid": "one"}) if what == "other" else OctKey.import_key(CLIENT_SECRET)


@pytest.mark.parametrize(
    "spoilt",
    [
        Spoilt(claims={"nonce": "another"}),
        Spoilt(without="nonce"),
        Spoilt(claims={"iss": "https://elsewhere.example"}),
        Spoilt(without="iss"),
        Spoilt(claims={"aud": ["another"]}),
        Spoilt(claims={"aud": ["another"], "azp": CLIENT_ID}),
        Spoilt(claims={"aud": ["another", CLIENT_ID], "azp": "another"}),
        Spoilt(without="aud"),
        Spoilt(claims={"exp": 1_700_000_000}),
        Spoilt(without="exp"),
        Spoilt(claims={"exp": "soon"}),
        Spoilt(claims={"iat": 4_000_000_000}),
        Spoilt(without="sub"),
        Spoilt(claims={"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
        Spoilt(header={"alg": "none"}),
        Spoilt(header={"alg": "HS256"}, key="secret"),
        Spoilt(key="other"),
        Spoilt(header={"kid": "three"}),
    ],
    ids=str,
)
async def test_an_id_token_that_is_not_good_lets_nobody_in(city: House, provider: Provider, spoilt: Spoilt) -> None:
    await made(city, provider)
    if isinstance(spoilt.key, str):
        spoilt.key = _key(spoilt.key)
    provider.spoilt = spoilt
    browser = city.browser()
    answer = await there_and_back(browser)
    assert answer.status_code == 401, answer.text
    assert "id token" in answer.json()["detail"]
    assert await city.pool.fetchval("SELECT count(*) FROM session") == 0
    assert "hotgrid" not in browser.cookies


async def test_another_browser_cannot_end_what_this_one_began(city: House, provider: Provider) -> None:
    await made(city, provider)
    back = await away(city.browser())
    stranger = city.browser()
    assert (await stranger.get(back)).status_code == 401
    await away(stranger)
    assert (await stranger.get(back)).status_code == 401


@pytest.mark.parametrize(
    "spoil", ["state=", "state=x", "state=%00", "iss=https://elsewhere.example", "code=", "code=x"]
)
async def test_a_way_back_that_was_changed_leads_nowhere(city: House, provider: Provider, spoil: str) -> None:
    await made(city, provider)
    browser = city.browser()
    path, _, query = (await away(browser)).partition("?")
    kept = [part for part in query.split("&") if not part.startswith(spoil.split("=")[0] + "=")]
    answer = await browser.get(f"{path}?{'&'.join([*kept, spoil])}")
    assert answer.status_code in (401, 422)
    assert await city.pool.fetchval("SELECT count(*) FROM session") == 0


async def test_a_code_is_good_once_also_for_who_kept_the_cookie(city: House, provider: Provider) -> None:
    await made(city, provider)
    browser = city.browser()
    back = await away(browser)
    kept = browser.cookies["hotgrid-oidc"]
    assert (await browser.get(back)).status_code == 303
    assert (await browser.get(back)).status_code == 401
    again = city.browser()
    again.headers["Cookie"] = f"hotgrid-oidc={kept}"
    refused = await again.get(back)
    assert refused.status_code == 401
    assert "invalid_grant" in refused.json()["detail"]


async def test_an_errand_is_over_after_ten_minutes(
    city: House, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(city, provider)
    browser = city.browser()
    back = await away(browser)
    monkeypatch.setattr(oidc, "LIFE_S", -1)
    assert (await browser.get(back)).status_code == 401


async def test_a_cookie_that_was_made_by_others_is_none(city: House, provider: Provider) -> None:
    await made(city, provider)
    browser = city.browser()
    back = await away(browser)
    kept = browser.cookies["hotgrid-oidc"]
    changed = kept[:-9] + ("A" if kept[-9] != "A" else "B") + kept[-8:]
    for forged in ("x", changed, "." + kept, kept.rpartition(".")[0], ""):
        stranger = city.browser()
        stranger.headers["Cookie"] = f"hotgrid-oidc={forged}"
        assert (await stranger.get(back)).status_code == 401


@pytest.mark.parametrize(
    "onward",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/%0d%0aSet-Cookie:x".replace("%0d%0a", "\r\n"),
        "/\telsewhere",
        "javascript:alert(1)",
        "elsewhere",
        "",
        "/" + "x" * 501,
        "/\x00",
        "/路",
    ],
)
async def test_nobody_is_led_to_another_site(city: House, onward: str) -> None:
    answer = await city.browser().get("/auth/oidc", params={"next": onward})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "next"


async def test_nothing_of_it_is_logged(city: House, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await made(city, provider)
    browser = city.browser()
    back = await away(browser)
    await browser.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    told = [one.getMessage() for one in caplog.records]
    ours = "\n".join(line for line in told if "//service/" not in line and "/authorize?" not in line)
    assert "signed in by single sign-on: wang" in ours
    for secret in (code, CLIENT_SECRET, browser.cookies["hotgrid"], "token-0"):
        assert secret not in ours
