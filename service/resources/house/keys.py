"""Keys for programs: one's own, and for an admin everybody's."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from ingest.registry import Key as Text
from service.account.identity import Identity
from service.account.key import API_KEY, LONGEST_DAYS, NewKey, RefusedKey, Wish, add, revoke, rotate
from service.account.room import Books
from service.actor import Identified
from service.parameters import Strict
from service.problems import ConflictError, NotFoundError, ServiceError, bad_input
from service.resources import API

router = APIRouter(prefix=API, tags=["auth"])

KEY: dict[str, Any] = {
    "prefix": "4k9x2m7q1z0a",
    "account": "jiangyu",
    "name": "夜间导出",
    "enterprise_id": "E0007",
    "writes": False,
    "made_at": "2026-11-21T00:30:00Z",
    "made_by": "enterprise:E0007",
    "expires_at": "2027-11-21T00:30:00Z",
    "last_used": "2026-11-21T08:10:00Z",
    "revoked_at": None,
    "replaced_by": None,
}
MADE: dict[str, Any] = {
    "prefix": "4k9x2m7q1z0a",
    "key": "4k9x2m7q1z0a.GmDkxZ0gXlqGd0nG0Qm8yW6m0hJ2u3m4n5o6p7q8r9s",
    "expires_at": "2027-11-21T00:30:00Z",
    "enterprise_id": "E0007",
}
Prefix = Annotated[str, Path(pattern=r"^[0-9a-z]{12}$")]


class KeyAsked(BaseModel):
    """A new key; it acts as the account that makes it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "夜间导出", "writes": False, "enterprise_id": "E0007", "days": 365}]},
    )

    name: Annotated[Text, Field(description="what it is for")]
    writes: Annotated[bool, Field(description="whether it may change anything")] = False
    enterprise_id: Annotated[Text | None, Field(description="for the window of this enterprise alone")] = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS, description="so long it is good")] = 365


class KeyMade(BaseModel):
    """A key, shown this once: `Authorization: Bearer KEY`."""

    model_config = ConfigDict(json_schema_extra={"examples": [MADE]})

    prefix: str
    key: str
    expires_at: datetime
    enterprise_id: str | None


class KeyShown(BaseModel):
    """A key without its secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [KEY]})

    prefix: str
    account: str
    name: str
    enterprise_id: str | None
    writes: bool
    made_at: datetime
    made_by: str
    expires_at: datetime
    last_used: Annotated[datetime | None, Field(description="to the minute")]
    revoked_at: datetime | None
    replaced_by: Annotated[str | None, Field(description="prefix of the key that follows it")]


class KeyPage(BaseModel):
    """By prefix; `next` is `after` of the following page, null on the last."""

    keys: list[KeyShown]
    next: str | None


class KeyFilter(Strict):
    """Which keys; without an account one's own."""

    account: Annotated[Text | None, Field(description="of another account, `*`: of all; for an admin")] = None
    ended: Annotated[bool, Field(description="those that have ended, too")] = False
    after: Annotated[str, Field(pattern=r"^[0-9a-z]{0,12}$")] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Rotation(BaseModel):
    """For how long the old key goes on beside the new one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_h": 24}]})

    overlap_h: Annotated[float, Field(ge=0, le=720)] = 24.0


@router.get("/auth/keys", operation_id="listKeys", summary="程序密钥 · keys of programs")
async def list_keys(on: Books, identity: Identified, asked: Annotated[KeyFilter, Query()]) -> KeyPage:
    """One's own; of others for an admin."""
    account: str | None = identity.account
    if asked.account is not None and asked.account != account:
        if identity.role != "admin":
            raise NotFoundError(f"没有这个账号 · there is no account {asked.account} of yours")
        account = None if asked.account == "*" else asked.account
    rows = await API_KEY.listed.fetch(
        on, account=account, ended=asked.ended, after=asked.after, now=datetime.now(UTC), limit=asked.limit + 1
    )
    page = rows[: asked.limit]
    return KeyPage(
        keys=[KeyShown(**dict(row)) for row in page], next=page[-1]["prefix"] if len(rows) > len(page) else None
    )


@router.post("/auth/keys", operation_id="addKey", status_code=201, summary="新建程序密钥 · make a key for a program")
async def add_key(on: Books, identity: Identified, asked: KeyAsked) -> KeyMade:
    """Its secret is shown this once. An enterprise's key is of that enterprise alone."""
    wish = Wish(identity.account, asked.name, asked.writes, asked.enterprise_id, timedelta(days=asked.days))
    async with on.transaction():
        try:
            return _made(await add(on, wish, identity.who, datetime.now(UTC)))
        except RefusedKey as error:
            raise _refused(error) from error


@router.post(
    "/auth/keys/{prefix}/rotate",
    operation_id="rotateKey",
    status_code=201,
    summary="轮换密钥 · a new key for an old one",
)
async def rotate_key(on: Books, identity: Identified, prefix: Prefix, asked: Rotation | None = None) -> KeyMade:
    """One's own: the new key is like it and as long good, the old one ends after the overlap."""
    overlap = timedelta(hours=(asked or Rotation()).overlap_h)
    async with on.transaction():
        row = await API_KEY.one.fetchrow(on, prefix=prefix, account=identity.account)
        if row is None:
            raise _no_key(prefix)
        try:
            return _made(await rotate(on, row, overlap, identity.who, datetime.now(UTC)))
        except RefusedKey as error:
            raise _refused(error) from error


@router.delete("/auth/keys/{prefix}", operation_id="revokeKey", status_code=204, summary="吊销密钥 · revoke a key")
async def revoke_key(on: Books, identity: Identified, prefix: Prefix) -> None:
    """One's own, or as an admin anybody's: it is refused at its very next request."""
    if not await revoke(on, prefix, _whose(identity), datetime.now(UTC)):
        raise _no_key(prefix)


def _whose(identity: Identity) -> str | None:
    return None if identity.role == "admin" else identity.account


def _made(made: NewKey) -> KeyMade:
    return KeyMade(prefix=made.prefix, key=made.key, expires_at=made.expires_at, enterprise_id=made.enterprise_id)


def _refused(error: RefusedKey) -> ServiceError:
    return bad_input({error.field: str(error)}) if error.field == "enterprise_id" else ConflictError(str(error))


def _no_key(prefix: str) -> NotFoundError:
    return NotFoundError(f"没有这个可用的密钥 · no key {prefix} of yours is in use")
