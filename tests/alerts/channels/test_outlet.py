"""The way out goes to the address that was judged, checks the certificate of the name, and follows nobody."""

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx2
import pytest

from alerts.channels.guard import Guard
from alerts.channels.message import Later
from alerts.channels.outlet import ANSWER_BYTES, Answer, Outlet, judge, retry_after
from alerts.channels.refused import Refused
from tests.support.answering import Asked, Reply, answering, client_side, server_side

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
OUTLET = Outlet(Guard(["127.0.0.0/8"]), client_side())


def well(_: Asked) -> Reply:
    return Reply(body=b"ok")


async def test_the_name_is_looked_up_once_and_dns_cannot_change_its_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    answers = [["127.0.0.1"], ["127.0.0.99"]]
    real = loop.getaddrinfo

    async def fickle(host: str, port: int, **options: int) -> object:
        return await real(answers.pop(0)[0] if host == "fickle.test" else host, port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", fickle)
    async with answering(well) as server:
        answer = await OUTLET.post(f"http://fickle.test:{server.port}/x?y=1", b"body", {"A": "b"})
    assert (answer.status, answer.body) == (200, b"ok")
    assert len(answers) == 1
    (asked,) = server.asked
    assert (asked.target, asked.body, asked.headers["host"]) == ("/x?y=1", b"body", f"fickle.test:{server.port}")


async def test_over_tls_the_certificate_is_that_of_the_name_though_the_connection_goes_to_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def local(_host: str, port: int, **options: int) -> object:
        return await real("127.0.0.1", port, **options)

    monkeypatch.setattr(loop, "getaddrinfo", local)
    async with answering(well, server_side()) as server:
        assert (await OUTLET.post(f"https://localhost:{server.port}/", b"", {})).status == 200
        with pytest.raises(httpx2.ConnectError, match="mismatch"):
            await OUTLET.post(f"https://elsewhere.test:{server.port}/", b"", {})
        with pytest.raises(httpx2.ConnectError, match="certificate verify failed"):
            await Outlet(Guard(["127.0.0.1"])).post(f"https://localhost:{server.port}/", b"", {})
    assert len(server.asked) == 1


async def test_where_it_may_not_go_nothing_is_sent() -> None:
    async with answering(well) as server:
        with pytest.raises(Refused):
            await Outlet(Guard()).post(f"http://127.0.0.1:{server.port}/", b"", {})
    assert server.asked == []


async def test_nobody_is_followed_and_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(well) as inner, answering(well) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        away = Reply(307, headers={"Location": f"http://127.0.0.1:{inner.port}/"})
        async with answering(lambda _: away) as server:
            answer = await OUTLET.post(f"http://127.0.0.1:{server.port}/", b"", {})
    assert answer.status == 307
    assert inner.asked == proxy.asked == []


async def test_the_next_address_of_a_name_is_tried_where_one_takes_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def two(host: str, port: int, **options: int) -> list[object]:
        names = ["127.0.0.77", "127.0.0.1"] if host == "two.test" else [host]
        return [one for name in names for one in await real(name, port, **options)]

    monkeypatch.setattr(loop, "getaddrinfo", two)
    async with answering(well) as server:
        assert (await OUTLET.post(f"http://two.test:{server.port}/", b"", {})).status == 200
    assert len(server.asked) == 1


async def test_a_long_answer_is_not_read_to_its_end() -> None:
    async with answering(lambda _: Reply(body=b"x" * 10_000_000)) as server:
        answer = await OUTLET.post(f"http://127.0.0.1:{server.port}/", b"", {})
    assert len(answer.body) == ANSWER_BYTES


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("0", 0), ("-5", 0), ("999999", 3600), ("9" * 400, 3600), ("soon", 0), ("", 0), ("１２", 0)],
)
def test_when_to_come_again_is_understood_and_bounded(told: str, seconds: float) -> None:
    assert retry_after(told, NOW) == seconds


def test_when_to_come_again_may_be_a_date() -> None:
    assert retry_after(format_datetime(NOW.replace(minute=31), usegmt=True), NOW) == 60
    assert retry_after(format_datetime(NOW.replace(minute=29), usegmt=True), NOW) == 0


def test_a_service_that_asks_for_patience_gets_it() -> None:
    with pytest.raises(Later) as told:
        judge(Answer(429, httpx2.Headers({"Retry-After": "7"}), b""), NOW)
    assert told.value.seconds == 7
