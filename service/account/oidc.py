"""Single sign-on: a browser's errand to the provider and back, and whose account it is who comes."""

import logging
import secrets
from datetime import UTC, datetime

import asyncpg
from itsdangerous import BadData, URLSafeTimedSerializer

from service.account.book import USER
from service.account.provider import Client, Errand, Provider, Somebody
from service.account.session import Life, Origin, Verified, begin
from service.account.sign_in import NAME
from service.database import ACQUIRE_TIMEOUT_S
from service.problems import ForbiddenError
from service.settings import ServiceSettings

logger = logging.getLogger(__name__)
LIFE_S = 600
"""So long somebody may take at the provider."""
COOKIE = "hotgrid-oidc"


def provider_of(settings: ServiceSettings) -> Provider | None:
    """The provider of this installation, None where it names none."""
    issuer, client_id, client_secret = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret
    if issuer is None or client_id is None or client_secret is None:
        return None
    return Provider(Client(issuer, client_id, client_secret, settings.oidc_name_claim))


def errand(onward: str) -> Errand:
    """A new one."""
    return Errand(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), onward)


def sealed(errand: Errand, client: Client) -> str:
    """An errand as the browser keeps it: it cannot be changed, nor one be made by others."""
    return _seal(client).dumps(list(errand))


def opened(told: str, client: Client) -> Errand | None:
    """The errand that a browser kept, None where it is none, or too old."""
    try:
        return Errand(*_seal(client).loads(told, max_age=LIFE_S))
    except (BadData, TypeError):
        return None


def _seal(client: Client) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(client.client_secret, salt="hotgrid.oidc")


async def enter(pool: asyncpg.Pool, who: Somebody, origin: Origin, life: Life) -> str:
    """The token of a new session of an account that there is already; raises ForbiddenError.

    An account is whose subject it has. One that was made for single sign-on and has neither a subject nor a password is
    bound to who first comes with its name, if the provider vouches for names and it is not an admin's.
    """
    async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as on, on.transaction():
        row = await USER.whose_subject.fetchrow(on, subject=who.subject)
        if row is None and who.name is not None and NAME.fullmatch(who.name):
            row = await USER.bind_subject.fetchrow(on, name=who.name, subject=who.subject)
            if row is not None:
                logger.info("single sign-on: %s is bound to %s", row["name"], who.subject)
        token = None
        if row is not None:
            verified = Verified(row["name"], row["password_hash"])
            token = await begin(on, verified, origin, life, datetime.now(UTC))
    if row is None or token is None:
        logger.info("single sign-on: no account for %s", who.subject)
        raise ForbiddenError(
            f"没有对应的账号，请找管理员 · no account is in use for {who.subject!r}: an admin can make one with"
            f" hotgrid user add NAME --role ROLE --subject {who.subject!r}"
        )
    logger.info("signed in by single sign-on: %s from %s", row["name"], origin.address)
    return token
