"""Connections that go wrong: silent, half-open, slow; and what goes out on them."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from deploy.servers import Servers
from ingest import broker as module
from ingest import packet as mqtt
from ingest import room
from ingest.broker import Broker
from ingest.link import Link
from tests.support.broker import publish, taking
from tests.support.deadline import until_true
from tests.support.listener import listening
from tests.support.proxy import proxied

CERTIFICATE = Path(__file__).parents[1] / "data/tls/localhost.pem"


async def test_a_session_outlives_a_stall_that_is_longer_than_its_keepalive(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEEPALIVE_S", 1)  # the broker cuts who says nothing for 1.5 s
    monkeypatch.setattr(room, "ROOM_MESSAGES", 10)
    async with taking(servers.mqtt_url, "stall", "stall/a") as taker:
        await publish(servers.mqtt_url, "stall/a", [b"%d" % i for i in range(100)])
        held = await taker.next()
        while len(held) < 10:
            held += await taker.next()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pending := asyncio.ensure_future(taker.next())), 4)
        taker.broker.ack(held)
        rest = await pending
        taker.broker.ack(rest)
        assert await taker.take(90 - len(rest)) == [b"%d" % i for i in range(10 + len(rest), 100)]
        assert taker.broker._connection == 1


async def test_a_connection_on_which_nothing_is_heard_is_made_anew(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "KEEPALIVE_S", 1)
    async with proxied(servers.mqtt_url) as (proxy, url), taking(url, "half-open", "half-open/a") as taker:
        proxy.half_open()
        await until_true(lambda: taker.broker._connection == 2)
        assert "nothing heard" in caplog.text
        await publish(servers.mqtt_url, "half-open/a", [b"after"])
        assert await taker.take(1) == [b"after"]


async def test_a_broker_that_does_not_greet_is_left(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "GREETING_S", 0.2)
    async with proxied(servers.mqtt_url) as (proxy, url):
        proxy.swallow()
        async with Broker(url, "ungreeted", ["ungreeted"]) as broker:
            await until_true(lambda: "no answer to our greeting" in caplog.text)
            proxy.mend()
            await until_true(lambda: broker.connected)


async def test_over_tls_and_only_with_a_certificate_that_holds(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    async with proxied(servers.mqtt_url, context) as (_, url):
        tls = urlunsplit(urlsplit(url)._replace(scheme="mqtts"))
        async with Broker(tls, "tls", ["tls/a"]):
            await until_true(lambda: "certificate verify failed" in caplog.text)
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        async with taking(tls, "tls", "tls/a") as taker:
            payloads = [b"%d" % i + b"x" * 5000 for i in range(300)]
            await publish(servers.mqtt_url, "tls/a", payloads)
            assert await taker.take(300) == payloads


async def test_answers_reach_the_device(servers: Servers) -> None:
    with listening(servers.mqtt_url, "answer/#") as listener:
        async with taking(servers.mqtt_url, "answer", "question") as taker:
            for number in range(500):
                taker.broker.publish(f"answer/{number}", b"%d" % number)
            heard = await asyncio.to_thread(listener.next, 500)
    assert [message.payload for message in heard] == [b"%d" % number for number in range(500)]


async def test_an_answer_without_a_connection_is_dropped(servers: Servers) -> None:
    Broker(servers.mqtt_url, "answer", []).publish("answer", b"")


@contextmanager
def both_ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(5)
    with ours, theirs:
        yield ours, theirs


async def test_acknowledgements_go_out_in_the_order_in_which_the_messages_came() -> None:
    with both_ends() as (ours, theirs):
        came: list[int] = []

        def accept(message: mqtt.Publish) -> bool:
            came.append(message[2])
            return True

        link = Link(b"", accept, lambda: None, lambda _: None)
        await asyncio.get_running_loop().create_connection(lambda: link, sock=ours)
        theirs.sendall(b"".join(b"\x32\x06\x00\x01a\x00%c\x00" % mid for mid in (5, 3, 9, 4)))
        await until_true(lambda: came == [5, 3, 9, 4])
        link.acknowledge([9, 3])
        link.acknowledge([5])
        assert await asyncio.to_thread(theirs.recv, 100) == b"".join(map(mqtt.puback, (5, 3, 9)))
        link.acknowledge([4])
        assert await asyncio.to_thread(theirs.recv, 100) == mqtt.puback(4)
        await link.leave(mqtt.disconnect())


async def test_what_is_no_mqtt_ends_the_connection() -> None:
    with both_ends() as (ours, theirs):
        link = Link(b"", lambda _: True, lambda: None, lambda _: None)
        await asyncio.get_running_loop().create_connection(lambda: link, sock=ours)
        theirs.sendall(b"\x30\xff\xff\xff\xff\x01")
        assert (await asyncio.wait_for(link.lost, 5)).startswith("not MQTT 5")
