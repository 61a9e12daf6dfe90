"""A webhook posts once, signed and with its key, and says whether another try may help."""

import hashlib
import hmac
import json

import httpx2
import pytest
from pydantic import SecretStr, ValidationError

from alerts.channels import configured
from alerts.channels.refused import Refused
from alerts.channels.webhook import Webhook
from alerts.settings import NotifySettings
from tests.support.receiver import receiving

NOTICE = {"seq": 7, "text": {"zh": "【发现热点】"}}


async def test_a_notice_arrives_with_its_key_and_a_signature_of_just_these_bytes() -> None:
    async with receiving() as receiver:
        await Webhook(receiver.url, SecretStr("密钥")).send("hotgrid-7", NOTICE)
    (posted,) = receiver.posted
    assert posted.path == "/hook"
    assert json.loads(posted.body) == NOTICE
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["idempotency-key"] == "hotgrid-7"
    expected = hmac.new("密钥".encode(), posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["x-hotgrid-signature"] == f"sha256={expected}"


async def test_without_a_secret_there_is_no_signature() -> None:
    async with receiving() as receiver:
        await Webhook(receiver.url, None).send("k", NOTICE)
    assert "x-hotgrid-signature" not in receiver.posted[0].headers


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 413, 422])
async def test_a_final_no_is_told_as_one_and_no_redirect_is_followed(status: int) -> None:
    async with receiving(status) as receiver:
        with pytest.raises(Refused, match=str(status)):
            await Webhook(receiver.url, None).send("k", NOTICE)
    assert len(receiver.posted) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 0])
async def test_what_may_pass_is_told_as_that(status: int) -> None:
    async with receiving(status) as receiver:
        with pytest.raises(httpx2.HTTPError):
            await Webhook(receiver.url, None).send("k", NOTICE)
    assert len(receiver.posted) == 1


async def test_nobody_there_may_pass_too() -> None:
    async with receiving() as receiver:
        pass
    with pytest.raises(httpx2.HTTPError):
        await Webhook(receiver.url, None).send("k", NOTICE)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_every_yes_is_one(status: int) -> None:
    async with receiving(status) as receiver:
        await Webhook(receiver.url, None).send("k", NOTICE)


def settings(**changed: object) -> NotifySettings:
    return NotifySettings(database_url="x", _env_file=None, **changed)  # type: ignore[arg-type]


def test_only_what_is_set_up_is_used() -> None:
    assert configured(settings()) == []
    assert [channel.name for channel in configured(settings(webhook_url="https://h/x"))] == ["webhook"]


@pytest.mark.parametrize("url", ["ftp://h", "file:///etc/passwd", "h", ""])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(webhook_url=url)


def test_the_secret_does_not_show() -> None:
    assert "hush" not in repr(settings(webhook_url="https://h", webhook_secret="hush"))
