"""The broker keeps what was not acknowledged, and we take no more than there is room for."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from deploy import broker as mosquitto
from deploy import servers as private
from deploy.servers import Servers
from ingest import room
from ingest.broker import Address, Broker
from tests.support.broker import publish, taking
from tests.support.deadline import until_true

_number = count()


@pytest.fixture
def topic() -> str:
    """A topic that nobody else uses."""
    return f"test/broker/{next(_number)}"


def numbered(first: int, end: int) -> list[bytes]:
    """Payloads that can be told apart."""
    return [b"%d" % i for i in range(first, end)]


async def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(servers: Servers, topic: str) -> None:
    async with taking(servers.mqtt_url, "again", topic, most=4) as taker:
        await publish(servers.mqtt_url, topic, numbered(0, 10))
        assert await taker.take(4) == numbered(0, 4)
        assert await taker.take(4, ack=False) == numbered(4, 8)
        await taker.settle()
    async with taking(servers.mqtt_url, "again", topic) as taker:
        assert await taker.take(6) == numbered(4, 10)
        await taker.settle()
    async with taking(servers.mqtt_url, "again", topic) as taker:
        await publish(servers.mqtt_url, topic, [b"last"])
        assert await taker.take(1) == [b"last"]


async def test_what_is_published_while_we_are_away_is_kept(servers: Servers, topic: str) -> None:
    async with taking(servers.mqtt_url, "away", topic):
        pass
    await publish(servers.mqtt_url, topic, numbered(0, 3000))
    async with taking(servers.mqtt_url, "away", topic) as taker:
        assert await taker.take(3000) == numbered(0, 3000)


async def test_a_batch_is_bounded_and_does_not_wait_for_more_than_its_time(servers: Servers, topic: str) -> None:
    async with taking(servers.mqtt_url, "bounded", topic, most=3) as taker:
        await publish(servers.mqtt_url, topic, numbered(0, 7))
        sizes: list[int] = []
        while sum(sizes) < 7:
            sizes.append(len(batch := await taker.next()))
            taker.broker.ack(batch)
        assert max(sizes) <= 3


async def test_no_more_is_taken_than_there_is_room_until_it_is_acknowledged(
    servers: Servers, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "ROOM_MESSAGES", 50)
    async with taking(servers.mqtt_url, "room", topic, most=1000) as taker:
        await publish(servers.mqtt_url, topic, numbered(0, 200))
        held = await taker.next()
        while len(held) < 50:
            held += await taker.next()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pending := asyncio.ensure_future(taker.next())), 0.3)
        assert [message.payload for message in held] == numbered(0, 50)
        taker.broker.ack(held)
        rest = await pending
        taker.broker.ack(rest)
        payloads = [message.payload for message in rest]
        assert payloads + await taker.take(150 - len(rest)) == numbered(50, 200)


async def test_room_is_measured_in_bytes_too_and_one_large_message_still_gets_through(
    servers: Servers, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "ROOM_BYTES", 2000)
    async with taking(servers.mqtt_url, "bytes", topic, most=1000) as taker:
        await publish(servers.mqtt_url, topic, [b"a" * 900, b"b" * 900, b"c" * 900, b"d" * 9000, b"e"])
        held = await taker.next()
        while len(held) < 2:
            held += await taker.next()
        assert [message.payload[:1] for message in held] == [b"a", b"b"]
        taker.broker.ack(held)
        assert [payload[:1] for payload in await taker.take(3)] == [b"c", b"d", b"e"]


async def test_leaving_does_not_wait_for_room(servers: Servers, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "ROOM_MESSAGES", 5)
    async with asyncio.timeout(10):
        async with taking(servers.mqtt_url, "leave", topic) as taker:
            await publish(servers.mqtt_url, topic, numbered(0, 20))
            await taker.next()
    async with taking(servers.mqtt_url, "leave", topic) as taker:
        assert await taker.take(20) == numbered(0, 20)


async def test_two_sessions_share_the_load(servers: Servers, topic: str) -> None:
    shared = f"$share/g/{topic}"
    async with taking(servers.mqtt_url, "one", shared) as one, taking(servers.mqtt_url, "two", shared) as two:
        await publish(servers.mqtt_url, topic, numbered(0, 40))
        halves = await asyncio.gather(one.take(20), two.take(20))
        assert sorted(halves[0] + halves[1], key=int) == numbered(0, 40)


@pytest.fixture
def own_servers() -> Iterator[Path]:
    """The state folder of servers that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="hotgrid-broker-"))
    folder.chmod(0o755)
    try:
        yield folder / "state"
    finally:
        private.down(folder / "state")
        shutil.rmtree(folder)


async def test_after_a_restart_of_the_broker_everything_comes_and_nothing_acknowledged_does(
    own_servers: Path, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    url = (await asyncio.to_thread(private.up, own_servers, throwaway=True)).mqtt_url
    async with taking(url, "restart", topic, most=10) as taker:
        await publish(url, topic, numbered(0, 30))
        assert await taker.take(10) == numbered(0, 10)
        await taker.settle()
        held = await taker.next()
        assert await asyncio.to_thread(mosquitto.stop, own_servers)
        await until_true(lambda: not taker.broker.connected)
        await asyncio.to_thread(private.up, own_servers, throwaway=True)
        await until_true(lambda: taker.broker.connected)
        await publish(url, topic, numbered(30, 35))
        taker.broker.ack(held)  # handles of the old connection: these messages come once more
        came = set(await taker.take(20))
        while not came >= set(numbered(10, 35)):
            came |= set(await taker.take(1))
        assert not came & set(numbered(0, 10))
    assert "connection to the broker lost" in caplog.text
    assert "session resumed" in caplog.text


async def test_a_wrong_password_is_told_and_tried_again(servers: Servers, caplog: pytest.LogCaptureFixture) -> None:
    parts = urlsplit(servers.mqtt_url)
    wrong = urlunsplit(parts._replace(netloc=f"{parts.username}:wrong@{parts.hostname}:{parts.port}"))
    async with Broker(wrong, "wrong", ["test"]) as broker:
        await until_true(lambda: "broker refuses the connection" in caplog.text)
        assert not broker.connected
    assert "check HOTGRID_MQTT_URL" in caplog.text
    assert ":wrong@" not in caplog.text


async def test_a_broker_that_is_not_there_yet_is_waited_for(own_servers: Path, topic: str) -> None:
    url = (await asyncio.to_thread(private.up, own_servers, throwaway=True)).mqtt_url
    await asyncio.to_thread(mosquitto.stop, own_servers)
    async with Broker(url, "early", [topic]) as broker:
        await asyncio.to_thread(private.up, own_servers, throwaway=True)
        await until_true(lambda: broker.connected)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://a:b@h:1", Address("h", 1, "a", "b", tls=False)),
        ("mqtts://h", Address("h", 8883, None, None, tls=True)),
        ("mqtt://[::1]", Address("::1", 1883, None, None, tls=False)),
        ("mqtt://a%40b:p%2Fq@h", Address("h", 1883, "a@b", "p/q", tls=False)),
    ],
)
def test_addresses(url: str, expected: Address) -> None:
    assert Address.parse(url) == expected


@pytest.mark.parametrize("url", ["", "h:1883", "http://h", "mqtt://", "mqtt://h:x"])
def test_what_is_no_address_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"HOTGRID_MQTT_URL|[Pp]ort"):
        Address.parse(url)
