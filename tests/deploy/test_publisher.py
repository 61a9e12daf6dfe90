"""The publisher never sends more than the broker keeps, and knows when nobody listens."""

import asyncio

import pytest

from deploy import publisher
from deploy.publisher import Publisher
from deploy.servers import Servers
from tests.support.broker import taking
from tests.support.deadline import until_true

BACKLOG = 1000
MESSAGES = 2500


async def test_a_considerate_publisher_waits_for_a_slow_reader(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "BACKLOG", BACKLOG)
    sent: list[int] = []
    with Publisher(servers.mqtt_url, considerate=True) as considerate:

        def publish() -> None:
            for i in range(MESSAGES):
                considerate.publish("considerate/1", str(i).encode())
                sent.append(i)

        async with taking(servers.mqtt_url, "slow", "considerate/+") as reader:
            work = asyncio.create_task(asyncio.to_thread(publish))
            await until_true(considerate._is_full)
            assert len(sent) <= BACKLOG  # nothing is acknowledged yet
            payloads = await reader.take(MESSAGES)
            await work
    assert [int(payload) for payload in payloads] == list(range(MESSAGES))


def test_a_broker_that_does_not_tell_what_it_keeps_is_not_waited_for(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("BACKLOG", 10), ("STORED", "$SYS/nothing"), ("TICK", "$SYS/never")):
        monkeypatch.setattr(publisher, name, value)
    with Publisher(servers.mqtt_url, considerate=True) as considerate:
        for _ in range(100):
            considerate.publish("nobody/listens", b"")
    assert considerate.unheard == 100


def test_messages_that_nobody_hears_are_counted_and_told(servers: Servers, caplog: pytest.LogCaptureFixture) -> None:
    with Publisher(servers.mqtt_url) as lonely:
        for _ in range(3):
            lonely.publish("nobody/listens", b"")
    assert lonely.unheard == 3
    assert "3 messages went to nobody" in caplog.text
