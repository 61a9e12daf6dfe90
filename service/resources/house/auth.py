"""Signing in and out, who one is and what one may do, one's password and one's sessions."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from service.access import ACCESS, ENTERPRISE, KEY
from service.account import cookie, session
from service.account.identity import Identity, of_session
from service.account.password import fault
from service.account.room import Books, Housed, life_of, origin_of
from service.account.sign_in import Given, change_password, forgive, known, sign_in, verified
from service.actor import Identified
from service.database import ACQUIRE_TIMEOUT_S
from service.problems import ConflictError, NotFoundError, SignInError, bad_input
from service.resources import API

router = APIRouter(prefix=API, tags=["auth"])

ME: dict[str, Any] = {
    "account": "wangfang",
    "role": "duty",
    "display": "王芳",
    "person_id": "P04",
    "enterprises": [],
    "townships": ["孟河镇"],
    "writes": True,
    "key": None,
    "session_id": 17,
    "operations": ["acknowledgeAlert", "listAlerts"],
}
SESSION: dict[str, Any] = {
    "session_id": 17,
    "made_at": "2026-11-21T00:30:00Z",
    "seen_at": "2026-11-21T08:10:00Z",
    "expires_at": "2026-11-28T00:30:00Z",
    "address": "192.0.2.7",
    "agent": "Mozilla/5.0 (Linux; Android 14)",
    "current": True,
}
Name = Annotated[str, Field(min_length=1, max_length=200)]
Typed = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"format": "password"})]
SessionId = Annotated[int, Path(ge=1, lt=2**63)]


class Credentials(BaseModel):
    """Who signs in. Capitals of the name do not matter."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "wangfang", "password": "three unrelated words"}]}
    )

    name: Name
    password: Typed


class Me(BaseModel):
    """Who asks, and what that account may do."""

    model_config = ConfigDict(json_schema_extra={"examples": [ME]})

    account: str
    role: str
    display: str
    person_id: Annotated[str | None, Field(description="who that is in the roster")]
    enterprises: Annotated[list[str], Field(description="whose window it is: of an enterprise's account")]
    townships: Annotated[list[str] | None, Field(description="where one of the authorities acts, null: everywhere")]
    writes: Annotated[bool, Field(description="false: a key that only reads")]
    key: Annotated[str | None, Field(description="by which key a program asks")]
    session_id: int | None
    operations: Annotated[list[str], Field(description="the `operationId`s that this account may call")]


class PasswordChange(BaseModel):
    """The password that is, and the one that is to be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"old": "three unrelated words", "new": "and four quite other ones"}]},
    )

    old: Typed
    new: Annotated[Typed, Field(description="10 characters or more; not a well-known one, without the account's name")]


class SessionShown(BaseModel):
    """Where one is signed in."""

    model_config = ConfigDict(json_schema_extra={"examples": [SESSION]})

    session_id: int
    made_at: datetime
    seen_at: Annotated[datetime, Field(description="last used, to the minute")]
    expires_at: datetime
    address: str
    agent: str
    current: Annotated[bool, Field(description="whether it is the one that asks")]


class Sessions(BaseModel):
    """The newest first."""

    sessions: list[SessionShown]


class Ended(BaseModel):
    """How many sessions were ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ended": 2}]})

    ended: int


@router.post("/auth/login", operation_id="login", summary="登录 · sign in")
async def login(request: Request, response: Response, house: Housed, given: Credentials) -> Me:
    """The session comes as a cookie that scripts cannot read; it ends 12 hours after it was last used, and after 7 days
    anyway (or as the installation says).

    After five wrong tries for a name from an address each further one waits longer (429, `Retry-After`).
    """
    request.state.claimed = await known(house.pool, given.name)
    token = await sign_in(house, Given(given.name, given.password), origin_of(request), cookie.told(request))
    async with house.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as on:
        identity = await of_session(on, token, datetime.now(UTC), house.life.idle)
    if identity is None:
        raise SignInError("刚登录就被停用 · the account was disabled at this very moment")
    request.state.identity = identity  # for the audit log
    cookie.put(request, response, token, int(house.life.whole.total_seconds()))
    return _me(identity)


@router.post("/auth/logout", operation_id="logout", status_code=204, summary="退出 · sign out")
async def logout(request: Request, response: Response, on: Books) -> None:
    """End the session that the cookie is of; without one there is nothing to do."""
    if (token := cookie.told(request)) is not None:
        await session.end_token(on, token)
    cookie.drop(request, response)


@router.get("/auth/me", operation_id="getMe", summary="我是谁 · who one is, and what one may do")
async def me(identity: Identified) -> Me:
    """By the session, or by the key of a program."""
    return _me(identity)


@router.post(
    "/auth/password", operation_id="changePassword", status_code=204, summary="修改密码 · change one's password"
)
async def new_password(request: Request, house: Housed, identity: Identified, asked: PasswordChange) -> None:
    """All other sessions of the account end; its keys go on."""
    if (wrong := fault(asked.new, identity.account)) is not None:
        raise bad_input({"new": wrong})
    origin = origin_of(request)
    try:
        who = await verified(house, Given(identity.account, asked.old), origin)
    except SignInError as error:
        raise bad_input({"old": "密码不对 · is not the password"}) from error
    await forgive(house.pool, identity.account, origin)
    if asked.new == asked.old:
        raise bad_input({"new": "与原密码相同 · is the old one"})
    if not await change_password(house, who, asked.new, identity.session_id):
        raise ConflictError("密码刚被别处修改 · the password was changed elsewhere at this very moment: sign in anew")


@router.get("/auth/sessions", operation_id="listSessions", summary="登录在哪些设备 · where one is signed in")
async def list_sessions(request: Request, on: Books, identity: Identified) -> Sessions:
    """One's own, with the address and the program of each."""
    rows = await session.of_account(on, identity.account, life_of(request.app.state.settings), datetime.now(UTC))
    return Sessions(
        sessions=[SessionShown(**dict(row), current=row["session_id"] == identity.session_id) for row in rows]
    )


@router.delete("/auth/sessions", operation_id="endSessions", summary="退出其他设备 · end all other sessions")
async def end_sessions(on: Books, identity: Identified) -> Ended:
    """The one that asks goes on."""
    return Ended(ended=await session.end_all(on, identity.account, identity.session_id))


@router.delete(
    "/auth/sessions/{session_id}", operation_id="endSession", status_code=204, summary="退出某设备 · end one session"
)
async def end_session(on: Books, identity: Identified, session_id: SessionId) -> None:
    """It is refused at its very next request, and its live feed ends within a second."""
    if not await session.end(on, identity.account, session_id):
        raise NotFoundError(f"没有这个登录 · no session {session_id} of yours")


def _me(identity: Identity) -> Me:
    return Me(
        account=identity.account,
        role=identity.role,
        display=identity.display,
        person_id=identity.person_id,
        enterprises=list(identity.enterprises),
        townships=None if identity.townships is None else list(identity.townships),
        writes=identity.writes,
        key=identity.key,
        session_id=identity.session_id,
        operations=[
            name for name, access in ACCESS.items() if access.admits(identity.role) and _is_for(identity, name)
        ],
    )


def _is_for(identity: Identity, operation: str) -> bool:
    access = ACCESS[operation]
    return identity.key is None or (access.cells[KEY] != "-" and (identity.only is None or access.admits(ENTERPRISE)))
