"""A provider of single sign-on: authlib's authorization server with OpenID Connect, over HTTP on the loopback."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.answering import Asked, Reply, Server, answering

CLIENT_ID, CLIENT_SECRET = "hotgrid", "a secret of both sides"


@dataclass(slots=True)
class Spoilt:
    """How its id tokens are other than they should be."""

    claims: dict[str, Any] = field(default_factory=dict)
    without: str = ""
    header: dict[str, str] = field(default_factory=dict)
    key: Any = None


@dataclass(slots=True)
class Code:
    """A code that was given out, with what it was asked for."""

    code: str
    user: dict[str, Any]
    asked: dict[str, str]

    code_challenge = property(lambda self: self.asked.get("code_challenge"))
    code_challenge_method = property(lambda self: self.asked.get("code_challenge_method"))

    def get_redirect_uri(self) -> str:
        """Where the browser was sent back to."""
        return self.asked["redirect_uri"]

    def get_scope(self) -> str:
        """What was asked for."""
        return self.asked["scope"]

    def get_nonce(self) -> str | None:
        """Of the errand."""
        return self.asked.get("nonce")

    def get_auth_time(self) -> None:
        """It does not tell."""

    get_acr = get_amr = get_auth_time


@dataclass(slots=True)
class Provider:
    """Whom it takes the browser for, and how it misbehaves."""

    back: str
    user: dict[str, Any] | None = None
    """The claims of who is signed in there, None: who comes says no."""
    issuer: str = ""
    calls_itself: str | None = None
    is_away: bool = False
    names_in_token: bool = True
    spoilt: Spoilt = field(default_factory=Spoilt)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    server: Server = field(default_factory=Server)

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": "two"})

    def reply(self, asked: Asked) -> Reply:
        """What it answers."""
        if self.is_away:
            return Reply(502, b"<html>")
        path = urlsplit(asked.target).path
        if path == "/.well-known/openid-configuration":
            return _json(self._metadata())
        if path == "/jwks":
            return _json({"keys": [self.key.as_dict(private=False)]})
        if path == "/userinfo":
            user = self.tokens.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
            return _json(user) if user else Reply(401)
        request = _request(self.issuer, asked)
        if path == "/authorize":
            grant = _Server(self).get_authorization_grant(request)
            return _Server(self).create_authorization_response(request, self.user, grant)  # type: ignore[no-any-return]
        return _Server(self).create_token_response(request)  # type: ignore[no-any-return]

    def _metadata(self) -> dict[str, Any]:
        ends = {name: f"{self.issuer}/{path}" for name, path in _ENDS.items()}
        return {
            "issuer": self.calls_itself or self.issuer,
            **ends,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }


_ENDS = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "userinfo_endpoint": "userinfo",
    "jwks_uri": "jwks",
}


@asynccontextmanager
async def providing(back: str) -> AsyncIterator[Provider]:
    """A provider to which one client is known, that comes back to `back`."""
    provider = Provider(back)
    async with answering(provider.reply) as server:
        provider.server, provider.issuer = server, f"http://127.0.0.1:{server.port}"
        yield provider


class _Request(OAuth2Request):  # type: ignore[misc]
    @property
    def form(self) -> dict[str, str]:
        return self.payload.data  # type: ignore[no-any-return]

    args = form


def _request(issuer: str, asked: Asked) -> _Request:
    split = urlsplit(asked.target)
    # As if over TLS, which OAuth insists on; here the line is the loopback.
    request = _Request("POST" if asked.body else "GET", f"https://{issuer}{split.path}", headers=_Headers(asked))
    request.payload = BasicOAuth2Payload(dict(parse_qsl(asked.body.decode() or split.query)))
    return request


class _Headers(dict[str, str]):
    def __init__(self, asked: Asked) -> None:
        super().__init__({name.title(): value for name, value in asked.headers.items()})


class _Client(ClientMixin):  # type: ignore[misc]
    """The one that is known."""

    def __init__(self, back: str) -> None:
        self._back = back

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes are good once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        self.server.provider.codes[code] = Code(code, request.user, request.payload.data)

    def query_authorization_code(self, code: str, _: Any) -> Code | None:
        return self.server.provider.codes.get(code)  # type: ignore[no-any-return]

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.provider.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
        return authorization_code.user


class _OpenId(OpenIDCode):  # type: ignore[misc]
    """Id tokens, as good or as bad as the test wants them."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def get_client_claims(self, _: Any) -> dict[str, Any]:
        return {}

    def exists_nonce(self, nonce: str, _: Any) -> bool:
        return any(code.get_nonce() == nonce for code in self._provider.codes.values())

    def encode_id_token(self, _: dict[str, Any], request: Any) -> str:
        spoilt, now = self._provider.spoilt, int(self.get_compatible_claims(request)["iat"])
        user = request.user if self._provider.names_in_token else {"sub": request.user["sub"]}
        claims = {
            "iss": self._provider.issuer,
            "aud": [CLIENT_ID],
            "iat": now,
            "exp": now + 300,
            **self.get_authorization_code_claims(request.authorization_code),
            **user,
            **spoilt.claims,
        }
        claims.pop(spoilt.without, None)
        header = {"alg": "RS256", "kid": str(self._provider.key.kid), **spoilt.header}
        if header["alg"] == "none":
            return f"{_part(header)}.{_part(claims)}."
        return jwt.encode(header, claims, spoilt.key or self._provider.key, [header["alg"]])


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: f"token-{len(provider.tokens)}"))
        self.register_grant(_Grant, [CodeChallenge(), _OpenId(provider)])

    def query_client(self, client_id: str) -> _Client | None:
        return _Client(self.provider.back) if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        self.provider.tokens[token["access_token"]] = request.user

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def send_signal(self, *_: Any, **__: Any) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Reply:
        return Reply(status, json.dumps(body).encode(), dict(headers))


def _part(told: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def _json(told: dict[str, Any]) -> Reply:
    return Reply(200, json.dumps(told).encode(), {"Content-Type": "application/json"})
