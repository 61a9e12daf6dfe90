"""Credentials and sessions outlive what happens to the broker, and no change of credentials costs a message."""

import asyncio
import csv
import io
import os
import signal
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from deploy import place, process, record, servers
from deploy.broker import pid
from deploy.command import app
from deploy.publisher import Publisher
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers, down, up
from tests.support.deadline import wait_for
from tests.support.device import Device, as_user, connected

READING = "hotgrid/v1/station/S1/reading"
SESSION_S = 3600


@pytest.fixture
def own(state: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Servers:
    """A broker of this test's own, beside the database of the run."""
    monkeypatch.setenv(DATABASE_VARIABLE, database)
    monkeypatch.setenv("HOTGRID_STATE", str(state))
    asyncio.run(register(database))
    return up(state)


async def register(database: str) -> None:
    connection = await asyncpg.connect(database)
    for device_id in ("S1", "S2"):
        number = await connection.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", device_id)
        await connection.execute("INSERT INTO station VALUES ($1, '', 'micro', 0, 0, '', '')", number)
    await connection.close()


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["device", *arguments], catch_exceptions=False)
    os.environ.pop(MQTT_VARIABLE)  # a command ends with its process
    assert done.exit_code == 0, done.output
    return done.stdout


def address(found: Servers, csv_text: str) -> str:
    """That of the first device of the passwords."""
    row = next(csv.DictReader(io.StringIO(csv_text)))
    return as_user(found.mqtt_url, row["device_id"], row["password"])


def kill(state: Path) -> None:
    number = pid(state)
    assert number
    os.kill(number, signal.SIGKILL)
    assert process.until(lambda: pid(state) is None, 10)


def test_they_outlive_down_and_up_and_a_broker_that_is_killed(own: Servers) -> None:
    url = address(own, run("add", "S1", "S2"))
    lost = address(own, run("rotate", "S2"))
    run("revoke", "S2")
    for end in (down, kill):
        end(own.state)
        assert up(own.state).mqtt_url == own.mqtt_url
        with connected(url) as station:
            assert station.publish("hotgrid/v1/station/S2/reading") == "Not authorized"
        assert Device(lost).refusal


def test_ten_changes_of_credentials_cost_no_message_and_nobody_else_a_connection(own: Servers) -> None:
    url = address(own, run("add", "S1"))
    away = Device(own.mqtt_url, client_id="away", expiry_s=SESSION_S)
    away.refused([READING])
    away.leave()
    with connected(own.mqtt_url, client_id="reader", expiry_s=SESSION_S) as reader, Publisher(url) as station:
        reader.refused([READING])
        for change in range(10):
            for number in range(100):
                station.publish(READING, b"%d" % (100 * change + number))
            run(*(("add", "S2") if change == 0 else ("revoke", "S2") if change == 9 else ("rotate", "S2")))
            for number in range(100, 200):
                station.publish(READING, b"%d" % (1000 + 100 * change + number))
        station.drain()
        wait_for(lambda: len(reader.got) == 2000)
        assert not reader.cut.is_set()
    back = Device(own.mqtt_url, client_id="away", expiry_s=SESSION_S)
    wait_for(lambda: len(back.got) == 2000)
    assert len(set(back.payloads())) == 2000
    back.leave()


def ticks(device: Device, number: int) -> None:
    """Wait until the broker has told the time so often: it looks for sessions that have expired as often."""
    device.refused(["$SYS/broker/uptime"])
    before = len(device.got)
    wait_for(lambda: len(device.got) >= before + number)


def test_sessions_that_wait_since_before_a_restart_stay_whole(own: Servers) -> None:
    """With files and SIGHUP one of them would be lost: that is why they are not the way."""
    url = address(own, run("add", "S1"))
    waiting = Device(own.mqtt_url, client_id="ingest", expiry_s=SESSION_S)
    waiting.refused([READING])
    waiting.leave()
    with connected(url) as station:
        assert station.publish(READING, b"1") == "Success"
    down(own.state)
    up(own.state)
    for change in (("add", "S2"), ("rotate", "S2"), ("revoke", "S2")):
        run(*change)
    with connected(own.mqtt_url, client_id="ingest", expiry_s=SESSION_S) as back:
        ticks(back, 2)
        with connected(own.mqtt_url, client_id="next", expiry_s=SESSION_S) as one, connected(own.mqtt_url) as other:
            ticks(back, 3)
            assert not any(device.cut.is_set() for device in (back, one, other))
        assert back.payloads()[0] == b"1"


@pytest.mark.parametrize("left", [None, "", '{"roles": []}'])
def test_a_broker_that_forgot_its_devices_is_told_again_with_the_hashes(own: Servers, left: str | None) -> None:
    url = address(own, run("add", "S1"))
    reader = Device(own.mqtt_url, client_id="reader", expiry_s=SESSION_S)
    reader.refused([READING])
    reader.leave()
    with connected(url) as station:
        station.publish(READING, b"kept")
    down(own.state)
    known = own.state / "mosquitto/dynamic-security.json"
    known.unlink() if left is None else known.write_text(left)
    up(own.state)
    assert Device(url).refusal
    run("apply")
    with connected(url) as station, connected(own.mqtt_url, client_id="reader", expiry_s=SESSION_S) as back:
        wait_for(lambda: back.payloads() == [b"kept"])
        assert station.publish("hotgrid/v1/station/S2/reading") == "Not authorized"


def test_a_state_folder_of_before_there_were_credentials_gets_them(own: Servers) -> None:
    folder = own.state / "mosquitto"
    settings = (folder / "mosquitto.conf").read_text()
    down(own.state)
    kept = record.load(own.state)
    assert kept
    text = (own.state / "state.json").read_text()
    (own.state / "state.json").write_text(text.partition(',\n "control_password"')[0] + "}")
    for name in ("acl", "dynamic-security.json"):
        (folder / name).unlink()
    (folder / "passwords").write_text((folder / "passwords").read_text().splitlines()[0] + "\n")
    lines = settings.partition("\n# devices")[0].splitlines()
    old = [line for line in lines if not line.startswith(("acl_file", "plugin"))]
    (folder / "mosquitto.conf").write_text("\n".join(old))
    program = Path(own.programs.mqtt_programs) / "mosquitto"
    who = place.account(own.state)
    number = process.launch([program, "-c", folder / "mosquitto.conf"], own.state / "log/mosquitto.log", who)
    (own.state / "mosquitto.pid").write_text(f"{number}\n")
    wait_for(lambda: servers.status(own.state).running)

    assert up(own.state).mqtt_url == own.mqtt_url
    with connected(address(own, run("add", "S1"))) as station:
        assert station.publish("hotgrid/v1/station/S2/reading") == "Not authorized"
