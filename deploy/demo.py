"""`make demo`: the whole service over a small simulated district, or over a recording, on servers of its own."""

import asyncio
import csv
import json
import shutil
import socket
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from alerts.handling.stage import Actor
from alerts.roster import book, change
from alerts.roster.change import By
from deploy import stage
from deploy.cast import PASSWORD, cast
from deploy.crew.play import play
from deploy.emission import Emission, Source, rise
from deploy.engine.apt import Say
from deploy.fleet import Fleet
from deploy.problem import Problem
from deploy.process import until
from deploy.publisher import Progress, Publisher
from deploy.replay import Message, messages, replay
from deploy.roster import ZONE, roster, rotations
from deploy.run import run
from deploy.simulate import messages_of, publish_history, simulate
from deploy.stage import Stage
from deploy.telemetry import telemeter
from ingest.folder import read_folder
from ingest.grid import Floats
from ingest.importer import import_folder
from ingest.recording import minutes_of, read_recording
from ingest.registry import Shift
from service.access import ROLES
from sql.migrate import migrate
from sql.pool import connect

DISTRICT = Path(__file__).parent / "district"
SEED = 20
HISTORY = timedelta(hours=6)  # enough for the detector to know the district
EMISSIONS_A_DAY = 16.0
ROSTER_DAYS = 31
MINUTE = timedelta(minutes=1)
READY_S = 120.0  # for the processes to start on a slow machine
USUAL_AGE_DAYS = 1826
TALKING = 2  # monitors that speak HJ 212 over TCP
APART_M = 2500.0
PLAUSIBLE_RISE = 150.0  # µg/m³


class Stopped(Exception):  # noqa: N818
    """Ctrl-C came in the middle of something long."""


def demo(scenario: Path | None, speed: float | None, say: Say) -> None:
    """Run everything until Ctrl-C or SIGTERM, then leave nothing running.

    `scenario` is a recording to replay instead of the simulation, `speed` times real time (None: as fast as it goes).
    Raises Problem, FolderError, RecordingError.
    """
    if scenario is not None:
        _first_message(scenario)
    try:
        with stage.set_up(say) as place:
            asyncio.run(_show(place, scenario, speed))
    except KeyboardInterrupt:
        pass
    say("已停止，没有留下运行的进程 · stopped, nothing is left running")


async def _show(place: Stage, scenario: Path | None, speed: float | None) -> None:
    """Registry, processes, then history and live or the recording, until stopped."""
    stop = asyncio.Event()
    for number in stage.SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await migrate(place.database_url)
    folder = scenario or with_roster(DISTRICT, place.folder / "registry", datetime.now(ZONE).date())
    report = await import_folder(folder, place.database_url, datetime.now(UTC))
    place.say("登记表 · registry: " + ", ".join(f"{count.added} {name}" for name, count in report.counts.items()))
    if scenario is None:
        await _keep_rotating(place.database_url)
    keys = await cast(place.database_url, read_folder(folder)[0])
    place.say("启动 · starting: ingest, gateway, detect, keep, notify, serve")
    running = asyncio.create_task(run(place.environment() | _age(scenario), stop))
    try:
        await (_recording(place, scenario, speed, stop) if scenario else _live(place, keys, stop))
    except Stopped:
        pass
    finally:
        place.say("正在停止 · stopping")
        stop.set()
        await running


async def _live(place: Stage, keys: Mapping[str, str], stop: asyncio.Event) -> None:
    """Six hours of history at once, then the running minute and on."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    fleet = Fleet(read_folder(DISTRICT)[0], SEED, EMISSIONS_A_DAY)
    fleet = fleet.with_emissions(planned(fleet, now))
    since = now - HISTORY
    await asyncio.to_thread(_wait_for_processes, place, messages_of(fleet, since)[0], stop)
    place.say(f"发布历史 · publishing history: {HISTORY}")
    sent = await asyncio.to_thread(publish_history, fleet, place.mqtt_url, since, now, _until_stopped(stop))
    place.say(f"{sent} 条消息，现在转为实时 · messages; live from now on, with an emission now and then")
    _announce(place, *_invitation(place, fleet))
    talking = sorted({row.mn for row in fleet.registry.monitors})[:TALKING]
    beside = [
        asyncio.create_task(telemeter(fleet, talking, (stage.HOST, place.gateway_port), now)),
        asyncio.create_task(play(place.url, SEED, keys, lambda who: fleet.put_right(who, datetime.now(UTC)))),
    ]
    try:
        await simulate(fleet, place.mqtt_url, stop, now, talking)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)


async def _recording(place: Stage, folder: Path, speed: float | None, stop: asyncio.Event) -> None:
    """A recording, then what has become of it."""
    first = _first_message(folder)
    if first is not None:
        await asyncio.to_thread(_wait_for_processes, place, first[1:], stop)
        place.say(f"回放 · replaying: {folder.name}, {f'{speed:g} ×' if speed else 'max'}")
        if speed is not None:
            _announce(place)
        sent = await asyncio.to_thread(replay, folder, place.mqtt_url, speed, 1, _until_stopped(stop))
        place.say(f"{sent} 条消息已发布 · messages published")
    _announce(place)
    await stop.wait()


def _announce(place: Stage, *more: str) -> None:
    place.say(f"\n  打开 · open  {place.url}\n")
    place.say(f"HJ 212 over TCP: {stage.HOST}:{place.gateway_port}")
    place.say(f"演示账户 · demo accounts: {', '.join(ROLES)} · 密码 · password: {PASSWORD}")
    place.say("只在演示中有，仅限本机 · in the demo only, and to this machine only")
    for line in more:
        place.say(line)
    place.say("Ctrl-C 停止 · stops everything")


def _invitation(place: Stage, fleet: Fleet) -> tuple[str, ...]:
    """How to try the duty desk by hand."""
    station = fleet.registry.stations[0]
    drill = json.dumps({"lon": round(station.lon, 4), "lat": round(station.lat, 4), "severity": 3})
    login = json.dumps({"name": "leader", "password": PASSWORD})
    return (
        "值班人员是模拟的：接警、派单、到场、报告、销号 · the people are simulated: they take, go, report and sign off",
        f"  登录 · sign in:  curl -c jar {place.url}/api/v1/auth/login --json '{login}'",
        f"  试一次演练 · try a drill:  curl -b jar {place.url}/api/v1/drills --json '{drill}'",
        f"  亲手处理（你接的，他们不碰）· handle one yourself (they leave it to you):  {place.url}/docs",
    )


def _age(scenario: Path | None) -> dict[str, str]:
    """The limits of age, wide enough for the recording."""
    if scenario is None:
        return {}
    minutes = minutes_of(read_recording(scenario / "readings.parquet"))
    first = datetime.fromtimestamp(int(minutes.min()) * 60, UTC) if len(minutes) else datetime.now(UTC)
    days = max(USUAL_AGE_DAYS, (datetime.now(UTC) - first).days + 2)
    return {"HOTGRID_MAX_AGE_DAYS": str(days), "HOTGRID_KEEP_DAYS_VERDICT": "0"}


def _first_message(folder: Path) -> Message | None:
    registry, _ = read_folder(folder)
    return next(messages(read_recording(folder / "readings.parquet"), registry), None)


def _until_stopped(stop: asyncio.Event) -> Progress:
    """A progress callback that ends the work when it is time to stop."""

    def check(_: float) -> None:
        if stop.is_set():
            raise Stopped

    return check


def _wait_for_processes(place: Stage, first: tuple[str, bytes], stop: asyncio.Event) -> None:
    """Until somebody takes readings (the broker tells) and the page answers; what nobody takes would be lost.

    `first` is sent again and again meanwhile: it is stored once.
    """
    with Publisher(place.mqtt_url) as publisher:

        def is_heard() -> bool:
            unheard = publisher.unheard
            publisher.publish(*first)
            publisher.drain()
            return publisher.unheard == unheard

        ready = until(lambda: stop.is_set() or (is_heard() and _answers(place.port)), READY_S)
        publisher.unheard = 0
    if stop.is_set():
        raise Stopped
    if not ready:
        what = f"{READY_S:.0f} 秒内没有启动完 · the processes have not started within {READY_S:.0f} s"
        raise Problem("slow", what, "看上面的报错，或设 HOTGRID_LOG=INFO 再试 · see above, or try HOTGRID_LOG=INFO")


def _answers(port: int) -> bool:
    try:
        socket.create_connection((stage.HOST, port), 1).close()
    except OSError:
        return False
    return True


def with_roster(district: Path, folder: Path, today: date) -> Path:
    """A copy of a registry folder in `folder`, with a roster from yesterday on."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(district, folder)
    people = read_folder(district)[0].people
    with (folder / "shifts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(Shift.model_fields))
        writer.writeheader()
        writer.writerows(shift.model_dump(mode="json") for shift in roster(people, today - timedelta(1), ROSTER_DAYS))
    return folder


async def _keep_rotating(database_url: str) -> None:
    """The roster goes on for ever, however long the demo is shown."""
    on = await connect(database_url, "demo")
    try:
        if not await book.entries(on, "rotation"):
            for rotation in rotations(read_folder(DISTRICT)[0].people):
                await change.add(on, "rotation", rotation, By(Actor("demo", "admin"), "演示 · demo", datetime.now(UTC)))
    finally:
        await on.close()


def planned(fleet: Fleet, now: datetime) -> list[Emission]:
    """An emission begun 25 minutes ago that goes on, and one of another kind that a first look will see come up."""
    going = _well_seen(fleet, now - 25 * MINUTE, 90)
    return [going, _well_seen(fleet.with_emissions([going]), now - 3 * MINUTE, 45)]


def _well_seen(fleet: Fleet, start: datetime, minutes: int) -> Emission:
    """From the enterprise that stations see best in its first quarter of an hour, as strong as is plausible there."""
    begin = int(start.timestamp()) // 60

    def rises(enterprise: str) -> Floats:
        """µg/m³ for each g/s at all stations, the lowest first."""
        source = Source(*fleet.places[enterprise], begin, np.ones(60))
        seen = range(begin + 3, begin + 16, 2)
        return np.sort(np.mean([rise(source, minute, fleet.xy, fleet.weather(minute)) for minute in seen], axis=0))

    def is_told_from(one: str, other: str) -> bool:
        """Whether both make alerts of their own: more of the same nearby would only lengthen the alert that is open."""
        far = np.hypot(*np.subtract(fleet.places[one], fleet.places[other])) > APART_M
        return bool(far) or not fleet.mixes[one].keys() & fleet.mixes[other].keys()

    busy = {emission.enterprise_id for emission in fleet.active(begin)}
    free = [key for key in sorted(fleet.places) if all(is_told_from(key, other) for other in busy)]
    enterprise = max(free or sorted(fleet.places), key=lambda key: float(rises(key)[-2]))
    strength = float(np.clip(PLAUSIBLE_RISE / max(rises(enterprise)[-1], 1.0), 1.0, 10.0))
    return Emission(enterprise, start, minutes, strength)
