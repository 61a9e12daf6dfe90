"""Sirens and lamps get their orders through the broker, only below their prefix, and nobody sounds for ever."""

import json
import queue
import socket
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.channels.message import Later, Message
from alerts.channels.refused import Refused
from alerts.channels.siren import Siren
from deploy.publisher import new_client
from deploy.servers import Servers
from ingest.broker import Address
from tests.support.listener import listening

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
OPEN = {"id": "a-17", "kind": "hotspot", "status": "open"}
PREFIX = "hotgrid/v1/downlink"


def message(severity: int = 3, **data: object) -> Message:
    return Message("hotgrid-7-c1", "【发现热点】孟河镇", "x", "https://h/r/abc", severity, {**OPEN, **data})


async def order(servers: Servers, told: Message) -> dict[str, Any]:
    with listening(servers.mqtt_url, f"{PREFIX}/#") as listener:
        sent = await Siren(servers.mqtt_url, PREFIX, lambda: NOW).send("menghe/siren-1", told)
        (heard,) = listener.next(1)
    assert sent.delivered
    assert (heard.topic, heard.retained) == (f"{PREFIX}/menghe/siren-1", False)
    order: dict[str, Any] = json.loads(heard.payload)
    return order


async def test_a_siren_hears_what_for_how_long_and_until_when(servers: Servers) -> None:
    assert await order(servers, message()) == {
        "key": "hotgrid-7-c1",
        "on": True,
        "seconds": 60,
        "until": "2026-11-21T00:31:00+00:00",
        "severity": 3,
        "title": "【发现热点】孟河镇",
        "alert_id": "a-17",
        "drill": False,
        "test": False,
    }


@pytest.mark.parametrize(
    ("data", "on"),
    [
        ({}, True),
        ({"handling": {"stage": "open"}}, True),
        ({"handling": {"stage": "acknowledged"}}, False),
        ({"status": "closed", "handling": {"stage": "open"}}, False),
        ({"handling": None}, True),
        ({"on": False}, False),
    ],
)
async def test_it_sounds_until_somebody_has_taken_the_alert(servers: Servers, data: dict[str, Any], on: bool) -> None:
    told = await order(servers, message(**data))
    assert (told["on"], bool(told["seconds"])) == (on, on)


async def test_a_drill_and_a_test_are_marked_and_a_test_is_short(servers: Servers) -> None:
    assert (await order(servers, message(kind="drill")))["drill"]
    told = await order(servers, message(4, test=True))
    assert (told["test"], told["seconds"]) == (True, 3)


async def test_the_broker_keeps_no_order_for_longer_than_it_holds(servers: Servers) -> None:
    address, kept, subscribed = Address.parse(servers.mqtt_url), queue.Queue[int](), threading.Event()
    client = new_client(address, "")
    client.on_message = lambda _c, _u, heard: kept.put(heard.properties.json()["MessageExpiryInterval"])  # type: ignore[union-attr]
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect(address.host, address.port)
    client.subscribe(f"{PREFIX}/lamp", qos=1)
    client.loop_start()
    try:
        assert subscribed.wait(30)
        for told in (message(), message(on=False)):
            await Siren(servers.mqtt_url, PREFIX, lambda: NOW).send("lamp", told)
        assert [kept.get(timeout=30) for _ in range(2)] == [60, 3600]
    finally:
        client.disconnect()
        client.loop_stop()


async def test_where_nobody_listens_it_is_not_delivered_and_tried_later(servers: Servers) -> None:
    with pytest.raises(Later, match="nobody listens"):
        await Siren(servers.mqtt_url, PREFIX, lambda: NOW).send("nobody/here", message())


@pytest.mark.parametrize(
    "topic", ["#", "+", "a/#", "a/+/b", "/a", "a/", "a//b", "$SYS/x", "../station/S1", "a\x00", "", "a b", "x" * 65]
)
async def test_no_topic_leads_to_many_or_elsewhere(servers: Servers, topic: str) -> None:
    with (
        listening(servers.mqtt_url, "#") as listener,
        pytest.raises(Refused, match="address"),
    ):
        await Siren(servers.mqtt_url, PREFIX, lambda: NOW).send(topic, message())
    assert listener.is_silent()


async def test_a_broker_that_is_away_or_lets_nobody_in_may_come_round(servers: Servers) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            await Siren(f"mqtt://127.0.0.1:{unused.getsockname()[1]}", PREFIX, lambda: NOW).send("a", message())
    host = servers.mqtt_url.rsplit("@", 1)[1]
    with pytest.raises(Later, match="refuses us"):
        await Siren(f"mqtt://somebody:wrong@{host}", PREFIX, lambda: NOW).send("a", message())


async def test_without_a_broker_it_is_refused() -> None:
    with pytest.raises(Refused, match="HOTGRID_MQTT_URL"):
        await Siren(None, PREFIX, lambda: NOW).send("a", message())
