"""The files that a Mosquitto of one's own needs to let the devices in as the private one does."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from deploy import place
from deploy.credential import CONTROL, SALT_BYTES, SERVICE, Credential, document, entry, hashed
from ingest.broker import Address

TOLD = """\
{folder}:
  acl  dynamic-security.json  passwords  mosquitto.conf
1. 放到消息服务器上，mosquitto 用户可读写 · copy them to the broker, for its user to read and write: {place}
2. 按 mosquitto.conf 改它的配置并重启一次 · change its settings as mosquitto.conf says, and restart it once
3. 之后 hotgrid device 立即生效 · from then on hotgrid device acts at once: {control}
"""
_PLACE = "/etc/mosquitto/hotgrid"
_CONTROL = "HOTGRID_MQTT_CONTROL_URL"


def write(folder: Path, holding: Sequence[Credential], url: str, control: str, rules: str = "") -> str:
    """Write them for our processes' user of ``url`` and that of ``control``, "" for a new one; what to do with them.

    ``rules`` are added to those that every device has. Mosquitto 2.0 with its dynamic security plugin is needed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    service, password = _account(url, SERVICE)
    controller, control_password = _account(control, CONTROL)
    control_password = control_password or secrets.token_urlsafe(24)
    lines = [
        f"{user}:{hashed(one, os.urandom(SALT_BYTES))}\n"
        for user, one in ((service, password), (controller, control_password))
    ]
    place.write(folder / "passwords", "".join(lines), None)
    acl = place.text("acl").replace(f"user {SERVICE}\n", f"user {service}\n")
    place.write(folder / "acl", acl.replace(f"user {CONTROL}\n", f"user {controller}\n") + rules, None)
    template = place.text("dynamic-security.json")
    place.write(folder / "dynamic-security.json", document(template, [entry(one) for one in holding]), None)
    place.write(folder / "mosquitto.conf", place.filled("own-mosquitto.conf", folder=_PLACE), None)
    to = Address.parse(url)
    scheme, secret = "mqtts" if to.tls else "mqtt", quote(control_password, safe="")
    shown = f"{_CONTROL}={scheme}://{quote(controller, safe='')}:{secret}@{to.host}:{to.port}"
    return TOLD.format(folder=folder, place=_PLACE, control=shown)


def _account(url: str, usual: str) -> tuple[str, str]:
    to = Address.parse(url) if url else None
    return (to.user or usual, to.password or "") if to else (usual, "")
