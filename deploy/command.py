"""The `hotgrid` command."""

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy import servers
from deploy.audit import audit, recorded
from deploy.backtest import backtest
from deploy.ca import ca
from deploy.contacts import contacts
from deploy.device import device
from deploy.doctor.command import doctor
from deploy.evidence import evidence
from deploy.export import export
from deploy.forever import log_to_stderr, until_stopped
from deploy.gateway import gateway
from deploy.keep import keep
from deploy.key import key
from deploy.load import load
from deploy.mapping import map_
from deploy.option import Folder, Json
from deploy.problem import Problem
from deploy.progress import bar
from deploy.rejects import rejects
from deploy.servers import Servers
from deploy.user import user

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=False)


def main() -> None:
    """Run the command; every expected failure is one message and exit status 1."""
    try:
        app()
    except Problem as problem:
        _fail(f"error [{problem.code}]: {problem.what}\n  fix: {problem.fix}")
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        _fail(f"error: {error or type(error).__name__}")


def _expected() -> tuple[type[Exception], ...]:
    """Failures whose message says it all; imported only when something has failed."""
    import asyncpg
    from pydantic import ValidationError

    from alerts.tuning_file import TuningError
    from ingest.export import ExportError
    from ingest.folder import FolderError
    from ingest.load import LoadError
    from ingest.mapping import MappingError
    from ingest.recording import RecordingError
    from sql.migrate import MigrationError

    ours = ExportError, FolderError, LoadError, MappingError, MigrationError, RecordingError, TuningError
    return asyncpg.PostgresError, OSError, ValidationError, *ours


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    sys.exit(1)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _now() -> datetime:
    return datetime.now(UTC)


@app.command()
def up() -> None:
    """启动私有 TimescaleDB 和 Mosquitto · start the private TimescaleDB and Mosquitto"""
    found = servers.up(say=_say)
    _describe(found)


@app.command()
def down() -> None:
    """停止私有服务器 · stop the private servers"""
    if not servers.down(say=_say):
        _say("没有在运行 · nothing was running")


@app.command()
def status(as_json: Json = False) -> None:
    """显示服务器状态 · show the servers"""
    found = servers.status()
    if as_json:
        typer.echo(json.dumps(asdict(found), default=str))
    else:
        _describe(found)


def _describe(found: Servers) -> None:
    def line(name: str, runs: bool, kind: str) -> str:
        return f"{name:9} {'运行 · running' if runs else '停止 · stopped'}  {kind}"

    kind = f"私有 · private, {found.state}" if found.private else "外部 · configured"
    kept = found.programs
    versions = f"PostgreSQL {kept.postgres}, TimescaleDB {kept.timescaledb} ({kept.license})" if kept.postgres else ""
    typer.echo(line("database", found.database_running, f"{kind}  {versions}"))
    typer.echo(line("mqtt", found.mqtt_running, f"{kind}  {f'Mosquitto {kept.mosquitto}' if kept.mosquitto else ''}"))


@app.command()
def migrate() -> None:
    """把数据库升级到最新结构 · bring the database to the newest schema"""
    from sql.migrate import migrate

    done = asyncio.run(migrate(servers.use().database_url, _say))
    _say(f"完成 · done: {len(done)} 个新迁移 · new migrations")


@app.command("import")
def import_(folder: Folder, as_json: Json = False) -> None:
    """装入或更新登记表 · load or update a registry folder"""
    from ingest.importer import import_folder

    with recorded("import", {"folder": folder}):
        report = asyncio.run(import_folder(folder, servers.use().database_url, _now()))
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
        return
    for warning in report.warnings:
        _say(f"警告 · warning: {warning}")
    for name, count in report.counts.items():
        text = f"新增 · added {count.added}, 更改 · changed {count.changed}, 移除 · removed {count.removed}"
        typer.echo(f"{name:17} {text}")


@app.command()
def findings(as_json: Json = False) -> None:
    """溯源命中率 · how often the alert had named whom the field team found"""
    from deploy.findings import lines, read

    score = asyncio.run(read(servers.use().database_url))
    typer.echo(json.dumps(score.line()) if as_json else "\n".join(lines(score)))


@app.command()
def ingest() -> None:
    """接收读数 · take readings in (MQTT → TimescaleDB)"""
    servers.use()
    from ingest.pipeline import ingest
    from ingest.settings import IngestSettings

    settings = IngestSettings()
    until_stopped(lambda stop: ingest(settings, _now, stop))


@app.command()
def detect() -> None:
    """逐分钟判定 · judge every minute"""
    servers.use()
    from alerts.detect import detect
    from alerts.settings import DetectSettings

    settings = DetectSettings()
    until_stopped(lambda stop: detect(settings, _now, stop))


@app.command()
def notify() -> None:
    """推送通知 · deliver notices"""
    servers.use()
    from alerts.notify import notify
    from alerts.settings import NotifySettings

    settings = NotifySettings()
    until_stopped(lambda stop: notify(settings, _now, stop))


@app.command()
def serve() -> None:
    """网页与接口 · serve the API and the page"""
    servers.use()
    from service.serve import ServeError, serve
    from service.settings import ServiceSettings

    log_to_stderr()
    try:
        serve(ServiceSettings())
    except ServeError as error:
        _fail(f"error: {error}")


@app.command()
def simulate(
    folder: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="登记表 · registry folder")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 · seed of the weather and the emissions")] = 20,
    emissions: Annotated[float, typer.Option(min=0, help="每天排放次数 · emissions a day")] = 8.0,
) -> None:
    """模拟一批站点，不停地发布 · a fleet of simulated stations publishing for ever"""
    from deploy.demo import DISTRICT
    from deploy.fleet import Fleet
    from deploy.simulate import simulate
    from ingest.folder import read_folder

    registry, _ = read_folder(folder or DISTRICT)
    url = servers.use().mqtt_url
    fleet = Fleet(registry, seed, emissions)
    until_stopped(lambda stop: simulate(fleet, url, stop))


@app.command()
def demo(
    scenario: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="场景 · scenario folder")
    ] = None,
    speed: Annotated[str, typer.Option(help="场景的倍速，或 max · times real time, or max")] = "max",
) -> None:
    """演示全部功能 · the whole service on a simulated district, or on a recording"""
    from deploy.demo import demo

    demo(scenario, _speed(speed), _say)


@app.command()
def run() -> None:
    """一台机器上运行全部 · servers, schema and all processes on one machine"""
    from alerts.settings import DetectSettings
    from deploy.run import run
    from sql.migrate import migrate

    found = servers.up(say=_say)
    asyncio.run(migrate(found.database_url, _say))
    servers.use()
    DetectSettings()  # what the detector would refuse is refused before anything runs
    until_stopped(lambda stop: run({}, stop))


app.command()(backtest)
app.command()(ca)
app.command()(doctor)
app.command()(export)
app.command()(gateway)
app.command()(keep)
app.command()(load)
app.command()(rejects)
app.command("map")(map_)
app.add_typer(audit, name="audit")
app.add_typer(contacts, name="contacts")
app.add_typer(evidence, name="evidence")
app.add_typer(key, name="key")
app.add_typer(user, name="user")
app.add_typer(device, name="device")


@app.command()
def replay(
    folder: Folder,
    speed: Annotated[str, typer.Option(help="倍速，或 max · times real time, or max")] = "1",
    batch: Annotated[int, typer.Option(min=1, max=1440, help="每条消息的分钟数 · minutes a message")] = 1,
) -> None:
    """把一个场景文件夹发布到 MQTT · publish a scenario folder over MQTT"""
    from deploy.replay import replay

    url = servers.use().mqtt_url
    with bar("replay") as progress:
        sent = replay(folder, url, _speed(speed), batch, progress)
    typer.echo(f"{sent} messages")


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise typer.BadParameter("a number above 0, or max", param_hint="--speed")
    return speed
