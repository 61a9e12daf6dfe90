"""What the service can be told from outside: environment variables that begin with HOTGRID_."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from alerts.policy import PolicySettings


def _listed(told: object) -> object:
    return tuple(filter(None, map(str.strip, told.split(",")))) if isinstance(told, str) else told


def _addresses(told: tuple[str, ...]) -> tuple[str, ...]:
    """Networks as their own first address; raises ValueError for what is neither address nor network."""
    return tuple(str(ip_network(one)) if "/" in one else str(ip_address(one)) for one in told)


def _issuer(told: str | None) -> str | None:
    """Over https, but for one on this machine; raises ValueError."""
    if told is not None and not re.match(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", told):
        raise ValueError("must be an https address")
    return told


class ServiceSettings(PolicySettings):
    """Where the service listens and what it bounds; only the database must be named."""

    model_config = SettingsConfigDict(env_prefix="HOTGRID_", env_file=None, extra="ignore", frozen=True)

    database_url: Annotated[str, Field(repr=False)]
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: Annotated[str | None, Field(pattern="^https?://")] = None
    """Under which people reach the service, for addresses that they keep; as the request had it where it is not set."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    """With both it speaks TLS and nothing else."""
    tls_look_s: Annotated[int, Field(ge=1)] = 60
    """How often it looks for a renewed certificate."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_addresses)] = ()
    """Of whom it is believed for whom they ask (X-Forwarded-For, -Proto): addresses and networks, commas between."""
    oidc_issuer: Annotated[str | None, AfterValidator(_issuer)] = None
    """The provider of single sign-on, as it calls itself; with it come the next two."""
    oidc_client_id: Annotated[str | None, Field(min_length=1)] = None
    oidc_client_secret: Annotated[str | None, Field(min_length=16, repr=False)] = None
    oidc_name_claim: Annotated[str | None, Field(pattern=r"^[a-z_]{1,64}$")] = None
    """Where the provider has names that people cannot change themselves: by them accounts are bound the first time."""
    pool_size: Annotated[int, Field(ge=1, le=100)] = 8
    body_limit: Annotated[int, Field(ge=0)] = 65_536
    session_idle_h: Annotated[float, Field(gt=0)] = 12.0
    """A session that is not used for so long has ended; a shift and its break fit in."""
    session_life_h: Annotated[float, Field(gt=0)] = 168.0
    """Used or not, after so long one signs in again."""
    silent_after_s: Annotated[float, Field(gt=0)] = 300.0
    """Without an arrival for so long the data are said to be silent."""

    feed_clients: Annotated[int, Field(ge=1)] = 2_000
    feed_ring: Annotated[int, Field(ge=1)] = 2_000
    """Newest events kept in memory; who is further behind is served from the database."""
    feed_life_s: Annotated[float, Field(gt=0)] = 600.0
    feed_ping_s: Annotated[float, Field(gt=0)] = 15.0
    feed_send_timeout_s: Annotated[float, Field(gt=0)] = 20.0
    """A client that takes nothing for so long is cut; it comes back by the number of its last event."""
    feed_check_s: Annotated[float, Field(gt=0)] = 10.0
    """The log is also read without being called, so that a dead connection is noticed."""

    limit_address: Annotated[int, Field(ge=1)] = 6_000
    """Requests a minute of one address, that of a whole office perhaps; each process counts for itself."""
    limit_unknown: Annotated[int, Field(ge=1)] = 600
    """Of those, such as nobody known asks: before signing in, or with what is not accepted."""
    limit_refused: Annotated[int, Field(ge=1)] = 30
    """Different keys and sessions, and signings-in, of one address that may be refused a minute before it has to wait.

    Who is signed in there already is not held back."""
    limit_account: Annotated[int, Field(ge=1)] = 3_000
    """Units a minute of one account over all its screens, or of one key; to look at something costs one."""

    @model_validator(mode="after")
    def _single_sign_on(self) -> Self:
        if len({one is None for one in (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)}) > 1:
            raise ValueError("HOTGRID_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET: set all three, or none")
        return self

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("HOTGRID_TLS_CERT and HOTGRID_TLS_KEY: set both, or neither")
        return self
