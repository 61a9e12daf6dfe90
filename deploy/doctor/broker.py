"""Whether the broker answers, and lets us in."""

import ssl
import threading
from typing import Any

from paho.mqtt.client import Client

from deploy.doctor.finding import Finding, short
from deploy.publisher import new_client
from ingest.broker import Address

PATIENCE_S = 5.0
FIX = "启动它，或更正 HOTGRID_MQTT_URL · start it, or correct HOTGRID_MQTT_URL"


def broker(url: str) -> Finding:
    """By signing in once; nothing is subscribed to or published."""
    try:
        address = Address.parse(url)
    except ValueError:  # not repeated: a piece of it may be the password
        return Finding("broker", "failed", "HOTGRID_MQTT_URL: 地址有误 · is no address", FIX)
    answered, said = threading.Event(), [""]

    def heard(_client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        said[0] = str(reason) if reason.is_failure else ""
        answered.set()

    client: Client | None = None
    try:
        client = new_client(address, "")
        client.on_connect = heard
        client.connect_timeout = PATIENCE_S
        client.connect(address.host, address.port)
        client.loop_start()
        came = answered.wait(PATIENCE_S)
    except (OSError, ssl.SSLError, ValueError) as error:
        return Finding("broker", "failed", f"连不上 · cannot be reached: {short(error)}", FIX)
    finally:
        if client is not None:
            client.disconnect()
            client.loop_stop()
    where = f"{address.host}:{address.port}{', TLS' if address.tls else ''}"
    if not came:
        return Finding("broker", "failed", f"{where} 无应答 · does not answer", FIX)
    if said[0]:
        return Finding("broker", "failed", f"{where} 拒绝登录 · lets us not in: {said[0]}", FIX)
    return Finding("broker", "ok", where)
