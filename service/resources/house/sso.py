"""Single sign-on over HTTP: away to the city's provider, and back with a session."""

import hmac
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from service.account import cookie, oidc
from service.account.identity import of_session
from service.account.provider import Errand, Provider
from service.account.room import Housed, origin_of
from service.parameters import Strict
from service.problems import NotFoundError, SignInError
from service.resources import API
from service.settings import ServiceSettings

router = APIRouter(prefix=API, tags=["auth"])
BACK = f"{API}/auth/oidc/callback"
SEE_OTHER = 303
AGAIN = "请重新登录 · begin again at GET /api/v1/auth/oidc"

# A path of this service: neither `//host` nor `/\host`, which browsers take for another site.
Onward = Annotated[
    str,
    Field(
        pattern=r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$",
        max_length=500,
        description="去往本站的路径 · where to go in the end: a path of this service",
        examples=["/"],
    ),
]
Given = Annotated[str | None, Field(max_length=4096, pattern=r"^[ -~]*$")]


class Away(Strict):
    """Where somebody wants to go in the end."""

    next: Onward = "/"


class Return(Strict):
    """What the provider sends back: a code, or why there is none (RFC 6749, RFC 9207). Other fields are its own."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: Given = None
    code: Given = None
    iss: Given = None
    error: Given = None


class Ways(BaseModel):
    """How people may sign in here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": True, "single_sign_on": False}]})

    password: bool = True
    single_sign_on: bool


@router.get("/auth/ways", operation_id="getWaysIn", summary="登录方式 · how people may sign in")
async def ways(request: Request, _: Annotated[Strict, Query()]) -> Ways:
    """For the page on which they do, before anybody has."""
    return Ways(single_sign_on=request.app.state.provider is not None)


@router.get(
    "/auth/oidc",
    operation_id="beginSingleSignOn",
    summary="单点登录 · single sign-on",
    status_code=SEE_OTHER,
    response_class=RedirectResponse,
)
async def begin(request: Request, asked: Annotated[Away, Query()]) -> Response:
    """To the provider that the installation names (OpenID Connect, code flow with PKCE); 404 where it names none."""
    provider = _provider(request)
    errand = oidc.errand(asked.next)
    response = RedirectResponse(await provider.address(errand, _back(request)), SEE_OTHER)
    cookie.put(request, response, oidc.sealed(errand, provider.client), oidc.LIFE_S, oidc.COOKIE)
    return response


@router.get(
    "/auth/oidc/callback",
    operation_id="endSingleSignOn",
    summary="单点登录返回 · back from single sign-on",
    status_code=SEE_OTHER,
    response_class=RedirectResponse,
)
async def end(request: Request, house: Housed, told: Annotated[Return, Query()]) -> Response:
    """Only for the browser that was sent, within ten minutes, and once; for accounts that there are already."""
    provider = _provider(request)
    errand = _errand(request, provider, told)
    if told.error is not None or not told.code:
        raise SignInError(f"单点登录未成 · the provider says {(told.error or 'nothing')[:100]!r}: {AGAIN}")
    who = await provider.somebody(told.code, errand, _back(request))
    token = await oidc.enter(house.pool, who, origin_of(request), house.life)
    request.state.identity = await of_session(
        house.pool, token, datetime.now(UTC), house.life.idle
    )  # for the audit log
    response = RedirectResponse(errand.onward, SEE_OTHER)
    cookie.put(request, response, token, int(house.life.whole.total_seconds()))
    cookie.drop(request, response, oidc.COOKIE)
    return response


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFoundError(
            "未设单点登录 · single sign-on is not set up: HOTGRID_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET"
        )
    return provider


def _errand(request: Request, provider: Provider, told: Return) -> Errand:
    """Of this very browser; raises SignInError."""
    kept = cookie.told(request, oidc.COOKIE)
    errand = oidc.opened(kept, provider.client) if kept else None
    if errand is None or not hmac.compare_digest(errand.state, told.state or ""):
        raise SignInError(f"不是从本浏览器发起，或已超时 · not begun in this browser, or too long ago: {AGAIN}")
    if told.iss is not None and told.iss != provider.client.issuer:
        raise SignInError(f"来自别的登录平台 · the answer of another provider: {AGAIN}")
    return errand


def _back(request: Request) -> str:
    """The address that is registered with the provider."""
    settings: ServiceSettings = request.app.state.settings
    return (settings.public_url or str(request.base_url)).rstrip("/") + BACK
