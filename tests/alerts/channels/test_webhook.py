"""A webhook posts once, signed and with its key, and says whether another try may help."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import httpx2
import pytest
from pydantic import SecretStr, ValidationError

from alerts.channels.guard import Guard
from alerts.channels.message import Later, Message
from alerts.channels.outlet import Outlet
from alerts.channels.refused import Gone, Refused
from alerts.channels.registry import guard_of
from alerts.channels.webhook import Webhook
from alerts.settings import NotifySettings
from tests.support.receiver import receiving

NOTICE = {"seq": 7, "text": {"zh": "【发现热点】"}}
MESSAGE = Message("hotgrid-7", "t", "x", None, 2, NOTICE)
NOW = datetime(2026, 11, 21, 0, 30, 0, 999_000, tzinfo=UTC)


def webhook(secret: str | None = None) -> Webhook:
    return Webhook(Outlet(Guard(["127.0.0.1"])), SecretStr(secret) if secret else None, lambda: NOW)


async def test_a_notice_arrives_with_its_key_and_a_signature_of_just_these_bytes() -> None:
    async with receiving() as receiver:
        sent = await webhook("密钥").send(receiver.url, MESSAGE)
    (posted,) = receiver.posted
    assert sent.delivered
    assert posted.path == "/hook"
    assert json.loads(posted.body) == NOTICE
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["host"] in receiver.url
    assert posted.headers["idempotency-key"] == "hotgrid-7"
    expected = hmac.new("密钥".encode(), posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["x-hotgrid-signature"] == f"sha256={expected}"


async def test_an_old_request_cannot_be_dressed_up_as_a_new_one() -> None:
    async with receiving() as receiver:
        await webhook("密钥").send(receiver.url, MESSAGE)
    (posted,) = receiver.posted
    timestamp = posted.headers["x-hotgrid-timestamp"]
    assert int(timestamp) == int(NOW.timestamp())

    def signature(at: str) -> str:
        return "v2=" + hmac.new("密钥".encode(), at.encode() + b"." + posted.body, hashlib.sha256).hexdigest()

    assert posted.headers["x-hotgrid-signature-v2"] == signature(timestamp)
    assert posted.headers["x-hotgrid-signature-v2"] != signature(str(int(timestamp) + 600))


async def test_without_a_secret_there_is_no_signature() -> None:
    async with receiving() as receiver:
        await webhook().send(receiver.url, MESSAGE)
    assert not [name for name in receiver.posted[0].headers if name.startswith("x-hotgrid")]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 413, 422])
async def test_a_final_no_is_told_as_one_and_no_redirect_is_followed(status: int) -> None:
    async with receiving(status) as receiver:
        with pytest.raises(Refused, match=str(status)) as told:
            await webhook().send(receiver.url, MESSAGE)
    assert not isinstance(told.value, Gone)
    assert len(receiver.posted) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_told_as_that(status: int) -> None:
    async with receiving(status) as receiver:
        with pytest.raises(Later, match=str(status)):
            await webhook().send(receiver.url, MESSAGE)
    assert len(receiver.posted) == 1


async def test_a_connection_that_breaks_may_pass_and_is_not_tried_again_here() -> None:
    async with receiving(0) as receiver:
        with pytest.raises(httpx2.HTTPError):
            await webhook().send(receiver.url, MESSAGE)
    assert len(receiver.posted) == 1


async def test_nobody_there_may_pass_too() -> None:
    async with receiving() as receiver:
        pass
    with pytest.raises(httpx2.HTTPError):
        await webhook().send(receiver.url, MESSAGE)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_every_yes_is_one(status: int) -> None:
    async with receiving(status) as receiver:
        await webhook().send(receiver.url, MESSAGE)


def settings(**changed: object) -> NotifySettings:
    return NotifySettings(database_url="x", _env_file=None, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["ftp://h", "file:///etc/passwd", "h", ""])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(webhook_url=url)


def test_the_secret_does_not_show() -> None:
    assert "hush" not in repr(settings(webhook_url="https://h", webhook_secret="hush"))


def test_who_may_be_pushed_to_inside_is_a_list_with_commas() -> None:
    assert settings(push_allow="10.1.0.0/16, sirens.internal,").push_allow == ("10.1.0.0/16", "sirens.internal")
    with pytest.raises(ValidationError):
        settings(push_allow="10.1.0.1/16")


async def test_the_platform_that_the_operator_names_may_be_inside_and_nobody_else() -> None:
    guard = guard_of(settings(webhook_url="http://127.0.0.1:9/hook"))
    assert await guard.addresses("127.0.0.1", 9) == ["127.0.0.1"]
    with pytest.raises(Refused):
        await guard.addresses("127.0.0.2", 9)
    with pytest.raises(Refused):
        await guard_of(settings()).addresses("127.0.0.1", 9)
