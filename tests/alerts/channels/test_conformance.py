"""What every channel does: sends once, the same key again, says what came of it, and keeps addresses to itself."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from py_vapid import Vapid02
from pydantic import SecretStr

from alerts.channels.address import check, masked
from alerts.channels.message import Channel, Message, Sent
from alerts.channels.refused import Refused
from alerts.channels.registry import open_channels
from alerts.settings import NotifySettings
from deploy.servers import Servers
from tests.support.answering import CERTIFICATE, Asked, Reply, Server, answering, server_side
from tests.support.listener import Listener, listening
from tests.support.push_service import Phone

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
DATA = {"id": "a-17", "seq": 7, "kind": "hotspot", "status": "open"}
MESSAGE = Message("hotgrid-7", "【发现热点】孟河镇", "PM2.5 182 µg/m³", "https://h/r/s3cret-link", 3, DATA, "a-17")
NAMES = ("webhook", "webpush", "apprise", "siren")
PHONE = Phone()


@dataclass(slots=True)
class Rig:
    """A channel with another side of its own: `status` is how that answers HTTP."""

    channel: Channel
    address: str
    server: Server
    arrived: Callable[[], int]
    status: list[int]


def opened(servers: Servers, allowed: str = "127.0.0.1,localhost") -> dict[str, Channel]:
    pair = Vapid02()
    pair.generate_keys()
    settings = NotifySettings(
        database_url="postgresql://nowhere",
        mqtt_url=servers.mqtt_url,
        push_allow=allowed,
        webhook_secret=SecretStr("s3cret-key"),
        _env_file=None,
    )
    return dict(open_channels(settings, pair, lambda: NOW))


def address_of(name: str, port: int) -> str:
    return {
        "webhook": f"http://127.0.0.1:{port}/hook?token=s3cret-path",
        "webpush": PHONE.subscription(port, "/push/s3cret-path"),
        "apprise": f"ntfy://user:s3cret-pass@127.0.0.1:{port}/s3cret-path",
        "siren": "s3cret-path/siren-1",
    }[name]


@pytest.fixture
async def rig(request: pytest.FixtureRequest, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """The channel that the test names, with its real other side."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    name, status = request.param, [200]

    def reply(_: Asked) -> Reply:
        return Reply(status[0], b"{}")

    async with answering(reply, server_side() if name == "webpush" else None) as server:
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(listening(servers.mqtt_url, "hotgrid/v1/downlink/#"))
            channel = opened(servers)[name]
            yield Rig(channel, address_of(name, server.port), server, _count(name, server, listener), status)


def _count(name: str, server: Server, listener: Listener) -> Callable[[], int]:
    def arrived() -> int:
        if name != "siren":
            return len(server.asked)
        heard = len(listener.next(1))
        return heard + (not listener.is_silent())

    return arrived


every = pytest.mark.parametrize("rig", NAMES, indirect=True)
over_http = pytest.mark.parametrize("rig", NAMES[:3], indirect=True)


@every
async def test_it_sends_once_and_says_so(rig: Rig) -> None:
    check(rig.channel.name, rig.address)
    assert isinstance(await rig.channel.send(rig.address, MESSAGE), Sent)
    assert rig.arrived() == 1


@pytest.mark.parametrize("rig", ["webhook", "webpush"], indirect=True)
async def test_what_is_sent_again_has_the_same_key(rig: Rig) -> None:
    await rig.channel.send(rig.address, MESSAGE)
    await rig.channel.send(rig.address, MESSAGE)
    first, again = rig.server.asked
    if rig.channel.name == "webhook":
        assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == MESSAGE.key
    else:
        assert PHONE.read(first)["key"] == PHONE.read(again)["key"] == MESSAGE.key
        assert first.headers["topic"] == again.headers["topic"]


@over_http
@pytest.mark.parametrize("status", [400, 403])
async def test_a_final_no_is_told_as_one(rig: Rig, status: int) -> None:
    rig.status[0] = status
    with pytest.raises(Refused, match=str(status)):
        await rig.channel.send(rig.address, MESSAGE)
    assert rig.arrived() == 1


@over_http
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_may_pass_is_not_told_as_final(rig: Rig, status: int) -> None:
    rig.status[0] = status
    with pytest.raises(Exception, match=str(status)) as told:
        await rig.channel.send(rig.address, MESSAGE)
    assert not isinstance(told.value, Refused)
    assert rig.arrived() == 1


@over_http
async def test_the_internal_network_is_closed_unless_it_is_allowed(rig: Rig, servers: Servers) -> None:
    with pytest.raises(Refused, match="internal"):
        await opened(servers, allowed="")[rig.channel.name].send(rig.address, MESSAGE)
    assert rig.server.asked == []


@every
async def test_neither_address_nor_link_nor_key_is_logged_or_told(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = [repr(await _outcome(rig.channel.send(rig.address, MESSAGE)))]
    for status in (400, 404, 500, 301):
        rig.status[0] = status
        told.append(repr(await _outcome(rig.channel.send(rig.address, MESSAGE))))
    assert "s3cret" not in caplog.text
    assert "s3cret" not in "".join(told)
    if rig.channel.name != "siren":  # where the topic is no secret
        assert "s3cret" not in masked(rig.channel.name, rig.address)


async def _outcome(sending: Awaitable[Sent]) -> object:
    try:
        return await sending
    except Exception as error:  # noqa: BLE001 - whatever is said of it
        return error


@every
async def test_many_at_once_do_not_stand_in_each_others_way(rig: Rig) -> None:
    sent = await asyncio.gather(
        *(rig.channel.send(rig.address, replace(MESSAGE, key=f"hotgrid-{number}")) for number in range(20))
    )
    assert len(sent) == 20


@every
async def test_it_knows_its_room_and_its_limit(rig: Rig) -> None:
    assert rig.channel.room >= 100
    limit = rig.channel.per_minute(rig.address)
    assert limit is None or limit > 0


def test_all_channels_are_here(servers: Servers) -> None:
    assert set(opened(servers)) == {*NAMES, "hook"}  # which is a webhook whose way out nobody can open
