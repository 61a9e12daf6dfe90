"""Chat services, mail and text-message gateways get the message, and their no is told as what it is."""

import base64
import json
from datetime import UTC, datetime

import pytest
from apprise import Apprise

from alerts.channels.chat import Chat
from alerts.channels.guard import Guard
from alerts.channels.message import Later, Message
from alerts.channels.outlet import Outlet
from alerts.channels.refused import Refused
from alerts.channels.robot import Robots
from alerts.channels.scheme import SCHEMES
from tests.support.answering import Asked, Reply, answering
from tests.support.mailbox import mailbox

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
MESSAGE = Message("k", "【发现热点】孟河镇", "PM2.5 182 µg/m³\n{{ x }} \\n :smile:", "https://h/r/abc", 3)
LOCAL = Guard(["127.0.0.1"])


def chat(guard: Guard = LOCAL) -> Chat:
    return Chat(guard, Robots(Outlet(guard), lambda: NOW))


def well(_: Asked) -> Reply:
    return Reply(body=b"{}")


async def test_ntfy_gets_title_text_link_and_how_urgent_it_is() -> None:
    async with answering(well) as server:
        sent = await chat().send(f"ntfy://user:pass@127.0.0.1:{server.port}/Topic-1", MESSAGE)
    (asked,) = server.asked
    assert not sent.delivered
    told = json.loads(asked.body)
    assert told == {"topic": "Topic-1", "title": MESSAGE.title, "message": f"{MESSAGE.text}\n{MESSAGE.url}"}
    assert asked.headers["x-priority"] == "high"
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"user:pass").decode()
    assert "x-icon" not in asked.headers
    assert "apprise" not in asked.headers["user-agent"].lower()


async def test_how_urgent_it_is_may_be_fixed_in_the_address() -> None:
    async with answering(well) as server:
        await chat().send(f"ntfy://127.0.0.1:{server.port}/t?priority=max", MESSAGE)
        await chat().send(f"gotify://127.0.0.1:{server.port}/AbCdEfGh", MESSAGE)
        await chat().send(f"bark://127.0.0.1:{server.port}/devicekey", MESSAGE)
    ntfy, gotify, bark = server.asked
    assert ntfy.headers["x-priority"] == "max"
    assert json.loads(gotify.body)["priority"] == 8
    assert json.loads(bark.body)["level"] == "timeSensitive"


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413])
async def test_a_final_no_is_told_as_one_and_nobody_is_followed(status: int) -> None:
    async with answering(well) as other:
        no = Reply(status, b"{}", {"Location": f"http://127.0.0.1:{other.port}/"})
        async with answering(lambda _: no) as server:
            with pytest.raises(Refused, match=str(status)):
                await chat().send(f"ntfy://127.0.0.1:{server.port}/t", MESSAGE)
    assert (len(server.asked), other.asked) == (1, [])


@pytest.mark.parametrize(("status", "body"), [(429, b'{"code": 42901}'), (429, b""), (500, b""), (503, b"x")])
async def test_what_may_pass_is_told_as_that_after_one_try(status: int, body: bytes) -> None:
    async with answering(lambda _: Reply(status, body)) as server:
        with pytest.raises(Later, match=str(status)):
            await chat().send(f"ntfy://127.0.0.1:{server.port}/t", MESSAGE)
    assert len(server.asked) == 1


async def test_a_service_that_is_not_there_may_come_back() -> None:
    async with answering(well) as server:
        pass
    with pytest.raises(Later):
        await chat().send(f"ntfy://127.0.0.1:{server.port}/t", MESSAGE)


async def test_a_mail_has_subject_text_and_link() -> None:
    async with mailbox() as box:
        await chat().send(f"mailto://desk@127.0.0.1:{box.port}?to=duty@example.org&from=desk@example.org", MESSAGE)
    (mail,) = box.mails
    assert box.to == ["duty@example.org"]
    assert mail["subject"] == MESSAGE.title
    assert mail.get_content().replace("\r\n", "\n").strip() == f"{MESSAGE.text}\n{MESSAGE.url}"


async def test_a_mail_server_may_be_named_beside_the_domain_and_is_guarded_too() -> None:
    async with mailbox() as box:
        address = f"mailto://desk@example.org:{box.port}?to=duty@example.org&smtp=127.0.0.1"
        await chat().send(address, MESSAGE)
        with pytest.raises(Refused, match="internal"):
            await chat(Guard()).send(address, MESSAGE)
    assert len(box.mails) == 1


async def test_a_mailbox_that_says_no_is_tried_later() -> None:
    async with mailbox(refuse=450) as box:
        with pytest.raises(Later):
            await chat().send(f"mailto://desk@127.0.0.1:{box.port}?to=duty@example.org&from=desk@example.org", MESSAGE)
    assert box.mails == []


async def test_a_gateway_on_the_spot_gets_a_short_text() -> None:
    async with answering(lambda _: Reply(body=b'{"result": {"message_id": "1", "status": "ok"}}')) as server:
        message = Message("k", "【发现热点】", "长" * 500, "https://h/r/abc", 4)
        await chat().send(f"smseagle://token@127.0.0.1:{server.port}/13800000001", message)
    told = json.loads(server.asked[0].body)["params"]
    assert told["to"] == "13800000001"
    assert told["message"].startswith("【发现热点】")
    assert told["message"].endswith("https://h/r/abc")
    assert len(told["message"].encode()) <= 620


async def test_a_server_inside_is_not_asked() -> None:
    async with answering(well) as server:
        for host in ("127.0.0.1", "localhost", "127.1"):
            with pytest.raises(Refused, match="internal"):
                await chat(Guard()).send(f"ntfy://{host}:{server.port}/t", MESSAGE)
    assert server.asked == []


EXAMPLES = {
    "wecombot": "wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "dingtalk://SECabc@1234abcd/13800000001",
    "feishu": "feishu://abc-123",
    "lark": "lark://abc-123",
    "pushplus": "pushplus://0123456789abcdef0123456789abcdef",
    "wxpusher": "wxpusher://AT_appid/UID_12",
    "ntfy": "ntfy://h.example.org/topic",
    "ntfys": "ntfys://ntfy.sh/topic",
    "bark": "bark://h.example.org/key",
    "barks": "barks://api.day.app/key",
    "gotify": "gotify://h.example.org/token",
    "gotifys": "gotifys://h.example.org/token",
    "mailto": "mailto://user:pass@example.org",
    "mailtos": "mailtos://user:pass@qq.com?to=duty@example.org",
    "smseagle": "smseagle://token@h.example.org/13800000001",
    "smseagles": "smseagles://token@h.example.org/13800000001",
    "bulksms": "bulksms://user:pass@13800000001",
    "msgbird": "msgbird://abcdefghijklmnopqrstuvwxy/13800000001",
    "plivo": "plivo://abcdefghijklmnopqrst@" + "a" * 30 + "/13800000001/13800000002",
    "sinch": "sinch://" + "a" * 32 + ":" + "b" * 32 + "@13800000001/13800000002",
    "twilio": "twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@13800000001/13800000002",
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_service_that_may_be_named_is_known(scheme: str) -> None:
    chat()  # loads the plugins
    assert Apprise.instantiate(EXAMPLES[scheme]) is not None


async def test_an_address_that_the_service_does_not_understand_is_refused() -> None:
    with pytest.raises(Refused, match="not understood"):
        await chat().send("twilio://a:b@c", MESSAGE)
    with pytest.raises(Refused, match="schemes"):
        await chat().send("json://127.0.0.1", MESSAGE)
