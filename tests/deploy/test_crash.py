"""Tests of deploy.servers after a kill -9: `up` heals, and what was kept is kept."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from deploy import place, process
from deploy.servers import Servers, down, status, up

ROWS = 1_000
MESSAGES = 3_000  # more than the 1,000 that Mosquitto keeps unless told otherwise


def kill(pid: int | None) -> None:
    """End a server as a power cut would, and wait till it has gone."""
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert process.until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not cmdline(pid), 10)


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def write(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept (id int PRIMARY KEY)")
    await connection.executemany("INSERT INTO kept VALUES ($1)", [(number,) for number in range(ROWS)])
    await connection.close()


async def count(url: str) -> int:
    connection = await asyncpg.connect(url)
    counted: int = await connection.fetchval("SELECT count(*) FROM kept")
    await connection.close()
    return counted


async def test_a_killed_database_is_told_by_status_and_healed_by_up_with_every_row(state: Path) -> None:
    first = up(state)
    await write(first.database_url)

    kill(first.database_pid)

    hurt = status(state)
    assert (hurt.running, hurt.database_running, hurt.mqtt_running) == (False, False, True)
    healed = up(state)
    assert healed.running
    assert healed.database_url == first.database_url
    assert healed.mqtt_pid == first.mqtt_pid
    assert await count(healed.database_url) == ROWS


async def test_a_killed_broker_is_told_by_status_and_healed_by_up(state: Path) -> None:
    first = up(state)

    kill(first.mqtt_pid)

    hurt = status(state)
    assert (hurt.running, hurt.database_running, hurt.mqtt_running) == (False, True, False)
    healed = up(state)
    assert healed.running
    assert healed.mqtt_url == first.mqtt_url
    assert healed.database_pid == first.database_pid


@pytest.fixture
def stranger() -> Iterator[int]:
    """A process of the account that runs the servers, but none of ours."""
    who = place.run_as(place.account(Path("/nowhere")))
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, **who) as process:
        yield process.pid
        assert process.poll() is None, "the stranger was stopped"
        process.terminate()


async def test_a_stranger_with_a_remembered_pid_is_neither_stopped_nor_taken_for_ours(
    state: Path, stranger: int
) -> None:
    first = up(state)
    await write(first.database_url)
    kill(first.database_pid)
    kill(first.mqtt_pid)
    with (state / "postgres/postmaster.pid").open("r+") as file:
        lines = file.read().splitlines()
        file.seek(0)
        file.write("\n".join([str(stranger), *lines[1:], ""]))
        file.truncate()
    (state / "mosquitto.pid").write_text(str(stranger))

    assert not down(state)
    hurt = status(state)
    assert (hurt.database_running, hurt.mqtt_running) == (False, False)
    healed = up(state)
    assert healed.running
    assert await count(healed.database_url) == ROWS
    assert down(state)


def connected(client: mqtt.Client, servers: Servers) -> mqtt.Client:
    url = urlsplit(servers.mqtt_url)
    client.username_pw_set(url.username or "", url.password)
    client.connect(url.hostname or "", url.port or 0)
    client.loop_start()
    assert process.until(client.is_connected, 10)
    return client


def gone(client: mqtt.Client) -> None:
    client.disconnect()
    client.loop_stop()


def subscribe(servers: Servers) -> None:
    """Open a session that is kept, subscribe, and leave."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="keeper", clean_session=False)
    granted: list[int] = []
    client.on_subscribe = lambda *_: granted.append(1)
    connected(client, servers)
    client.subscribe("hotgrid/v1/#", qos=1)
    assert process.until(lambda: bool(granted), 10)
    gone(client)


def publish(servers: Servers, messages: int) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages = 1000
    connected(client, servers)
    sent = [client.publish(f"hotgrid/v1/station/{number}/reading", b"x", qos=1) for number in range(messages)]
    for message in sent:
        message.wait_for_publish(30)
    gone(client)


def received(servers: Servers) -> int:
    """How many distinct messages the session gets, waiting for MESSAGES of them."""
    topics: set[str] = set()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="keeper", clean_session=False)
    client.on_message = lambda _, __, message: topics.add(message.topic)
    connected(client, servers)
    process.until(lambda: len(topics) == MESSAGES, 30)
    gone(client)
    return len(topics)


def test_the_broker_keeps_the_backlog_of_an_absent_consumer_over_a_restart(state: Path) -> None:
    first = up(state)
    subscribe(first)
    publish(first, MESSAGES)

    down(state)
    again = up(state)

    assert received(again) == MESSAGES


def test_a_killed_broker_keeps_the_backlog_that_it_had_saved(state: Path) -> None:
    first = up(state)
    subscribe(first)
    publish(first, MESSAGES)
    assert first.mqtt_pid
    saved = state / "mosquitto/mosquitto.db"
    os.kill(first.mqtt_pid, signal.SIGUSR1)  # save now, as autosave_interval does every 15 s
    assert process.until(lambda: saved.exists() and saved.stat().st_size > MESSAGES * 40, 30)
    kill(first.mqtt_pid)

    assert received(up(state)) == MESSAGES
