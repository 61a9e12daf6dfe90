"""The city's provider of single sign-on (OpenID Connect): where people are sent, and who they turn out to be."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from service.problems import ProviderAwayError, SignInError

SCOPE = "openid profile email"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""With which an id token may be signed: never `none`, never with the secret that both sides have."""
LEEWAY_S = 60
TIMEOUT_S = 5.0
KNOWN_S = 3600.0
"""So long what the provider says of itself is believed; a key that is not known is asked for at once."""
AGAIN = "请重新登录 · begin again at GET /api/v1/auth/oidc"


class Client(NamedTuple):
    """As what this service is known to the provider; `claim` is where it has people's account names, if anywhere."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str | None


class Errand(NamedTuple):
    """What a browser is sent with, and has to come back with; `onward` is where it wants to go in the end."""

    state: str
    nonce: str
    verifier: str
    onward: str


class Somebody(NamedTuple):
    """Whom the provider has recognised; `name` only where it says account names and vouches for it."""

    subject: str
    name: str | None


@dataclass(slots=True)
class Provider:
    """One provider, with what it says of itself."""

    client: Client
    _metadata: Mapping[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _until: float = 0.0

    async def address(self, errand: Errand, back: str) -> str:
        """Where a browser is sent to sign in; it comes back to `back`. Raises ProviderAwayError."""
        metadata = await self._known()
        async with self._session(back) as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"],
                state=errand.state,
                nonce=errand.nonce,
                code_verifier=errand.verifier,
            )
        return str(url)

    async def somebody(self, code: str, errand: Errand, back: str) -> Somebody:
        """Who has come back with a code; raises SignInError and ProviderAwayError."""
        metadata = await self._known()
        async with self._session(back) as session:
            try:
                token = await session.fetch_token(
                    metadata["token_endpoint"], code=code, code_verifier=errand.verifier, timeout=TIMEOUT_S
                )
            except OAuthError as error:
                raise SignInError(f"单点登录未成 · the provider refused the code ({error.error}): {AGAIN}") from error
            except (httpx2.HTTPError, ValueError, KeyError) as error:
                raise _away(error) from error
            claims = await self._claims(token, errand.nonce)
            told = claims if self._name(claims) else {**claims, **await self._userinfo(session, claims)}
        return Somebody(f"{self.client.issuer} {claims['sub']}", self._name(told))

    def _name(self, claims: Mapping[str, Any]) -> str | None:
        claim = self.client.claim
        name = claims.get(claim) if claim else None
        if not isinstance(name, str) or (claim == "email" and claims.get("email_verified") is not True):
            return None
        return name.strip().lower()

    async def _claims(self, token: Mapping[str, Any], nonce: str) -> CodeIDToken:
        if not isinstance(token.get("id_token"), str):
            raise SignInError(f"单点登录未成 · the provider gave no id token: {AGAIN}")
        try:
            decoded = await self._decoded(token["id_token"])
            options = {
                "iss": {"essential": True, "value": self.client.issuer},
                "aud": {"essential": True, "value": self.client.client_id},
                "sub": {"essential": True},
            }
            given = {
                "nonce": nonce,
                "client_id": self.client.client_id,
                "access_token": token.get("access_token"),
            }
            claims = CodeIDToken(decoded.claims, decoded.header, options, given)
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInError(f"单点登录未成 · the id token is not good ({type(error).__name__}): {AGAIN}") from error
        return claims

    async def _decoded(self, id_token: str) -> jwt.Token:
        """By the keys that are known; a key that is not may be a new one."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(id_token, await self._key_set(), registry=registry)
        except InvalidKeyIdError:
            self._keys = None
            return jwt.decode(id_token, await self._key_set(), registry=registry)

    async def _userinfo(self, session: AsyncOAuth2Client, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the provider tells besides, of the same person: many put names there alone."""
        if not self.client.claim or "userinfo_endpoint" not in self._metadata:
            return {}
        try:
            answer = await session.get(self._metadata["userinfo_endpoint"], timeout=TIMEOUT_S)
            answer.raise_for_status()
            told = answer.json()
        except (httpx2.HTTPError, OAuthError, ValueError) as error:
            raise _away(error) from error
        return told if isinstance(told, dict) and told.get("sub") == claims["sub"] else {}

    def _session(self, back: str) -> AsyncOAuth2Client:
        methods = self._metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return AsyncOAuth2Client(
            client_id=self.client.client_id,
            client_secret=self.client.client_secret,
            token_endpoint_auth_method=method,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    async def _known(self) -> Mapping[str, Any]:
        if time.monotonic() >= self._until:
            told = await _json(f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.client.issuer:
                raise ProviderAwayError(
                    f"单点登录的 issuer 不符 · the provider calls itself {str(told.get('issuer'))[:200]!r}: set"
                    " HOTGRID_OIDC_ISSUER to just that, or ask who runs it"
                )
            if not all(isinstance(told.get(f"{end}_endpoint"), str) for end in ("authorization", "token")):
                raise ProviderAwayError("单点登录缺少地址 · the provider does not say where to sign in")
            self._metadata, self._keys, self._until = told, None, time.monotonic() + KNOWN_S
        return self._metadata

    async def _key_set(self) -> KeySet:
        if self._keys is None:
            self._keys = KeySet.import_key_set(await _json(str(self._metadata.get("jwks_uri"))))
        return self._keys


async def _json(url: str) -> Any:
    try:
        async with httpx2.AsyncClient(timeout=TIMEOUT_S) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            told = answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise _away(error) from error
    if not isinstance(told, dict):
        raise ProviderAwayError("单点登录应答有误 · the provider answers with something else")
    return told


def _away(error: Exception) -> ProviderAwayError:
    return ProviderAwayError(
        f"单点登录暂时不通，请用密码登录 · the provider of single sign-on does not answer ({type(error).__name__}):"
        " sign in by password meanwhile"
    )
