"""Robots get what their makers document, and a no that comes with a 200 is heard."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from alerts.channels.chat import Chat
from alerts.channels.guard import Guard
from alerts.channels.message import Later, Message, Sent
from alerts.channels.outlet import Outlet
from alerts.channels.refused import Refused
from alerts.channels.robot import HOOKS, Robots
from tests.support.answering import Asked, Reply, Server, answering

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
MESSAGE = Message("k", "【发现热点】孟河镇", "PM2.5 182 µg/m³", "https://h/r/abc", 3)
TEXT = "【发现热点】孟河镇\nPM2.5 182 µg/m³\nhttps://h/r/abc"
KEY = "Key-AbC_123"


async def send(server: Server, address: str, message: Message = MESSAGE) -> Sent:
    """As if the makers' servers were ours, paths and all."""
    guard = Guard(["127.0.0.1"])
    hooks = {
        scheme: url.replace(f"https://{urlsplit(url).netloc}", f"http://127.0.0.1:{server.port}")
        for scheme, url in HOOKS.items()
    }
    return await Chat(guard, Robots(Outlet(guard), lambda: NOW, hooks)).send(address, message)


def well(asked: Asked) -> Reply:
    code = "errcode" if "cgi-bin" in asked.target or "robot" in asked.target else "code"
    return Reply(body=json.dumps({code: 0, "errmsg": "ok"}).encode())


async def test_wecom_gets_a_text_and_whose_phone_to_ring() -> None:
    async with answering(well) as server:
        sent = await send(server, f"wecombot://{KEY}?to=13800000001,13800000002")
    (asked,) = server.asked
    assert sent.delivered
    assert asked.target == f"/cgi-bin/webhook/send?key={KEY}"
    phones = ["13800000001", "13800000002"]
    assert json.loads(asked.body) == {"msgtype": "text", "text": {"content": TEXT, "mentioned_mobile_list": phones}}


async def test_wecom_gets_no_more_bytes_than_it_takes_and_the_link_is_among_them() -> None:
    async with answering(well) as server:
        await send(server, f"wecombot://{KEY}", Message("k", "题", "长" * 2000, "https://h/r/abc", 3))
    content = json.loads(server.asked[0].body)["text"]["content"]
    assert 1900 < len(content.encode()) <= 2048
    assert content.startswith("题\n长长")
    assert content.endswith("…\nhttps://h/r/abc")


async def test_dingtalk_is_signed_in_its_url_once_encoded() -> None:
    async with answering(well) as server:
        await send(server, "dingtalk://SECabc@TokenXyZ/13800000001")
    (asked,) = server.asked
    url = urlsplit(asked.target)
    told = parse_qs(url.query)
    assert url.path == "/robot/send"
    assert told["access_token"] == ["TokenXyZ"]
    timestamp = str(int(NOW.timestamp() * 1000))
    assert told["timestamp"] == [timestamp]
    digest = hmac.new(b"SECabc", f"{timestamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert told["sign"] == [base64.b64encode(digest).decode()]
    at = {"atMobiles": ["13800000001"], "isAtAll": False}
    assert json.loads(asked.body) == {"msgtype": "text", "text": {"content": TEXT}, "at": at}


async def test_dingtalk_without_a_secret_is_not_signed() -> None:
    async with answering(well) as server:
        await send(server, "dingtalk://TokenXyZ")
    assert server.asked[0].target == "/robot/send?access_token=TokenXyZ"


@pytest.mark.parametrize("scheme", ["feishu", "lark"])
async def test_feishu_and_lark_are_signed_in_the_body(scheme: str) -> None:
    async with answering(well) as server:
        await send(server, f"{scheme}://{KEY}?secret=s3cret")
    (asked,) = server.asked
    assert asked.target == f"/open-apis/bot/v2/hook/{KEY}"
    timestamp = str(int(NOW.timestamp()))
    digest = hmac.new(f"{timestamp}\ns3cret".encode(), digestmod=hashlib.sha256).digest()
    signed = {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
    assert json.loads(asked.body) == {"msg_type": "text", "content": {"text": TEXT}, **signed}


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        (f"wecombot://{KEY}", {"errcode": 93000, "errmsg": f"invalid webhook url {KEY}"}),
        ("dingtalk://Tok", {"errcode": 310000, "errmsg": "sign not match"}),
        (f"feishu://{KEY}", {"code": 19024, "msg": "Key Words Not Found"}),
        (f"lark://{KEY}", {"StatusCode": 19001}),
    ],
)
async def test_a_no_with_a_200_is_final_and_its_reason_is_kept(address: str, answer: dict[str, object]) -> None:
    async with answering(lambda _: Reply(body=json.dumps(answer).encode())) as server:
        with pytest.raises(Refused, match=str(next(iter(answer.values())))) as told:
            await send(server, address)
    assert KEY not in str(told.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("address", "status", "answer", "seconds"),
    [
        (f"wecombot://{KEY}", 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, 60),
        (f"wecombot://{KEY}", 200, {"errcode": -1, "errmsg": "system busy"}, 0),
        ("dingtalk://Tok", 200, {"errcode": 410100, "errmsg": "发送速度太快而限流"}, 600),
        (f"feishu://{KEY}", 200, {"code": 11232, "msg": "frequency limited"}, 60),
        (f"feishu://{KEY}", 400, {"code": 11232, "msg": "frequency limited"}, 60),
        (f"feishu://{KEY}", 200, {}, 0),
        (f"feishu://{KEY}", 502, {}, 0),
    ],
)
async def test_too_many_and_too_busy_are_tried_later(
    address: str, status: int, answer: dict[str, object], seconds: float
) -> None:
    async with answering(lambda _: Reply(status, json.dumps(answer).encode())) as server:
        with pytest.raises(Later) as told:
            await send(server, address)
    assert told.value.seconds == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errcode": "x"}', b"\xff"])
async def test_an_answer_that_is_none_is_no_yes(body: bytes) -> None:
    async with answering(lambda _: Reply(body=body)) as server:
        with pytest.raises(Later):
            await send(server, f"wecombot://{KEY}")


def test_the_limits_of_the_makers_are_known() -> None:
    chat = Chat(Guard(), Robots(Outlet(Guard()), lambda: NOW))
    limits = {scheme: chat.per_minute(f"{scheme}://{KEY}") for scheme in HOOKS}
    assert limits == {"wecombot": 20, "dingtalk": 20, "feishu": 100, "lark": 100}
    assert chat.per_minute("ntfy://h/t") is None
