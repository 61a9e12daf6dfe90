"""The private Mosquitto: configured, started, stopped."""

import base64
import hashlib
import os
import signal
import socket
from pathlib import Path

from deploy import place, process
from deploy.engine.programs import Broker
from deploy.place import Account
from deploy.problem import Problem

USER = "hotgrid"


def pid(state: Path) -> int | None:
    """The PID of the broker of ``state``, or None."""
    return process.recorded(state / "mosquitto.pid", _settings(state))


def accepts(port: int, password: str) -> bool:
    """Whether a broker on ``port`` of the loopback lets our user in (MQTT 3.1.1, 3.1 CONNECT and 3.2 CONNACK)."""
    body = _field("MQTT") + b"\x04\xc2\x00\x0a" + _field("") + _field(USER) + _field(password)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(bytes([0x10, len(body)]) + body)
            return connection.recv(4) == b"\x20\x02\x00\x00"
    except OSError:
        return False


def _field(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode("ascii")


def start(program: Broker, state: Path, port: int, password: str, who: Account | None) -> None:
    """Start the broker on ``port`` of the loopback and wait till it lets our user in."""
    folder, log = state / "mosquitto", state / "log/mosquitto.log"
    place.make(folder, who)
    place.write(folder / "passwords", f"{USER}:{_hashed(password)}\n", who)
    place.write(_settings(state), place.filled("mosquitto.conf", port=port, folder=folder), who)
    number = process.launch([program.program, "-c", _settings(state)], log, who)
    place.write(state / "mosquitto.pid", f"{number}\n", None)
    # A large backlog is read before the listener opens, so the limit is generous.
    process.until(lambda: accepts(port, password) or not process.is_alive(number, _settings(state)), 120)
    if not accepts(port, password):
        what = f"Mosquitto 没有启动 · Mosquitto did not start:\n{process.tail(log)}"
        raise Problem("mosquitto", what, f"日志 · its log: {log}")


def _settings(state: Path) -> Path:
    return state / "mosquitto/mosquitto.conf"


def _hashed(password: str) -> str:
    """The password as ``mosquitto_passwd`` writes it: PBKDF2-HMAC-SHA512, 101 rounds."""
    salt = os.urandom(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def stop(state: Path) -> bool:
    """Stop the broker of ``state`` cleanly, its backlog saved; True when one ran."""
    return process.stop(pid(state), _settings(state), signal.SIGTERM)
