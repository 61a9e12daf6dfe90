"""The accounts that there are: added, disabled and enabled, given a password, let in again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from service.access import ROLES
from service.account.lockout import digest
from service.account.session import SIGN_IN, end_all
from service.account.sign_in import NAME
from sql.queries import Connection, Queries, Record

USER = Queries("user")


class RefusedAccount(ValueError):  # noqa: N818
    """It cannot be done: `code` for programs, what is wrong, and what to do about it."""

    def __init__(self, code: str, what: str, fix: str) -> None:
        super().__init__(code, what, fix)
        self.code, self.what, self.fix = code, what, fix

    def __str__(self) -> str:
        return f"{self.what}; {self.fix}"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an account is bound to; of the authorities, nothing is everything."""

    districts: Sequence[str] = ()
    townships: Sequence[str] = ()
    enterprises: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that somebody would like; without hash it signs in by single sign-on, or by keys alone."""

    name: str
    role: str
    display: str = ""
    person_id: str | None = None
    password_hash: str | None = None
    subject: str | None = None
    scope: Scope = Scope()


async def add(on: asyncpg.Connection, new: NewAccount, by: str, now: datetime) -> None:
    """In the caller's transaction; raises RefusedAccount."""
    _must_be_sound(new)
    person = await _person(on, new.person_id)
    await _must_know(on, new.scope)
    if new.subject is not None and (whose := await USER.of_subject.fetchval(on, subject=new.subject)):
        raise RefusedAccount("subject", f"已属于 {whose} · is {whose} already: {new.subject}", "换一个 · name another")
    added = await USER.add.fetchval(
        on,
        name=new.name,
        role=new.role,
        display=new.display or person or new.name,
        person_id=new.person_id,
        password_hash=new.password_hash,
        subject=new.subject,
        now=now,
        made_by=by,
    )
    if added is None:
        fix = "换一个名字，或 hotgrid user password · another name, or hotgrid user password"
        raise RefusedAccount("name-taken", f"账号已有 · there is an account {new.name} already", fix)
    bound = [
        ("district", new.scope.districts),
        ("township", new.scope.townships),
        ("enterprise", new.scope.enterprises),
    ]
    pairs = [(kind, value) for kind, values in bound for value in values]
    await USER.add_scope.execute(
        on, account=new.name, kinds=[kind for kind, _ in pairs], values=[value for _, value in pairs]
    )


def _must_be_sound(new: NewAccount) -> None:
    if not NAME.fullmatch(new.name):
        fix = "小写字母、数字和 . _ @ -，以字母或数字开头 · a-z, 0-9 and . _ @ -, beginning with a letter or digit"
        raise RefusedAccount("name", f"不能作用户名 · cannot be the name of an account: {new.name!r}", fix)
    if new.role not in ROLES:
        raise RefusedAccount("role", f"没有这个角色 · no such role: {new.role}", ", ".join(ROLES))
    if new.role == "enterprise" and not new.scope.enterprises:
        fix = "加上 --enterprise E0007 · add --enterprise E0007"
        raise RefusedAccount("no-enterprise", "企业账号须有企业 · an account of an enterprise needs one", fix)
    if new.role == "enterprise" and (new.person_id or new.scope.townships or new.scope.districts):
        fix = "只用 --enterprise · give --enterprise alone"
        raise RefusedAccount(
            "scope", "企业账号不属于值班表和辖区 · an enterprise is no person or place of the roster", fix
        )
    if new.role == "admin" and (new.scope.districts or new.scope.townships or new.scope.enterprises):
        fix = "管理员不限范围 · leave the scope out"
        raise RefusedAccount("scope", "管理员看到全部 · an admin sees everything", fix)


async def _person(on: Connection, person_id: str | None) -> str | None:
    if person_id is None:
        return None
    row = await USER.person.fetchrow(on, person_id=person_id)
    if row is None:
        fix = "先导入 people.csv · import people.csv first"
        raise RefusedAccount("no-person", f"没有这个人 · no such person: {person_id}", fix)
    if row["account"] is not None:
        fix = f"hotgrid user password {row['account']}"
        raise RefusedAccount("person-taken", f"{person_id} 已有账号 · has an account already: {row['account']}", fix)
    return str(row["name"])


async def _must_know(on: Connection, scope: Scope) -> None:
    for code, file, rows in (
        (
            "no-such-enterprise",
            "enterprises.csv",
            await USER.unknown_enterprises.fetch(on, enterprises=scope.enterprises),
        ),
        ("no-such-district", "townships.csv", await USER.unknown_districts.fetch(on, districts=scope.districts)),
        ("no-such-township", "stations.csv", await USER.unknown_townships.fetch(on, townships=scope.townships)),
    ):
        if rows:
            names = ", ".join(row[0] for row in rows)
            raise RefusedAccount(
                code, f"登记表里没有 · not in the registry: {names}", f"先导入 {file} · import {file} first"
            )


async def disable(on: asyncpg.Connection, name: str, now: datetime) -> bool:
    """Shut an account out, its sessions and keys at once; whether it was open. Raises RefusedAccount."""
    await USER.hold_admins.execute(on)
    row = await _one(on, name)
    if row["role"] == "admin" and not await USER.admins.fetchval(on, name=name):
        fix = "先添加另一个管理员 · add another admin first"
        raise RefusedAccount("last-admin", f"{name} 是唯一的管理员 · is the only admin", fix)
    disabled = await USER.disable.fetchval(on, name=name, now=now)
    await end_all(on, name)
    return disabled is not None


async def enable(on: asyncpg.Connection, name: str) -> bool:
    """Let an account in again; whether it was shut out. Raises RefusedAccount."""
    await _one(on, name)
    return await USER.enable.fetchval(on, name=name) is not None


async def put_password(on: asyncpg.Connection, name: str, kept: str) -> None:
    """Give an account another password; its sessions end, and failures are forgotten. Raises RefusedAccount."""
    await _one(on, name)
    await USER.put_password.execute(on, name=name, password_hash=kept)
    await end_all(on, name)
    await unlock(on, name)


async def unlock(on: asyncpg.Connection, name: str) -> None:
    """Forget the failures of a name over all addresses, and of all addresses with it. Raises RefusedAccount."""
    await _one(on, name)
    await SIGN_IN.clear_name.execute(on, digest=digest(name))


async def end_sessions(on: asyncpg.Connection, name: str) -> int:
    """End all sessions of an account: a lost phone is cut off. Raises RefusedAccount."""
    await _one(on, name)
    return await end_all(on, name)


async def listed(on: Connection, now: datetime, after: str = "", limit: int = 100_000) -> list[Record]:
    """By name."""
    return await USER.listed.fetch(on, now=now, after=after, limit=limit)


async def _one(on: Connection, name: str) -> Record:
    row = await USER.one.fetchrow(on, name=name) if NAME.fullmatch(name) else None
    if row is None:
        fix = "看 hotgrid user list · see hotgrid user list"
        raise RefusedAccount("no-account", f"没有这个账号 · there is no account {name}", fix)
    return row
