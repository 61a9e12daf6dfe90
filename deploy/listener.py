"""Where devices come in beside the loopback: an address, and the certificate by which the broker proves who it is."""

import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy import place
from deploy.place import Account
from deploy.problem import Problem

LISTEN, CERTIFICATE, KEY = "HOTGRID_MQTT_LISTEN", "HOTGRID_MQTT_CERT", "HOTGRID_MQTT_KEY"
TOPICS = "HOTGRID_MQTT_DEVICE_TOPICS"
OFF = "off"
_COPIES = "listener.crt", "listener.key"


@dataclass(frozen=True, slots=True)
class Listener:
    """``address`` is host:port, "" for none; the next two are paths of files, "" without TLS.

    ``topics`` are those of vendors' formats that a device may publish to, %u standing for its name, commas between.
    """

    address: str = ""
    certificate: str = ""
    key: str = ""
    topics: str = ""

    def rules(self) -> str:
        """What it adds to the broker's rules."""
        return "".join(f"pattern write {topic}\n" for topic in _listed(self.topics))

    def lines(self, folder: Path) -> str:
        """Its part of the broker's settings, the files lying in ``folder``."""
        if not self.address:
            return ""
        host, port = _parted(self.address)
        # The name of a user is the name of its session too: nobody takes over the session of somebody else.
        text = f"listener {port} {host}\nuse_username_as_clientid true\n"
        if not self.certificate:
            return text
        certificate, key = (folder / name for name in _COPIES)
        return f"{text}certfile {certificate}\nkeyfile {key}\ntls_version tlsv1.2\n"

    def is_copied(self, folder: Path) -> bool:
        """Whether the broker has the files as they are now."""
        pairs = zip((self.certificate, self.key), _COPIES, strict=True)
        return all(Path(path).read_bytes() == _read(folder / copy) for path, copy in pairs if path)

    def copy(self, folder: Path, who: Account | None) -> None:
        """Give the broker the files: it runs as somebody who cannot read the key."""
        for path, copy in zip((self.certificate, self.key), _COPIES, strict=True):
            if path:
                place.write(folder / copy, Path(path).read_text(), who)


NOWHERE = Listener()


def asked(kept: Listener, setting: Callable[[str], str]) -> Listener:
    """What the settings say; who says nothing wants what was ``kept``. Raises Problem."""
    address, topics = (
        "" if told == OFF else told for told in (setting(LISTEN) or kept.address, setting(TOPICS) or kept.topics)
    )
    _check_topics(topics)
    if not address:
        return Listener(topics=topics)
    certificate, key = (_path(setting(name) or old) for name, old in _files(kept))
    _check(listener := Listener(address, certificate, key, topics))
    return listener


def _listed(topics: str) -> list[str]:
    return [topic.strip() for topic in topics.split(",") if topic.strip()]


def _check_topics(topics: str) -> None:
    for topic in _listed(topics):
        levels = topic.split("/")
        if levels.count("%u") != 1 or any(letter in topic for letter in "+#$ ") or levels[0] in ("hotgrid", "%u"):
            what = f"{TOPICS}: {topic}: 要有一级 %u，不能有 + # $ 或空格 · needs one level %u, and no + # $ or blank"
            raise Problem("topics", what, f"例如 · for example {TOPICS}=acme/%u/up")


def _files(kept: Listener) -> tuple[tuple[str, str], ...]:
    return (CERTIFICATE, kept.certificate), (KEY, kept.key)


def _path(named: str) -> str:
    return str(Path(named).expanduser().resolve()) if named else ""


def _parted(address: str) -> tuple[str, int]:
    """Host and port; raises ValueError."""
    host, _, port = address.rpartition(":")
    if not host or not 0 < int(port) < 65_536:
        raise ValueError(address)
    return host.strip("[]"), int(port)


def _check(listener: Listener) -> None:
    try:
        host, _ = _parted(listener.address)
    except ValueError as error:
        fix = f"例如 · for example {LISTEN}=0.0.0.0:8883"
        raise Problem("listen", f"{LISTEN}: 不是 主机:端口 · is no host:port: {listener.address}", fix) from error
    if not (listener.certificate and listener.key):
        if _is_loopback(host) and not (listener.certificate or listener.key):
            return
        what = f"{LISTEN}={listener.address}: 没有 TLS，密码明文经过网络 · without TLS passwords travel in clear"
        fix = f"设置 {CERTIFICATE} 和 {KEY}，hotgrid ca 可以生成 · set both; hotgrid ca makes them"
        raise Problem("no-tls", what, fix)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(listener.certificate, listener.key)
    except OSError as error:  # an SSLError is one
        what = f"{CERTIFICATE}, {KEY}: 不能用 · cannot be used: {error}"
        raise Problem("certificate", what, "两个 PEM 文件要成对且可读 · two PEM files that belong together") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
