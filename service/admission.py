"""The one door: who asks is found out, and let in or refused, before anything else is done for a request."""

from datetime import UTC, datetime, timedelta

from fastapi import Request

from service.access import ENTERPRISE, KEY, Access, access_to, operation_of
from service.account import cookie
from service.account.identity import Identity, of_key, of_session
from service.audit.trail import asked
from service.database import ACQUIRE_TIMEOUT_S, Database, told
from service.limit import charge
from service.origin import READING
from service.problems import ForbiddenError, SignInError
from sql.queries import Connection

BEARER = "bearer "


async def admitted(request: Request) -> None:
    """Let a request in, or raise SignInError, TooManyError or ForbiddenError; every router depends on this.

    Leaves `identity` and `reach` in the state of the request, for `service.actor` and `service.database`. No connection
    is held afterwards: what follows may wait for a body over a weak network.
    """
    access = access_to(operation_of(request.scope["route"]))
    if access.open:
        return
    identity = await _identified(request)
    request.state.identity = identity  # known, be he refused or let in
    charge(request, identity, access.operation)
    _must_be_allowed(identity, access, request.method)
    request.state.reach = identity.reach
    await asked(request)


async def _identified(request: Request) -> Identity:
    database: Database = request.app.state.database
    with told():
        pool = await database.pool()
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            identity = await _whose(request, connection, datetime.now(UTC))
    if identity is None:
        raise SignInError(
            "请先登录，或出示有效的密钥 · sign in (POST /api/v1/auth/login), or send Authorization: Bearer KEY"
        )
    return identity


async def _whose(request: Request, on: Connection, now: datetime) -> Identity | None:
    """A key goes before a cookie: a program says what it is."""
    header = request.headers.get("authorization", "")
    if header:
        is_key = header[: len(BEARER)].lower() == BEARER
        return await of_key(on, header[len(BEARER) :].strip(), now) if is_key else None
    token = cookie.told(request)
    idle = timedelta(hours=request.app.state.settings.session_idle_h)
    return await of_session(on, token, now, idle) if token else None


def _must_be_allowed(identity: Identity, access: Access, method: str) -> None:
    if not access.admits(identity.role):
        raise ForbiddenError(
            f"{identity.role} 无权进行 {access.operation} · {access.operation} is for {', '.join(access.roles())};"
            f" {identity.account} is {identity.role}",
            reason="role",
        )
    if identity.key is not None and access.cells[KEY] == "-":
        raise ForbiddenError(f"程序密钥不能进行 {access.operation} · {access.operation} is for people, not for keys")
    if identity.only is not None and not access.admits(ENTERPRISE):
        raise ForbiddenError(
            f"密钥只用于企业 {identity.only} · key {identity.key} is for the window of {identity.only} alone,"
            f" {access.operation} is not of it"
        )
    if not identity.writes and method not in READING:
        raise ForbiddenError(f"密钥 {identity.key} 只读 · key {identity.key} may only read")
