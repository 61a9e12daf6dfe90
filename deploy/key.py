"""`hotgrid key`: keys of programs, made and revoked by the operator at the machine."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import asyncpg
import typer

from deploy.audit import audited
from deploy.option import Json
from deploy.problem import Problem
from deploy.transaction import WHO, transaction

Result = TypeVar("Result")
key = typer.Typer(no_args_is_help=True, help="程序密钥 · keys of programs")


@key.command()
@audited("key add")
def add(
    account: Annotated[str, typer.Argument(help="以哪个账号行事 · as which account it acts")],
    name: Annotated[str, typer.Option(help="用途 · what it is for")],
    enterprise: Annotated[str | None, typer.Option(help="只限这家企业 · for this enterprise alone")] = None,
    writes: Annotated[
        bool, typer.Option("--writes", help="可以更改，否则只读 · may change things, not only read")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=730, help="有效天数 · for how many days")] = 365,
) -> None:
    """新建密钥，只显示一次 · make one; it is shown this once"""
    from service.account.key import RefusedKey, Wish
    from service.account.key import add as make

    wish = Wish(account, _text(name), writes, enterprise, timedelta(days=days))
    try:
        made = _do(lambda on: make(on, wish, WHO, datetime.now(UTC)))
    except RefusedKey as error:
        fix = "看 hotgrid user list · see hotgrid user list"
        raise Problem("key", f"{error.field}: {error}", fix) from error
    typer.echo(f"密钥，只显示这一次 · the key, shown this once: {made.key}")
    typer.echo(f"到期 · good until {made.expires_at:%Y-%m-%d %H:%M}Z")


@key.command("list")
def list_(
    account: Annotated[str | None, typer.Argument(help="只看这个账号 · of this account")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="含已失效的 · with those that have ended")] = False,
    as_json: Json = False,
) -> None:
    """列出密钥 · list them, without their secrets"""
    from service.account.key import API_KEY

    now = datetime.now(UTC)
    rows = _do(lambda on: API_KEY.listed.fetch(on, account=account, ended=ended, after="", now=now, limit=100_000))
    if as_json:
        typer.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, default=datetime.isoformat))
        return
    for row in rows:
        used = f"{row['last_used']:%Y-%m-%d %H:%M}Z" if row["last_used"] else "从未用 · never used"
        mode = "rw" if row["writes"] else "r-"
        until = f"{row['expires_at']:%Y-%m-%d}"
        whose = f"{row['account']} {row['enterprise_id'] or ''}"
        typer.echo(f"{row['prefix']} {mode} {whose:24} → {until}  {used:20} {row['name']}")
    if not rows:
        typer.echo("没有 · none")


@key.command()
@audited("key revoke")
def revoke(prefix: Annotated[str, typer.Argument(help="密钥小数点前的部分 · the part before the full stop")]) -> None:
    """吊销，立即失效 · revoke one, at once"""
    from service.account.key import revoke

    if not _do(lambda on: revoke(on, prefix, None, datetime.now(UTC))):
        raise Problem(
            "no-key", f"没有这个可用的密钥 · no key {prefix} is in use", "看 hotgrid key list · see hotgrid key list"
        )
    typer.echo(f"已吊销 · revoked: {prefix}")


def _do(work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    return asyncio.run(transaction("key", work))


def _text(name: str) -> str:
    if not name.isprintable() or not 1 <= len(name) <= 64:
        raise typer.BadParameter("1 to 64 characters that can be printed", param_hint="--name")
    return name
