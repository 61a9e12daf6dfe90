"""Tests of deploy.servers: `up`, `down` and `status` on real servers."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy import broker, record
from deploy.problem import Problem
from deploy.servers import Servers, down, status, up


def test_up_again_changes_nothing(servers: Servers) -> None:
    assert up(servers.state) == servers == status(servers.state)


def test_status_of_an_empty_folder_starts_nothing(state: Path) -> None:
    now = status(state)

    assert (now.running, now.private, now.database_url, now.mqtt_url) == (False, True, "", "")
    assert not state.exists()
    assert not down(state)


def test_passwords_are_kept_where_only_the_owner_reads(servers: Servers) -> None:
    kept = servers.state / "state.json"
    password = urlsplit(servers.database_url).password or "none"

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert password in kept.read_text()
    for folder in ("postgres", "mosquitto", "log"):
        assert stat.S_IMODE((servers.state / folder).stat().st_mode) == 0o700
    assert not (servers.state / "initdb.password").exists()


async def test_the_database_lets_nobody_in_without_the_password(servers: Servers) -> None:
    for password in ("", "hotgrid"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(servers.database_url, password=password or "x")


def test_the_broker_lets_nobody_in_without_the_password(servers: Servers) -> None:
    port = urlsplit(servers.mqtt_url).port or 0

    assert broker.accepts(port, urlsplit(servers.mqtt_url).password or "")
    assert not broker.accepts(port, "")
    assert not broker.accepts(port, "hotgrid")


def test_both_listen_on_the_loopback_only_below_the_ephemeral_ports(servers: Servers) -> None:
    wanted = {urlsplit(url).port for url in (servers.database_url, servers.mqtt_url)}
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {(fields[1].split(":")[0], int(fields[1].split(":")[1], 16)) for fields in lines if fields[3] == "0A"}

    assert {port for _, port in listening} >= wanted
    assert {address for address, port in listening if port in wanted} == {"0100007F"}
    assert all(20_000 <= port < 30_000 for port in wanted if port)


async def test_the_application_owns_nothing_and_the_owner_is_no_superuser(servers: Servers) -> None:
    connection = await asyncpg.connect(servers.database_url)
    try:
        roles = await connection.fetch("SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname ~ '^hotgrid'")
        assert {tuple(role) for role in roles} == {
            ("hotgrid", False, True),
            ("hotgrid_app", False, False),
            ("hotgrid_enterprise", False, False),
        }
        await connection.execute("SET ROLE hotgrid_app")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE taken (id int)")
    finally:
        await connection.close()


async def test_the_owner_makes_and_copies_databases_that_have_timescaledb(servers: Servers) -> None:
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute("CREATE DATABASE parent")
        parent = await asyncpg.connect(servers.database_url, database="parent")
        await parent.execute("CREATE TABLE series (ts timestamptz NOT NULL, value int)")
        await parent.execute("SELECT create_hypertable('series', by_range('ts'))")
        await parent.execute("INSERT INTO series VALUES ('2026-11-21T00:00:00Z', 7)")
        await parent.close()
        await connection.execute("CREATE DATABASE copy TEMPLATE parent")
        copy = await asyncpg.connect(servers.database_url, database="copy")
        await copy.execute("INSERT INTO series VALUES ('2027-11-21T00:00:00Z', 8)")
        assert await copy.fetchval("SELECT count(*) FROM show_chunks('series')") == 2
        await copy.close()
        await connection.execute("DROP DATABASE copy")
        await connection.execute("DROP DATABASE parent")
    finally:
        await connection.close()


def test_the_logs_tell_of_no_error_at_the_start(state: Path) -> None:
    up(state, throwaway=True)
    down(state)

    logs = "".join(path.read_text() for path in (state / "log").iterdir())

    assert "ready to accept connections" in logs
    assert not [line for line in logs.splitlines() if "ERROR" in line or "FATAL" in line or "WARNING" in line]


def test_a_production_cluster_is_durable_and_a_throwaway_one_is_not(state: Path, servers: Servers) -> None:
    up(state)

    durable = (state / "postgres/postgresql.conf").read_text()
    throwaway = (servers.state / "postgres/postgresql.conf").read_text()

    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert f"\n{setting} = on\n" in durable
        assert f"\n{setting} = off\n" in throwaway


def test_an_up_that_was_cut_off_before_the_database_was_made_is_taken_up_again(state: Path) -> None:
    up(state, throwaway=True)
    down(state)
    kept = record.load(state)
    assert kept is not None
    record.save(state, replace(kept, prepared=False))
    (state / "postgres").rename(state / "postgres.new")

    assert up(state, throwaway=True).running


def test_two_instances_stand_side_by_side(state: Path, servers: Servers) -> None:
    second = up(state, throwaway=True)

    assert second.running
    assert len({urlsplit(url).port for one in (servers, second) for url in (one.database_url, one.mqtt_url)}) == 4
    assert second.database_url != servers.database_url
    assert down(state)
    assert not status(state).running
    assert status(servers.state).running


def test_a_state_folder_of_any_name_will_do(state: Path) -> None:
    odd = state / "状态 dir 'q'"

    assert up(odd, throwaway=True).running
    assert down(odd)


def test_down_leaves_no_process_and_up_finds_the_same_place_again(state: Path) -> None:
    first = up(state, throwaway=True)

    assert down(state)
    assert not down(state)
    stopped = status(state)
    assert (stopped.running, stopped.database_pid, stopped.mqtt_pid) == (False, None, None)
    assert processes_naming(state) == []
    again = up(state, throwaway=True)
    assert (again.database_url, again.mqtt_url) == (first.database_url, first.mqtt_url)


def processes_naming(state: Path) -> list[str]:
    lines = subprocess.check_output(["ps", "-eo", "pid,stat,args"], text=True).splitlines()
    return [line for line in lines if str(state) in line and "ps -eo" not in line]


def test_a_port_that_somebody_else_took_is_given_up(state: Path) -> None:
    first = up(state, throwaway=True)
    down(state)
    said: list[str] = []

    with socket.create_server(("127.0.0.1", urlsplit(first.mqtt_url).port or 0)):
        second = up(state, said.append, throwaway=True)

    assert second.running
    assert second.mqtt_url != first.mqtt_url
    assert second.database_url == first.database_url
    assert any("is taken" in line for line in said)


def test_the_servers_outlive_ctrl_c_in_the_program_that_started_them(state: Path) -> None:
    # A test run in the background of a shell ignores Ctrl-C, and so would its children.
    program = (
        "import os, signal, sys, pathlib, deploy.servers as s; signal.signal(2, signal.SIG_DFL);"
        "s.up(pathlib.Path(sys.argv[1])); os.killpg(0, 2)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, state],
        check=False,
        capture_output=True,
        process_group=0,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert ended.returncode == -signal.SIGINT
    assert status(state).running


def test_configured_servers_are_used_and_none_is_started(
    state: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTGRID_DATABASE_URL", servers.database_url)
    monkeypatch.setenv("HOTGRID_MQTT_URL", servers.mqtt_url)

    now = up(state)

    assert (now.running, now.private) == (True, False)
    assert (now.database_url, now.mqtt_url) == (servers.database_url, servers.mqtt_url)
    assert not state.exists()
    assert not down(state)


def test_a_configured_broker_leaves_only_the_database_to_us(state: Path, servers: Servers) -> None:
    Path(".env").write_text(f"HOTGRID_MQTT_URL={servers.mqtt_url}\n")

    now = up(state, throwaway=True)

    assert (now.running, now.private, now.mqtt_url) == (True, True, servers.mqtt_url)
    assert now.database_url != servers.database_url
    assert not (state / "mosquitto").exists()


@pytest.mark.parametrize("variable", ["HOTGRID_DATABASE_URL", "HOTGRID_MQTT_URL"])
def test_a_configured_server_out_of_reach_is_named(
    state: Path, servers: Servers, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTGRID_DATABASE_URL", servers.database_url)
    monkeypatch.setenv("HOTGRID_MQTT_URL", servers.mqtt_url)
    monkeypatch.setenv(variable, "scheme://user:secret@127.0.0.1:9/x")

    with pytest.raises(Problem, match=variable) as raised:
        up(state)

    assert "secret" not in str(raised.value)
    assert not state.exists()


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Problem, match="HOTGRID_STATE"):
        up(tmp_path / "file/state")


def test_a_damaged_state_file_is_told(state: Path) -> None:
    state.mkdir()
    (state / "state.json").write_text(json.dumps({"half": 1}))

    with pytest.raises(Problem, match=r"\[state\](.|\n)*state\.json"):
        up(state)
