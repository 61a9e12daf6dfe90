"""`hotgrid user`: the accounts of people and enterprises, kept by the operator at the machine."""

import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import asyncpg
import typer

from deploy.audit import audited, recorded
from deploy.option import Json
from deploy.problem import Problem
from deploy.transaction import WHO, transaction

Result = TypeVar("Result")
user = typer.Typer(no_args_is_help=True, help="账号 · accounts of people and enterprises")
Name = Annotated[str, typer.Argument(help="用户名 · the name to sign in with")]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="从标准输入读密码 · read the password from standard input")
]
Names = list[str]
SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that looks like another
GROUPS, GROUP = 5, 4


@user.command()
@audited("user add")
def add(  # noqa: PLR0913 - one a command option
    name: Name,
    role: Annotated[str, typer.Option(help="admin · leader · bureau · duty · chief · dispatcher · field · enterprise")],
    display: Annotated[str, typer.Option(help="显示名 · how the name is shown")] = "",
    person: Annotated[str | None, typer.Option(help="值班表里的人员编号 · who that is in the roster")] = None,
    enterprise: Annotated[Names, typer.Option(help="属于哪家企业 · of which enterprise")] = [],  # noqa: B006
    township: Annotated[Names, typer.Option(help="只管这个乡镇 · only for this township")] = [],  # noqa: B006
    district: Annotated[Names, typer.Option(help="只管这个区 · only for this district")] = [],  # noqa: B006
    subject: Annotated[
        str | None, typer.Option(help="单点登录身份 · who that is for single sign-on: 'ISSUER SUBJECT'")
    ] = None,
    single_sign_on: Annotated[
        bool, typer.Option("--single-sign-on", help="不设密码，首次单点登录时绑定 · no password: bound when first come")
    ] = False,
    password_stdin: Stdin = False,
) -> None:
    """添加账号 · add an account; without a terminal its password is made, and printed once"""
    from service.account import book

    has_password = password_stdin or not (subject or single_sign_on)
    password, made = _password(name, password_stdin) if has_password else (None, False)
    new = book.NewAccount(
        name=name,
        role=role,
        display=display,
        person_id=person,
        password_hash=_hashed(password),
        subject=subject,
        scope=book.Scope(districts=district, townships=township, enterprises=enterprise),
    )
    _do(lambda on: book.add(on, new, WHO, datetime.now(UTC)))
    typer.echo(f"已添加 · added: {name} ({role})")
    _show(password, made)


@user.command("list")
def list_(as_json: Json = False) -> None:
    """列出账号 · list them"""
    from service.account import book

    rows = _do(lambda on: book.listed(on, datetime.now(UTC)))
    if as_json:
        typer.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, default=_iso))
        return
    for row in rows:
        bound = ", ".join((*row["enterprises"], *row["townships"], *row["districts"])) or "*"
        state = "停用 · disabled" if row["disabled_at"] else f"{row['sessions']} 登录 · signed in"
        typer.echo(f"{row['name']:20} {row['role']:11} {row['display']:12} {bound:24} {state}")
    if not rows:
        typer.echo("没有 · none: hotgrid user add NAME --role admin")


@user.command()
@audited("user password")
def password(name: Name, password_stdin: Stdin = False) -> None:
    """设新密码，并退出其全部设备 · set another password; all sessions of the account end"""
    from service.account import book

    typed, made = _password(name, password_stdin)
    kept = _hashed(typed)
    assert kept is not None
    _do(lambda on: book.put_password(on, name, kept))
    typer.echo(f"已设新密码 · a new password is set: {name}")
    _show(typed, made)


@user.command()
@audited("user disable")
def disable(name: Name) -> None:
    """停用：登录和密钥立即失效 · shut out at once, sessions and keys"""
    from service.account import book

    done = _do(lambda on: book.disable(on, name, datetime.now(UTC)))
    typer.echo(f"已停用 · disabled: {name}" if done else f"早已停用 · was disabled already: {name}")


@user.command()
@audited("user enable")
def enable(name: Name) -> None:
    """恢复停用的账号 · let in again"""
    from service.account import book

    done = _do(lambda on: book.enable(on, name))
    typer.echo(f"已恢复 · enabled: {name}" if done else f"未停用 · was not disabled: {name}")


@user.command()
@audited("user unlock")
def unlock(name: Name) -> None:
    """忘掉输错的密码，不必再等 · forget wrong tries, so that nobody waits"""
    from service.account import book

    _do(lambda on: book.unlock(on, name))
    typer.echo(f"已解锁 · unlocked: {name}")


@user.command()
def sessions(
    name: Name,
    end: Annotated[bool, typer.Option("--end", help="全部退出，如手机丢失 · end all, as of a lost phone")] = False,
    as_json: Json = False,
) -> None:
    """登录在哪些设备 · where an account is signed in"""
    from service.account import book
    from service.account.session import SIGN_IN

    if end:
        with recorded("user sessions --end", {"name": name}):
            typer.echo(f"已退出 · ended: {_do(lambda on: book.end_sessions(on, name))}")
        return
    now = datetime.now(UTC)
    rows = _do(
        lambda on: SIGN_IN.of_account.fetch(on, account=name, now=now, idle_since=datetime.fromtimestamp(0, UTC))
    )
    if as_json:
        typer.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, default=_iso))
        return
    for row in rows:
        typer.echo(f"{row['session_id']:8} {row['seen_at']:%Y-%m-%d %H:%M}Z {row['address']:20} {row['agent']}")
    if not rows:
        typer.echo("没有 · none")


def _do(work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    with refusals():
        return asyncio.run(transaction("user", work))


@contextmanager
def refusals() -> Iterator[None]:
    """Tell the operator what cannot be done."""
    from service.account.book import RefusedAccount

    try:
        yield
    except RefusedAccount as error:
        raise Problem(error.code, error.what, error.fix) from error


def _password(name: str, from_stdin: bool) -> tuple[str, bool]:
    """What is typed, or piped, or else made; whether it was made."""
    from service.account.password import fault

    if from_stdin:
        typed = sys.stdin.readline().rstrip("\r\n")
    elif _is_terminal():
        prompt = "密码，留空则自动生成 · password; empty: one is made"
        typed = typer.prompt(prompt, default="", hide_input=True, show_default=False)
        if typed and typed != typer.prompt("再输一遍 · again", hide_input=True):
            raise Problem("password", "两次不一样 · the two differ", "再试一次 · try again")
    else:
        typed = ""
    if not typed and not from_stdin:
        return "-".join("".join(secrets.choice(SIGNS) for _ in range(GROUP)) for _ in range(GROUPS)), True
    if (wrong := fault(typed, name)) is not None:
        raise Problem("password", f"密码{wrong}", "换一个 · choose another")
    return typed, False


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _hashed(password: str | None) -> str | None:
    from service.account.password import hashed

    return None if password is None else hashed(password)


def _show(password: str | None, made: bool) -> None:
    if made:
        typer.echo(f"密码，只显示这一次 · the password, shown this once: {password}")


def _iso(value: Any) -> str:
    return str(value.isoformat())
