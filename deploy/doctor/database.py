"""The checks that ask the database: its schema, who may see what, accounts, clocks, pushes, the audit log."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from deploy.doctor.finding import Finding, short
from sql.migrate import MigrationError, at_head
from sql.pool import ROLE, connect
from sql.queries import Queries

DOCTOR = Queries("doctor")
PATIENCE_S = 10.0
CLOCK_WARNS_S, CLOCK_FAILS_S = 1.0, 5.0
LATELY = timedelta(hours=24)
LATE = timedelta(minutes=10)
PASSWORDS = 25  # each takes a fifth of a second
AUDIT_LINES = 20_000
Check = Callable[[asyncpg.Connection, datetime], Coroutine[Any, Any, Finding]]


async def database(url: str) -> list[Finding]:
    """All of them; where the database cannot be asked, that."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            connection = await connect(url, "doctor")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        # What cannot be read as an address is not repeated: a piece of it may be the password.
        why = "地址有误 · it is no address" if isinstance(error, ValueError) else short(error)
        fix = "启动它，或更正 HOTGRID_DATABASE_URL · start it, or correct it; if it is new: hotgrid migrate"
        failed = Finding("database", "failed", f"连不上 · cannot be used: {why}", fix)
        return [failed, *(Finding(name, "skipped", "数据库不可用 · needs the database") for name in list(CHECKS)[1:])]
    try:
        return [await _tried(name, check, connection) for name, check in CHECKS.items()]
    finally:
        await connection.close(timeout=PATIENCE_S)


async def _tried(name: str, check: Check, on: asyncpg.Connection) -> Finding:
    try:
        async with asyncio.timeout(6 * PATIENCE_S):
            return await check(on, datetime.now(UTC))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, MigrationError) as error:
        return Finding(name, "failed", short(error), "hotgrid migrate")


async def _about(on: asyncpg.Connection, _: datetime) -> Finding:
    row = await DOCTOR.about.fetchrow(on)
    assert row
    return Finding("database", "ok", f"PostgreSQL {row['version']}")


async def _schema(on: asyncpg.Connection, _: datetime) -> Finding:
    if await at_head(on):
        return Finding("schema", "ok", "最新 · at the newest")
    return Finding("schema", "failed", "不是最新 · migrations are missing", "hotgrid migrate")


async def _roles(on: asyncpg.Connection, _: datetime) -> Finding:
    rows = await DOCTOR.roles.fetch(on, names=[ROLE, "hotgrid_enterprise"])
    return of_roles(rows, await DOCTOR.whose.fetchrow(on) or {})


def of_roles(rows: Sequence[Mapping[str, Any]], whose: Mapping[str, Any]) -> Finding:
    """What is to be said of the roles that requests run as, and of whose sign-in it is."""
    if len(rows) < 2:
        said = "缺少数据库角色 · hotgrid_app or hotgrid_enterprise is missing"
        return Finding("roles", "failed", said, "hotgrid migrate")
    if strong := [row["rolname"] for row in rows if row["rolsuper"] or row["rolbypassrls"]]:
        said = f"权限过大，隔离失效 · may pass over all rules: {', '.join(strong)}"
        return Finding("roles", "failed", said, f"ALTER ROLE {strong[0]} NOSUPERUSER NOBYPASSRLS")
    said = f"以 {whose['name']} 登录 · signed in as {whose['name']}, at work as {ROLE}"
    if whose["unbound"]:
        fix = "给 hotgrid 单独的登录角色 · give hotgrid a sign-in role of its own"
        return Finding("roles", "warning", f"{said}; 超级用户 · which may do everything", fix)
    return Finding("roles", "ok", said)


async def _rows(on: asyncpg.Connection, _: datetime) -> Finding:
    tables = [row["relname"] for row in await DOCTOR.open_tables.fetch(on)]
    if tables:
        said = f"行级安全未启用 · enterprises could see each other's rows: {', '.join(tables)}"
        return Finding("row security", "failed", said, "ALTER TABLE … ENABLE ROW LEVEL SECURITY")
    return Finding("row security", "ok", "已启用 · on")


async def _clock(on: asyncpg.Connection, _: datetime) -> Finding:
    before = datetime.now(UTC)
    row = await DOCTOR.about.fetchrow(on)
    after = datetime.now(UTC)
    assert row
    # Where the answer took long only what is certain counts.
    apart = max(0.0, (before - row["now"]).total_seconds(), (row["now"] - after).total_seconds())
    said = f"与数据库相差 {apart:.1f} 秒 · {apart:.1f} s apart from the database"
    if apart < CLOCK_WARNS_S:
        return Finding("clock", "ok", said)
    return Finding(
        "clock", "failed" if apart > CLOCK_FAILS_S else "warning", said, "用 NTP 校时 · synchronise with NTP"
    )


async def _device_clocks(on: asyncpg.Connection, now: datetime) -> Finding:
    rows = await DOCTOR.clocks.fetch(on, since=now - LATELY)
    if not rows:
        return Finding("device clocks", "ok", "24 小时内正常 · right for the last 24 h")
    worst = ", ".join(f"{row['device_id']} {row['seconds']:+.0f} s" for row in rows[:3])
    said = f"{len(rows)} 次时钟错误 · wrong in 24 h: {worst}"
    return Finding("device clocks", "warning", said, "校准设备时钟 · set the devices' clocks")


async def _accounts(on: asyncpg.Connection, _: datetime) -> Finding:
    from service.access import ROLES

    if not await Queries("user").admins.fetchval(on, name=""):
        return Finding("accounts", "failed", "没有管理员 · there is no admin", "hotgrid user add NAME --role admin")
    rows = await DOCTOR.passwords.fetch(on, first=list(ROLES), limit=PASSWORDS)
    weak = await asyncio.to_thread(_of_the_demo, [(row["name"], row["password_hash"]) for row in rows])
    if weak:
        said = f"仍用演示密码 · with the demo's password: {', '.join(weak)}"
        return Finding("accounts", "failed", said, f"hotgrid user password {weak[0]}")
    return Finding("accounts", "ok", "有管理员，无演示密码 · there is an admin, and no password of the demo")


def _of_the_demo(accounts: list[tuple[str, str]]) -> list[str]:
    from pwdlib import PasswordHash
    from pwdlib.exceptions import UnknownHashError
    from pwdlib.hashers.argon2 import Argon2Hasher

    from deploy.cast import PASSWORD

    hasher, found = PasswordHash((Argon2Hasher(),)), []
    for name, kept in accounts:
        try:
            if hasher.verify(PASSWORD, kept):
                found.append(name)
        except UnknownHashError:
            continue
    return found


async def _pushes(on: asyncpg.Connection, now: datetime) -> Finding:
    row = await DOCTOR.pushes.fetchrow(on, since=now - LATELY, late=now - LATE)
    assert row
    said = f"{row['personal']} 个人员地址 · contacts of people, {row['others']} 个平台 · others"
    if row["late"]:
        why = f"{said}; {row['late']} 条未发 · wait for more than 10 minutes"
        return Finding("pushes", "failed", why, "hotgrid notify 在运行吗 · does `hotgrid notify` run?")
    if row["failed"]:
        why = f"{said}; 24 小时内 {row['failed']} 条无法送达 · could not be delivered in 24 h"
        return Finding("pushes", "warning", why, "GET /api/v1/pushes?state=failed")
    if not row["personal"]:
        return Finding("pushes", "warning", f"{said}; 无人能收到 · nobody is told", "hotgrid contacts add")
    return Finding("pushes", "ok", said)


async def _audit(on: asyncpg.Connection, _: datetime) -> Finding:
    from service.audit.chain import START, BrokenError, Head, verify
    from service.audit.journal import AUDIT

    head = await AUDIT.head.fetchrow(on)
    if head is None:
        return Finding("audit log", "ok", "空 · empty")
    row = await AUDIT.one.fetchrow(on, seq=head["seq"] - AUDIT_LINES)
    try:
        end = await verify(on, START if row is None else Head(row["seq"], row["hash"]))
    except BrokenError as error:
        return Finding("audit log", "failed", str(error), "hotgrid audit verify")
    tried = min(end.seq, AUDIT_LINES)
    return Finding("audit log", "ok", f"末 {tried} 行完好 · the last {tried} lines are intact, head {end.seq}")


CHECKS: dict[str, Check] = {
    "database": _about,
    "schema": _schema,
    "roles": _roles,
    "row security": _rows,
    "clock": _clock,
    "device clocks": _device_clocks,
    "accounts": _accounts,
    "pushes": _pushes,
    "audit log": _audit,
}
