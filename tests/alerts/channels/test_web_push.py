"""A web push reaches one phone, readable there alone, signed by this installation, and a dead one is told as dead."""

import json
import re
from datetime import UTC, datetime

import pytest
from py_vapid import Vapid02

from alerts.channels.guard import Guard
from alerts.channels.message import Later, Message
from alerts.channels.outlet import Outlet
from alerts.channels.refused import Gone, Refused
from alerts.channels.web_push import TTL, WebPush
from alerts.keys import public_key
from tests.support.answering import Asked, Reply, answering, client_side, server_side
from tests.support.push_service import Phone, claims, signer

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
MESSAGE = Message("hotgrid-7-p3", "【发现热点】孟河镇", "PM2.5 182 µg/m³，背景 41", "https://h/r/abc", 3, topic="a-17")


@pytest.fixture
def pair() -> Vapid02:
    pair = Vapid02()
    pair.generate_keys()
    return pair


def web_push(pair: Vapid02) -> WebPush:
    return WebPush(Outlet(Guard(["localhost"]), client_side()), pair, "mailto:ops@example.org", lambda: NOW)


def taken(_: Asked) -> Reply:
    return Reply(201)


async def test_the_phone_reads_what_was_said(pair: Vapid02) -> None:
    phone = Phone()
    async with answering(taken, server_side()) as service:
        sent = await web_push(pair).send(phone.subscription(service.port), MESSAGE)
    (asked,) = service.asked
    assert not sent.delivered  # the service has it; nobody knows of the phone
    assert asked.target == "/push/abc123"
    told = phone.read(asked)
    assert (told["title"], told["text"], told["url"]) == (MESSAGE.title, MESSAGE.text, MESSAGE.url)
    assert (told["key"], told["severity"], told["topic"]) == ("hotgrid-7-p3", 3, "a-17")
    assert "发现".encode() not in asked.body


async def test_nobody_but_that_phone_reads_it(pair: Vapid02) -> None:
    async with answering(taken, server_side()) as service:
        await web_push(pair).send(Phone().subscription(service.port), MESSAGE)
    with pytest.raises(Exception, match=r".*"):
        Phone().read(service.asked[0])


async def test_the_service_learns_who_sends_how_urgent_it_is_and_what_it_replaces(pair: Vapid02) -> None:
    phone = Phone()
    async with answering(taken, server_side()) as service:
        for severity in (1, 2, 3, 4):
            message = Message("k", "t", "x", None, severity, topic="a-17" if severity < 4 else "")
            await web_push(pair).send(phone.subscription(service.port), message)
    signed = claims(service.asked[0])
    assert signed["aud"] == f"https://localhost:{service.port}"
    assert signed["sub"] == "mailto:ops@example.org"
    assert 0 < signed["exp"] - NOW.timestamp() <= 24 * 3600  # RFC 8292, 2
    assert signer(service.asked[0]).rstrip("=") == public_key(pair).rstrip("=")
    assert [asked.headers["urgency"] for asked in service.asked] == ["normal", "normal", "high", "high"]
    assert {asked.headers["ttl"] for asked in service.asked} == {str(int(TTL.total_seconds()))}
    topics = [asked.headers.get("topic") for asked in service.asked]
    assert topics[0] == topics[1] == topics[2]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", topics[0] or "")  # RFC 8030, 5.4
    assert topics[3] is None


@pytest.mark.parametrize("text", ["长" * 5000, '"' * 5000, "\n" * 5000, "🔥" * 5000, "x" * 5000])
async def test_a_long_text_is_cut_to_what_a_push_service_takes(pair: Vapid02, text: str) -> None:
    phone = Phone()
    async with answering(taken, server_side()) as service:
        await web_push(pair).send(phone.subscription(service.port), Message("k", "题" * 500, text, "https://h/r", 2))
    (asked,) = service.asked
    assert 3800 < len(asked.body) <= 4096
    told = phone.read(asked)
    assert told["url"] == "https://h/r"
    assert told["text"].endswith("…")
    assert text.startswith(told["text"][:-1])


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_over_is_told_as_gone(pair: Vapid02, status: int) -> None:
    async with answering(lambda _: Reply(status), server_side()) as service:
        with pytest.raises(Gone, match=str(status)):
            await web_push(pair).send(Phone().subscription(service.port), MESSAGE)


@pytest.mark.parametrize("status", [400, 401, 403, 413])
async def test_another_no_is_final_and_leaves_the_subscription_alone(pair: Vapid02, status: int) -> None:
    async with answering(lambda _: Reply(status), server_side()) as service:
        with pytest.raises(Refused, match=str(status)) as told:
            await web_push(pair).send(Phone().subscription(service.port), MESSAGE)
    assert not isinstance(told.value, Gone)


async def test_too_many_are_sent_later(pair: Vapid02) -> None:
    async with answering(lambda _: Reply(429, headers={"Retry-After": "30"}), server_side()) as service:
        with pytest.raises(Later) as told:
            await web_push(pair).send(Phone().subscription(service.port), MESSAGE)
    assert told.value.seconds == 30


async def test_a_key_that_is_no_point_of_the_curve_is_refused(pair: Vapid02) -> None:
    told = json.loads(Phone().subscription(1))
    told["keys"]["p256dh"] = "B" + "A" * 86
    with pytest.raises(Refused, match="subscription"):
        await web_push(pair).send(json.dumps(told), MESSAGE)


async def test_a_service_inside_is_not_asked(pair: Vapid02) -> None:
    async with answering(taken, server_side()) as service:
        outlet = Outlet(Guard(), client_side())
        with pytest.raises(Refused, match="internal"):
            await WebPush(outlet, pair, "mailto:a@b.cn", lambda: NOW).send(Phone().subscription(service.port), MESSAGE)
    assert service.asked == []
