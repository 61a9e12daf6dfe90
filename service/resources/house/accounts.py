"""Accounts as an admin sees them: listed, shut out, their sessions ended; they are made by `hotgrid user`."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from service.account import book
from service.account.book import RefusedAccount
from service.account.room import Books
from service.parameters import Strict
from service.problems import ConflictError, NotFoundError, ServiceError
from service.resources import API
from service.resources.house.auth import Ended

router = APIRouter(prefix=API, tags=["auth"])

ACCOUNT: dict[str, Any] = {
    "name": "wangfang",
    "role": "duty",
    "display": "王芳",
    "person_id": "P04",
    "password": True,
    "single_sign_on": False,
    "enterprises": [],
    "townships": ["孟河镇"],
    "districts": [],
    "sessions": 2,
    "seen_at": "2026-11-21T08:10:00Z",
    "made_at": "2026-11-01T00:30:00Z",
    "made_by": "operator",
    "disabled_at": None,
}
AccountName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._@-]{0,63}$")]


class AccountShown(BaseModel):
    """An account; of the authorities, one without townships and districts acts everywhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [ACCOUNT]})

    name: str
    role: str
    display: str
    person_id: str | None
    password: Annotated[bool, Field(description="whether it can sign in by a password")]
    single_sign_on: Annotated[bool, Field(description="whether it is known to the provider of single sign-on")]
    enterprises: list[str]
    townships: list[str]
    districts: list[str]
    sessions: int
    seen_at: Annotated[datetime | None, Field(description="of its sessions the last that was used")]
    made_at: datetime
    made_by: str
    disabled_at: datetime | None


class AccountPage(BaseModel):
    """By name; `next` is `after` of the following page, null on the last."""

    accounts: list[AccountShown]
    next: str | None


class AccountFilter(Strict):
    """Which accounts."""

    after: Annotated[str, Field(pattern=r"^[a-z0-9._@-]{0,64}$")] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


@router.get("/accounts", operation_id="listAccounts", summary="账号 · accounts")
async def list_accounts(on: Books, asked: Annotated[AccountFilter, Query()]) -> AccountPage:
    """All of them, those that are shut out too."""
    rows = await book.listed(on, datetime.now(UTC), asked.after, asked.limit + 1)
    page = rows[: asked.limit]
    return AccountPage(
        accounts=[AccountShown(**dict(row), single_sign_on=row["subject"] is not None) for row in page],
        next=page[-1]["name"] if len(rows) > len(page) else None,
    )


@router.post("/accounts/{name}/disable", operation_id="disableAccount", status_code=204, summary="停用账号 · shut out")
async def disable_account(on: Books, name: AccountName) -> None:
    """Its sessions and keys are refused at the very next request; `hotgrid user enable` lets it in again."""
    async with on.transaction():
        try:
            await book.disable(on, name, datetime.now(UTC))
        except RefusedAccount as error:
            raise _told(error) from error


@router.delete(
    "/accounts/{name}/sessions", operation_id="endAccountSessions", summary="退出某人的全部设备 · cut a lost phone off"
)
async def end_account_sessions(on: Books, name: AccountName) -> Ended:
    """All of them, at once; who knows the password can sign in again."""
    async with on.transaction():
        try:
            return Ended(ended=await book.end_sessions(on, name))
        except RefusedAccount as error:
            raise _told(error) from error


def _told(error: RefusedAccount) -> ServiceError:
    return NotFoundError(str(error)) if error.code == "no-account" else ConflictError(str(error))
