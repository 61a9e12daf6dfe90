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
            await until_true(lambda: considerate._stored + considerate._since >= BACKLOG)
            assert len(sent) <= BACKLOG  # nothing is acknowledged yet
            payloads = await reader.take(MESSAGES)
            await work
    assert [int(payload) for payload in payloads] == list(range(MESSAGES))


def test_messages_that_nobody_hears_are_counted_and_told(servers: Servers, caplog: pytest.LogCaptureFixture) -> None:
    with Publisher(servers.mqtt_url) as lonely:
        for _ in range(3):
            lonely.publish("nobody/listens", b"")
    assert lonely.unheard == 3
    assert "3 messages went to nobody" in caplog.text
