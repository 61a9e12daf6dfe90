"""Orders to sirens and lamps: MQTT below the installation's own prefix, delivered when the broker says that it has it.

A siren subscribes to its topic and gets JSON: `key` (the same for every try), `on`, `seconds` (how long), `until`,
`severity` (1 to 4), `title`, `alert_id`, `drill` and `test`. What is older than `until` it leaves alone.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from alerts.channels.address import check
from alerts.channels.cut import cut
from alerts.channels.message import Later, Message, Sent
from alerts.channels.refused import Refused
from ingest import trust
from ingest.broker import Address

PATIENCE_S = 10.0
SECONDS = {1: 10, 2: 30, 3: 60, 4: 180}
TEST_SECONDS = 3
OFF_KEPT = timedelta(hours=1)  # how long the broker keeps an "off" for a siren that is away
UNHEARD, NOT_AUTHORISED = 0x10, 0x87  # reason codes of a PUBACK (MQTT 5, 3.4.2.1)


class Siren:
    """The address is a topic below the prefix."""

    name = "siren"
    room = 200

    def __init__(self, broker_url: str | None, prefix: str, now: Callable[[], datetime]) -> None:
        """Without a broker every order is refused. Raises ValueError for an address of a broker that is none."""
        self._broker = Address.parse(broker_url) if broker_url else None
        self._prefix, self._now = prefix, now

    def per_minute(self, _address: str) -> int | None:
        """Nobody limits a siren."""
        return None

    async def send(self, address: str, message: Message) -> Sent:
        """See Channel."""
        try:
            check(self.name, address)
        except ValueError as error:
            raise Refused(f"the address {error}") from error
        if self._broker is None:
            raise Refused("there is no broker; set HOTGRID_MQTT_URL")
        order, kept = _order(message, self._now())
        payload = json.dumps(order, ensure_ascii=False).encode()
        topic = f"{self._prefix}/{address}"
        _judge(await asyncio.to_thread(_publish, self._broker, topic, payload, int(kept.total_seconds())))
        return Sent(delivered=True)


def _order(message: Message, now: datetime) -> tuple[dict[str, Any], timedelta]:
    """What the siren is told, and how long the broker keeps it for a siren that is away."""
    about, test = message.data, bool(message.data.get("test"))
    on = bool(about.get("on", _is_untaken(message)))
    seconds = TEST_SECONDS if test else SECONDS.get(message.severity, SECONDS[4])
    kept = timedelta(seconds=seconds) if on else OFF_KEPT
    order = {
        "key": message.key,
        "on": on,
        "seconds": seconds if on else 0,
        "until": (now + kept).isoformat(timespec="seconds"),
        "severity": message.severity,
        "title": cut(message.title, Siren.room),
        "alert_id": about.get("id"),
        "drill": about.get("kind") == "drill",
        "test": test,
    }
    return order, kept


def _is_untaken(message: Message) -> bool:
    """It sounds until somebody has taken the alert, or it is over."""
    handling = message.data.get("handling") or {}
    return bool(message.data.get("status", "open") == "open" and handling.get("stage", "open") == "open")


def _judge(reason: int) -> None:
    if reason == UNHEARD:
        raise Later("nobody listens to this topic")
    if reason == NOT_AUTHORISED:
        raise Refused("the broker does not let us publish there; check its access rules")
    if reason >= 0x80:
        raise Later(f"the broker says 0x{reason:02x}")


def _publish(broker: Address, topic: str, payload: bytes, kept_s: int) -> int:
    """One message over a connection of its own, at QoS 1; the reason code of its PUBACK. Raises Later, OSError."""
    answered = threading.Event()
    reasons: list[int] = []

    def heard(_c: paho.Client, _u: Any, _mid: int, reason: Any, _p: Any) -> None:
        reasons.append(reason.value)
        answered.set()

    def greeted(client: paho.Client, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        if reason.is_failure:
            answered.set()
            return
        expiring = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        expiring.MessageExpiryInterval = kept_s
        client.publish(topic, payload, qos=1, properties=expiring)

    client = _client(broker)
    client.on_connect, client.on_publish = greeted, heard
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        if not answered.wait(PATIENCE_S) or not reasons:
            raise Later("the broker does not answer, or refuses us")
        return reasons[0]
    finally:
        client.disconnect()
        client.loop_stop()


def _client(broker: Address) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, "", protocol=paho.MQTTv5, reconnect_on_failure=False)
    client.username_pw_set(broker.user, broker.password)
    client.connect_timeout = PATIENCE_S
    if broker.tls:
        client.tls_set_context(trust.context())
    return client
