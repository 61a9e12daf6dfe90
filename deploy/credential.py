"""What a device is let in by: a name, the hash of a password, and what the broker is told of them."""

import base64
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

SERVICE, CONTROL = "hotgrid", "hotgrid-control"
"""The broker's users that are no devices: our processes, and who tells the broker of devices."""

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another: people type it into loggers
LENGTH = 20  # 99 bits
SALT_BYTES = 12
LONGEST = 128
_ROUNDS = 101
_ROLE = "device"

Command = dict[str, Any]
"""A command of Mosquitto's dynamic security plugin."""


class Credential(NamedTuple):
    """The password of a device, hashed as ``mosquitto_passwd`` writes it."""

    device_id: str
    hash: str

    @property
    def tag(self) -> str:
        """Tells this password from others of the device, and is of no use for signing in."""
        return hashlib.sha256(self.hash.encode()).hexdigest()[:16]


def check(device_id: str, ours: Sequence[str] = (SERVICE, CONTROL)) -> None:
    """Raise ValueError for a name that cannot be a user's: the broker's rules would read it as another or as many."""
    if device_id in ours:
        raise ValueError(f"{device_id}: 是服务自己的用户名 · is the name of a user of our own")
    if not 0 < len(device_id) <= LONGEST:
        raise ValueError(f"{device_id[:20]!r}: 1–{LONGEST} 个字符 · must have 1 to {LONGEST} characters")
    if any(letter in "/+#" or unicodedata.category(letter).startswith("C") for letter in device_id):
        raise ValueError(f"{device_id!r}: 不能含 / + # 和控制字符 · must not have / + # or control characters in it")


def password(draw: Sequence[int]) -> str:
    """A password of LENGTH letters, from as many random numbers."""
    return "".join(LETTERS[number % len(LETTERS)] for number in draw)


def hashed(secret: str, salt: bytes) -> str:
    """The password as ``mosquitto_passwd`` writes it: PBKDF2-HMAC-SHA512, 101 rounds."""
    key = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def put(credential: Credential, secret: str) -> list[Command]:
    """Let a device in by this password and no other; who is connected by another is cut off."""
    made = _client(credential) | {"command": "createClient", "password": secret}
    return [removal(credential.device_id), made]


def removal(device_id: str) -> Command:
    """Let a device in no more, and cut it off."""
    return {"command": "deleteClient", "username": device_id}


def document(template: str, clients: Sequence[Any]) -> str:
    """What the plugin keeps in its file: the roles of ``template``, and these clients."""
    return json.dumps(json.loads(template) | {"clients": list(clients)}, ensure_ascii=False, indent=1)


def clients(text: str) -> list[Any]:
    """The clients in a file of the plugin."""
    found: list[Any] = json.loads(text)["clients"]
    return found


def entry(credential: Credential) -> dict[str, Any]:
    """A device as the plugin keeps it."""
    _, _, rounds, salt, key = credential.hash.split("$")
    return _client(credential) | {"password": key, "salt": salt, "iterations": int(rounds)}


def _client(credential: Credential) -> dict[str, Any]:
    return {
        "username": credential.device_id,
        "textdescription": credential.tag,
        "roles": [{"rolename": _ROLE}],
    }


class Difference(NamedTuple):
    """What the broker lets in and should not, and what it does not know, or by another password."""

    surplus: list[str]
    lacking: list[str]


def difference(wanted: Sequence[Credential], found: Mapping[str, str]) -> Difference:
    """Of the credentials that hold, and the tags that the broker has."""
    tags = {credential.device_id: credential.tag for credential in wanted}
    return Difference(
        sorted(found.keys() - tags.keys()), sorted(name for name, tag in tags.items() if found.get(name) != tag)
    )
