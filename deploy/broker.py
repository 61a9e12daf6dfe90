"""The private Mosquitto: configured, started, stopped."""

import base64
import hashlib
import os
import signal
import socket
import struct
from pathlib import Path

from deploy import place, process
from deploy.engine.programs import Broker
from deploy.place import Account
from deploy.problem import Problem

# max_queued_messages and autosave_interval decide what a crash and a long stop of the consumers cost: with the defaults
# (1000, 1800 s) the backlog is lost. Never 0 queued messages: broken in 2.0.16-2.0.21.
_SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
persistence true
persistence_location {folder}/
autosave_interval 15
max_queued_messages 200000
max_inflight_messages 10000
max_packet_size 2097152
queue_qos0_messages false
persistent_client_expiration 30d
set_tcp_nodelay true
connection_messages false
log_dest stderr
log_timestamp_format %Y-%m-%dT%H:%M:%S
log_type error
log_type warning
"""
USER = "hotgrid"


def pid(folder: Path) -> int | None:
    """The PID of the broker that runs from ``folder``, or None; a stale or a stranger's PID is None."""
    try:
        number = int((folder / "pid").read_text())
    except (OSError, ValueError):
        return None
    return number if process.is_alive(number, folder / "mosquitto.conf") else None


def accepts(port: int, password: str) -> bool:
    """Whether a broker on ``port`` of the loopback lets our user in (MQTT 3.1.1 CONNECT answered by CONNACK 0)."""
    body = _field("MQTT") + b"\x04\xc2\x00\x0a" + _field("") + _field(USER) + _field(password)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(bytes([0x10, len(body)]) + body)
            return connection.recv(4) == b"\x20\x02\x00\x00"
    except OSError:
        return False


def _field(text: str) -> bytes:
    return struct.pack(">H", len(text.encode())) + text.encode()


def start(program: Broker, folder: Path, port: int, password: str, who: Account | None) -> None:
    """Start the broker on ``port`` of the loopback and wait till it lets our user in."""
    place.make(folder, who)
    settings = folder / "mosquitto.conf"
    log = folder.parent / "log" / "mosquitto.log"
    place.write(folder / "passwords", f"{USER}:{_hashed(password)}\n", who)
    place.write(settings, _SETTINGS.format(port=port, folder=folder), who)
    number = process.launch([program.program, "-c", settings], log, who)
    (folder / "pid").write_text(str(number))
    # A large backlog is read before the listener opens, so the limit is generous.
    process.until(lambda: accepts(port, password) or not process.is_alive(number, settings), 120)
    if not accepts(port, password):
        raise Problem("mosquitto", f"Mosquitto 没有启动 · Mosquitto did not start:\n{process.tail(log)}", f"{log}")


def _hashed(password: str) -> str:
    """The password as ``mosquitto_passwd`` writes it: PBKDF2-HMAC-SHA512, 101 rounds."""
    salt = os.urandom(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def stop(folder: Path) -> bool:
    """Stop the broker of ``folder`` (clean, the backlog is saved); True when one ran."""
    number = pid(folder)
    if number:
        process.stop(number, folder / "mosquitto.conf", signal.SIGTERM)
    return number is not None
