"""The command: every check, one line each; exit status 1 where one has failed."""

import asyncio
import json
from collections.abc import Iterator

import typer

from deploy import servers
from deploy.doctor.finding import Finding
from deploy.option import Json
from deploy.problem import Problem


def doctor(as_json: Json = False) -> None:
    """检查配置、数据库、消息服务器、时钟、推送 · checks configuration, database, broker, clocks, push channels"""
    found = []
    for finding in _checks():
        found.append(finding)
        if not as_json:
            typer.echo(finding.line)
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in found], ensure_ascii=False))
    if any(finding.state == "failed" for finding in found):
        raise typer.Exit(1)


def _checks() -> Iterator[Finding]:
    from deploy.doctor import machine
    from deploy.doctor.broker import broker
    from deploy.doctor.database import database

    try:
        here = servers.use()
    except Problem as problem:
        yield Finding("servers", "failed", problem.what, problem.fix)
        return
    yield Finding("servers", "ok", f"私有 · private, {here.state}" if here.private else "外部 · configured")
    yield machine.configuration()
    yield machine.listening()
    yield machine.disk(here.state)
    yield from asyncio.run(database(here.database_url))
    yield broker(here.mqtt_url)
