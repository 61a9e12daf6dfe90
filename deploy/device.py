"""`hotgrid device`: by what devices are let in at the broker; made, rotated and revoked while it runs."""

import asyncio
import csv
import json
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import asyncpg
import typer

from deploy import credential, servers
from deploy.audit import audited
from deploy.control import Control
from deploy.credential import CONTROL, SERVICE, Command, Credential
from deploy.option import Json
from deploy.own_broker import write
from deploy.problem import Problem
from deploy.progress import bar
from deploy.transaction import WHO, transaction
from sql.queries import Queries

CREDENTIAL = Queries("credential")
Secrets = dict[str, str]
"""New passwords by device."""

Ids = Annotated[list[str], typer.Argument(help="station_id 或 mn · station_id or mn")]
device = typer.Typer(no_args_is_help=True, help="设备接入消息服务器的凭据 · by what devices are let in at the broker")


@device.command()
@audited("device add")
def add(
    ids: Annotated[list[str] | None, typer.Argument(help="station_id 或 mn · station_id or mn")] = None,
    all_stations: Annotated[
        bool, typer.Option("--all-stations", help="所有还没有的站点 · stations without one")
    ] = False,
    all_monitors: Annotated[
        bool, typer.Option("--all-monitors", help="所有还没有的监测 · monitors without one")
    ] = False,
) -> None:
    """生成密码，只显示这一次（CSV）· make passwords, shown only now (CSV)"""
    if not (ids or all_stations or all_monitors):
        raise typer.BadParameter("ID…, --all-stations, --all-monitors")
    _hand_out(_changed(lambda on: _added(on, ids or [], all_stations, all_monitors)))


@device.command()
@audited("device rotate")
def rotate(ids: Ids) -> None:
    """换密码，旧的立即失效 · other passwords; the old ones end at once"""
    _hand_out(_changed(lambda on: _rotated(on, ids)))


@device.command()
@audited("device revoke")
def revoke(ids: Ids) -> None:
    """立即断开并不再放行 · cut off at once, and let in no more"""
    _changed(lambda on: _revoked(on, ids))
    _say(f"已吊销 · revoked: {len(ids)}")


@device.command("list")
def list_(as_json: Json = False) -> None:
    """列出 · list them"""
    rows = [dict(row) for row in asyncio.run(transaction("device", lambda on: CREDENTIAL.listed.fetch(on)))]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=datetime.isoformat))
        return
    for row in rows:
        since = row["rotated_at"] or row["made_at"]
        ended = f"已吊销 · revoked {row['revoked_at']:%Y-%m-%d %H:%M}Z" if row["revoked_at"] else ""
        typer.echo(f"{row['device_id']:30}  {since:%Y-%m-%d %H:%M}Z  {ended}".rstrip())
    if not rows:
        typer.echo("没有 · none")


@device.command()
@audited("device apply")
def apply() -> None:
    """使消息服务器与数据库一致，例如恢复备份之后 · bring the broker in line with the database, as after a restore"""
    found = servers.use()
    url = servers.control_url(found)
    if not url:
        raise Problem("own-broker", *_OWN)
    wanted = asyncio.run(transaction("device", _holding))
    with Control(url) as control:
        surplus, lacking = credential.difference(wanted, control.clients())
        control.run([credential.removal(name) for name in surplus])
    if lacking and not servers.let_in(found, [credential.entry(one) for one in wanted], _say):
        what = f"只知道密码的哈希 · only the hashes of these are known: {', '.join(lacking[:20])}"
        raise Problem("hashes", what, "hotgrid device rotate, 或 · or hotgrid device export")
    _say(f"一致 · in line: {len(wanted)}，去掉 · removed {len(surplus)}，补上 · put in {len(lacking)}")


@device.command()
@audited("device export")
def export(folder: Annotated[Path, typer.Argument(file_okay=False, help="目录 · folder")]) -> None:
    """写出自己的消息服务器所需的文件 · write the files that a broker of your own needs"""
    found = servers.use()
    wanted = asyncio.run(transaction("device", _holding))
    _say(write(folder, wanted, found.mqtt_url, servers.control_url(found), servers.device_rules()))


_OWN = (
    "消息服务器不归本程序管 · the broker is your own",
    f"设置 {servers.CONTROL_VARIABLE}，或 hotgrid device export · set it, or hotgrid device export",
)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _hand_out(made: Secrets) -> None:
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(("device_id", "password"))
    lines.writerows(made.items())


async def _holding(on: asyncpg.Connection) -> list[Credential]:
    await CREDENTIAL.alone.execute(on)
    return [Credential(row["device_id"], row["hash"]) for row in await CREDENTIAL.holding.fetch(on)]


def _changed(change: Callable[[asyncpg.Connection], Awaitable[tuple[list[Command], Secrets]]]) -> Secrets:
    """Change the database, tell the broker, and only then commit: what the broker did not take never was."""
    found = servers.use()
    url = servers.control_url(found)

    async def work(on: asyncpg.Connection) -> Secrets:
        await CREDENTIAL.alone.execute(on)
        commands, made = await change(on)
        if url and commands:
            await asyncio.to_thread(_tell, url, commands)
        return made

    made = asyncio.run(transaction("device", work))
    if not url:
        _say(": ".join(_OWN))
    return made


def _tell(url: str, commands: Sequence[Command]) -> None:
    with Control(url) as control, bar("broker") as progress:
        control.run(commands, progress)


async def _added(
    on: asyncpg.Connection, named: list[str], stations: bool, monitors: bool
) -> tuple[list[Command], Secrets]:
    for device_id in named:
        _check(device_id)
    known = {row["name"] for row in await CREDENTIAL.known.fetch(on, names=named)}
    _refuse("unknown", "登记表里没有 · not in the registry", [name for name in named if name not in known])
    wanted = {**dict.fromkeys(named), **dict.fromkeys(await _all(on, stations, monitors))}
    made = _drawn(wanted)
    new = {row["device_id"] for row in await CREDENTIAL.put.fetch(on, **_columns(made), who=WHO)}
    _refuse("has-one", "已有凭据，用 rotate 更换 · has one; rotate it", [name for name in named if name not in new])
    return _puts(made, new)


async def _all(on: asyncpg.Connection, stations: bool, monitors: bool) -> list[str]:
    rows = (await CREDENTIAL.stations.fetch(on) if stations else []) + (
        await CREDENTIAL.monitors.fetch(on) if monitors else []
    )
    usable = []
    for row in rows:
        try:
            _check(row["device_id"])
            usable.append(row["device_id"])
        except Problem as problem:
            _say(f"跳过 · left out: {problem.what}")
    return usable


async def _rotated(on: asyncpg.Connection, named: list[str]) -> tuple[list[Command], Secrets]:
    made = _drawn(dict.fromkeys(named))
    changed = {row["device_id"] for row in await CREDENTIAL.rotate.fetch(on, **_columns(made))}
    _refuse("no-credential", "没有有效的凭据 · has none that holds", [name for name in named if name not in changed])
    return _puts(made, changed)


async def _revoked(on: asyncpg.Connection, named: list[str]) -> tuple[list[Command], Secrets]:
    rows = await CREDENTIAL.revoke.fetch(on, device_ids=named, at=datetime.now(UTC))
    gone = {row["device_id"] for row in rows}
    _refuse("no-credential", "没有有效的凭据 · has none that holds", [name for name in named if name not in gone])
    return [credential.removal(name) for name in sorted(gone)], {}


Drawn = dict[str, tuple[Credential, str]]


def _drawn(wanted: dict[str, Any]) -> Drawn:
    drawn: Drawn = {}
    for device_id in wanted:
        secret = credential.password([secrets.randbelow(len(credential.LETTERS)) for _ in range(credential.LENGTH)])
        hashed = credential.hashed(secret, secrets.token_bytes(credential.SALT_BYTES))
        drawn[device_id] = Credential(device_id, hashed), secret
    return drawn


def _columns(made: Drawn) -> dict[str, Any]:
    hashes = [one.hash for one, _ in made.values()]
    return {"device_ids": list(made), "hashes": hashes, "at": datetime.now(UTC)}


def _puts(made: Drawn, which: set[str]) -> tuple[list[Command], Secrets]:
    chosen = {name: pair for name, pair in made.items() if name in which}
    commands = [command for one, secret in chosen.values() for command in credential.put(one, secret)]
    return commands, {name: secret for name, (_, secret) in chosen.items()}


def _check(device_id: str) -> None:
    user = unquote(urlsplit(servers.use().mqtt_url).username or "")
    try:
        credential.check(device_id, (SERVICE, CONTROL, user))
    except ValueError as error:
        fix = "换一个设备编号 · give the device another name"
        raise Problem("name", f"不能作用户名 · cannot be a user's name: {error}", fix) from error


def _refuse(code: str, why: str, names: list[str]) -> None:
    if names:
        raise Problem(code, f"{why}: {', '.join(names[:20])}", "看 hotgrid device list · see hotgrid device list")
