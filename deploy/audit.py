"""`hotgrid audit`: the log of every change and every denied try, shown and verified; commands write to it too."""

import asyncio
import functools
import getpass
import inspect
import json
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, ParamSpec, TypeVar

import asyncpg
import typer

from deploy import servers
from deploy.option import Json
from deploy.problem import Problem
from sql.pool import connect

audit = typer.Typer(no_args_is_help=True, help="审计日志 · the log of changes and denied tries")
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
SHOWN = 1_000


@audit.command()
def verify(
    since: Annotated[int | None, typer.Option(min=1, help="保存过的行号 · a line whose hash was kept")] = None,
    kept: Annotated[str | None, typer.Option("--hash", help="它的哈希 · that hash")] = None,
    as_json: Json = False,
) -> None:
    """校验每一行；末行的哈希请存到别处 · try every line; its hash, kept elsewhere, proves all before it"""
    from service.audit.chain import START, BrokenError, Head
    from service.audit.chain import verify as tried

    if (since is None) != (kept is None):
        raise typer.BadParameter("--since and --hash go together", param_hint="--since")
    begin = START if since is None else Head(since, _hash(kept or ""))
    try:
        head = asyncio.run(_with_database(lambda on: tried(on, begin)))
    except BrokenError as error:
        if as_json:
            typer.echo(json.dumps({"intact": False, "line": error.seq, "why": str(error)}, ensure_ascii=False))
            raise typer.Exit(1) from error
        fix = "与备份比对，查明谁改了数据库 · compare with a backup, and find out who changed the database"
        raise Problem("audit-broken", str(error), fix) from error
    count = head.seq - begin.seq
    if as_json:
        typer.echo(json.dumps({"intact": True, "lines": count, "since": head.seq, "hash": head.hash.hex()}))
        return
    typer.echo(f"完好 · intact: {count} 行 · lines")
    if head.seq:
        typer.echo(f"请存到别处 · to be kept elsewhere: --since {head.seq} --hash {head.hash.hex()}")


@audit.command("list")
def list_(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="从何时起，UTC · from then on, UTC")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="至多几行 · lines at most")] = SHOWN,
    as_json: Json = False,
) -> None:
    """列出，新的在先 · list it, newest first"""
    first = None if since is None else f"{since:%Y-%m-%dT%H:%M}"
    for row in asyncio.run(_with_database(lambda on: _read(on, first, limit))):
        typer.echo(json.dumps(row, ensure_ascii=False) if as_json else _told(row))


def audited(operation: str) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Have a command write to the log before it changes anything, and how it came out; its options are named there."""

    def around(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @functools.wraps(command)
        def writing(*given: Parameters.args, **options: Parameters.kwargs) -> Result:
            named = inspect.signature(command).bind(*given, **options).arguments
            with recorded(operation, named):
                return command(*given, **options)

        return writing

    return around


@contextmanager
def recorded(operation: str, named: Mapping[str, object] | None = None) -> Iterator[None]:
    """Write that something is asked for, refusing it where that cannot be; then how it came out. No secret in `named`.

    Raises the driver's error.
    """
    from service.audit.line import ids, line

    said = {
        "account": f"operator:{_operator()}",
        "operation": f"hotgrid {operation}",
        "path": ids({name: value for name, value in (named or {}).items() if value not in (None, False, "", [], ())}),
    }
    url = servers.use().database_url
    number = asyncio.run(_written(url, line("asked", datetime.now(UTC), said)))
    outcome = "done"
    try:
        yield
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        text = line("done", datetime.now(UTC), said | {"outcome": outcome, "asked": number})
        asyncio.run(_written(url, text))


async def _written(url: str, text: str) -> int:
    from service.audit.journal import Journal

    journal = Journal(url)
    try:
        return await journal.append(text)
    finally:
        await journal.close()


def _operator() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user that the machine has no name for
        name = "?"
    return f"{name}@{socket.gethostname()}"


def _hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise typer.BadParameter("64 hexadecimal digits", param_hint="--hash")
    return found


async def _with_database(work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    connection = await connect(servers.use().database_url, "audit")
    try:
        return await work(connection)
    finally:
        await connection.close()


async def _read(on: asyncpg.Connection, first: str | None, limit: int) -> list[dict[str, Any]]:
    from service.audit.journal import AUDIT

    found: list[dict[str, Any]] = []
    before = 2**63 - 1
    while rows := await AUDIT.before.fetch(on, before=before, limit=min(SHOWN, limit - len(found))):
        for row in rows:
            told = {"seq": row["seq"], **json.loads(row["line"])}
            if first is not None and told["at"] < first:
                return found
            found.append(told)
        before = rows[-1]["seq"]
    return found


def _told(row: Mapping[str, Any]) -> str:
    who = row.get("account") or "-"
    came = row.get("status") or row.get("outcome") or ""
    path = " ".join(f"{name}={value}" for name, value in (row.get("path") or {}).items())
    more = f" ×{row['more']}" if "more" in row else ""
    begun = f"{row['seq']:8} {row['at']} {row['event']:6} {who:20} {row.get('address') or '':15}"
    return f"{begun} {row['operation']} {path} {came}{more}".rstrip()
