"""The private Mosquitto: configured, started, stopped."""

import logging
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy import place, process
from deploy.credential import CONTROL, SALT_BYTES, SERVICE, clients, document, hashed
from deploy.engine.programs import Broker
from deploy.place import Account
from deploy.problem import Problem
from deploy.record import Record

logger = logging.getLogger(__name__)
_KNOWN = "dynamic-security.json"
_DEVICES = "# devices\n"


def pid(state: Path) -> int | None:
    """The PID of the broker of ``state``, or None."""
    return process.recorded(state / "mosquitto.pid", _settings(state))


def accepts(port: int, password: str) -> bool:
    """Whether a broker on ``port`` of the loopback lets our user in (MQTT 3.1.1, 3.1 CONNECT and 3.2 CONNACK)."""
    body = _field("MQTT") + b"\x04\xc2\x00\x0a" + _field("") + _field(SERVICE) + _field(password)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(bytes([0x10, len(body)]) + body)
            return connection.recv(4) == b"\x20\x02\x00\x00"
    except OSError:
        return False


def _field(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode("ascii")


def start(program: Broker, state: Path, kept: Record, who: Account | None) -> None:
    """Start the broker on its port of the loopback, and where devices come in; wait till it lets our user in."""
    log, port, password = state / "log/mosquitto.log", kept.mqtt_port, kept.mqtt_password
    _prepare(program, state / "mosquitto", kept, who)
    number = process.launch([program.program, "-c", _settings(state)], log, who)
    place.write(state / "mosquitto.pid", f"{number}\n", None)
    # A large backlog is read before the listener opens, so the limit is generous.
    process.until(lambda: accepts(port, password) or not process.is_alive(number, _settings(state)), 120)
    if not accepts(port, password):
        what = f"Mosquitto 没有启动 · Mosquitto did not start:\n{process.tail(log)}"
        raise Problem("mosquitto", what, f"日志 · its log: {log}")


def _prepare(program: Broker, folder: Path, kept: Record, who: Account | None) -> None:
    """Write all of its files anew; of what the plugin keeps, the devices stay."""
    place.make(folder, who)
    ours = ((SERVICE, kept.mqtt_password), (CONTROL, kept.control_password))
    lines = [f"{user}:{hashed(password, os.urandom(SALT_BYTES))}\n" for user, password in ours]
    place.write(folder / "passwords", "".join(lines), who)
    place.write(folder / "acl", _rules(kept), who)
    let_in(folder.parent, _devices(folder), who)
    kept.listener.copy(folder, who)
    devices = kept.listener.lines(folder)
    values = {"port": kept.mqtt_port, "folder": folder, "plugin": program.plugin, "devices": devices}
    place.write(folder / "mosquitto.conf", place.filled("mosquitto.conf", **values), who)


def let_in(state: Path, devices: Sequence[Any], who: Account | None) -> None:
    """Write who is let in besides our own; a running broker does not read it, and writes its own over it."""
    place.write(state / "mosquitto" / _KNOWN, document(place.text(_KNOWN), devices), who)


def _devices(folder: Path) -> list[Any]:
    try:
        return clients((folder / _KNOWN).read_text())
    except FileNotFoundError:
        return []
    except (ValueError, KeyError):  # half written, as the power went
        logger.warning("%s cannot be read: no device is let in until `hotgrid device apply`", folder / _KNOWN)
        return []


def is_current(state: Path, kept: Record) -> bool:
    """Whether the settings, rules and certificates that the broker of ``state`` was started with are those of today."""
    try:
        devices = _settings(state).read_text().partition(_DEVICES)
        rules = (state / "mosquitto/acl").read_text()
    except FileNotFoundError:
        return False
    folder = state / "mosquitto"
    are_same = devices[1:] == (_DEVICES, kept.listener.lines(folder)) and rules == _rules(kept)
    return are_same and kept.listener.is_copied(folder)


def _rules(kept: Record) -> str:
    return place.text("acl") + kept.listener.rules()


def _settings(state: Path) -> Path:
    return state / "mosquitto/mosquitto.conf"


def stop(state: Path) -> bool:
    """Stop the broker of ``state`` cleanly, its backlog saved; True when one ran."""
    return process.stop(pid(state), _settings(state), signal.SIGTERM)
