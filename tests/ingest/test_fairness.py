"""A device that floods is named and waits behind the others; nobody loses anything."""

import logging

import pytest

from deploy.servers import Servers
from ingest import fairness
from ingest.fairness import LIMIT, NAMED_EVERY_S, WINDOW_S, Rates
from ingest.frame import Message
from ingest.room import Room, weight
from tests.support.broker import publish, taking


def test_up_to_the_limit_nobody_floods_and_beyond_it_only_who_did() -> None:
    rates = Rates(0)
    assert [rates.is_beyond("a", 1) for _ in range(LIMIT + 2)] == [False] * LIMIT + [True] * 2
    assert not rates.is_beyond("b", 1)


def test_when_everybody_sends_a_backlog_nobody_floods_and_who_sends_far_more_still_does() -> None:
    rates = Rates(0)
    fleet = [f"s{i}" for i in range(50)]
    assert not any(rates.is_beyond(topic, 1) for _ in range(4 * LIMIT) for topic in fleet)
    assert [rates.is_beyond("loud", 1) for _ in range(21 * LIMIT)].index(True) == pytest.approx(20 * LIMIT, abs=100)
    assert rates.to_name(1) == ["loud"]


def test_who_flooded_keeps_to_the_limit_for_a_whole_window_first() -> None:
    rates = Rates(0)
    for _ in range(LIMIT + 1):
        rates.is_beyond("a", 1)
    assert rates.is_beyond("a", WINDOW_S + 1)
    assert not rates.is_beyond("a", 2 * WINDOW_S + 1)


def test_who_comes_back_after_a_silence_begins_anew() -> None:
    rates = Rates(0)
    for _ in range(LIMIT + 1):
        rates.is_beyond("a", 1)
    assert not rates.is_beyond("a", 2 * WINDOW_S + 1)


def test_a_topic_is_named_once_a_minute_while_it_floods() -> None:
    rates = Rates(0)
    named = []
    for second in range(int(NAMED_EVERY_S) + 2):
        for _ in range(LIMIT):
            rates.is_beyond("a", second)
        named += [(second, topic) for topic in rates.to_name(second)]
    assert named == [(1, "a"), (1 + NAMED_EVERY_S, "a")]


def filled(*topics: str) -> Room:
    """A room with messages of these topics, numbered."""
    room = Room()
    for number, topic in enumerate(topics):
        assert room.enter(Message(topic, b"%d" % number, None), 0)
    return room


@pytest.fixture
def low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than five messages are a flood."""
    monkeypatch.setattr(fairness, "LIMIT", 5)


@pytest.mark.usefixtures("low_limit")
def test_others_go_first_and_who_floods_fills_what_they_leave() -> None:
    room = filled(*["f"] * 20, "a", "b", "a")
    assert [message.topic for message in room.take(6)] == ["a", "b", "a", "f", "f", "f"]


@pytest.mark.usefixtures("low_limit")
def test_who_floods_gets_a_share_even_of_a_batch_that_the_others_would_fill() -> None:
    room = filled(*["f"] * 20, *["a", "b", "c", "d"] * 5)
    assert sum(message.topic == "f" for message in room.take(10)) == 1


@pytest.mark.usefixtures("low_limit")
def test_what_a_device_sends_keeps_its_order() -> None:
    room = filled("f", "a", *["f"] * 9, "a", "f")
    numbers = []
    while batch := room.take(3):
        numbers += [int(message.payload) for message in batch if message.topic == "f"]
        room.leave(len(batch), weight(batch))
    assert numbers == sorted(numbers)
    assert len(numbers) == 11


async def test_others_do_not_wait_for_a_flood(servers: Servers, caplog: pytest.LogCaptureFixture) -> None:
    async with taking(servers.mqtt_url, "flood", "flood/#", most=100) as taker:
        caplog.set_level(logging.WARNING)
        await publish(servers.mqtt_url, "flood/loud", [b"x"] * 1000)
        for device in range(20):
            await publish(servers.mqtt_url, f"flood/quiet-{device}", [b"%d" % device])
        await taker.settle()  # all of it has come by now
        first = await taker.next()
        assert sum("quiet" in message.topic for message in first) == 20
        taker.broker.ack(first)
        assert await taker.take(1020 - len(first)) == [b"x"] * (1020 - len(first))
    assert caplog.text.count("flood/loud sends more than a device should") == 1
