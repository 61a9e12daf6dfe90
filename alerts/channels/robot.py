"""Group robots of WeCom, DingTalk, Feishu and Lark: they say no with a 200, so their answer is read."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from alerts.channels.message import Later, Sent
from alerts.channels.outlet import Answer, Outlet, judge
from alerts.channels.refused import Refused

# Where the key of a robot is appended, by the scheme of its address (as apprise writes them).
HOOKS: Mapping[str, str] = {
    "wecombot": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/",
    "lark": "https://open.larksuite.com/open-apis/bot/v2/hook/",
}
MINUTE_S = 60.0
# Answers that pass, and after how many seconds: the system is busy, or too many messages a minute.
PASSING: Mapping[str, Mapping[int, float]] = {
    "wecombot": {-1: 0, 45009: MINUTE_S, 45033: MINUTE_S},
    "dingtalk": {-1: 0, 130101: 10 * MINUTE_S, 410100: 10 * MINUTE_S},
    "feishu": {2200: 0, 9499: MINUTE_S, 11232: MINUTE_S, 230020: MINUTE_S},
    "lark": {2200: 0, 9499: MINUTE_S, 11232: MINUTE_S, 230020: MINUTE_S},
}


class Robot(NamedTuple):
    """What an address says: `scheme://[secret@]key[/phone…][?secret=…&to=phone,…]`."""

    scheme: str
    key: str
    secret: str
    phones: list[str]  # of those who are mentioned, so that their phones ring

    @classmethod
    def parse(cls, address: str) -> "Robot":
        """From an address that passed `address.check`."""
        parts = urlsplit(address)
        secret, _, key = parts.netloc.rpartition("@")
        options = parse_qs(parts.query)
        phones = [*parts.path.split("/"), *",".join(options.get("to", [])).split(",")]
        secret = unquote(secret) or options.get("secret", [""])[0]
        return cls(parts.scheme, unquote(key), secret, [phone for phone in phones if phone])


class Robots:
    """Posts a text to the group of a robot."""

    def __init__(self, outlet: Outlet, now: Callable[[], datetime], hooks: Mapping[str, str] = HOOKS) -> None:
        self._outlet, self._now, self._hooks = outlet, now, hooks

    async def send(self, address: str, text: str) -> Sent:
        """Raises Refused with the robot's reason, Later where it asks to be tried again."""
        robot, now = Robot.parse(address), self._now()
        body = json.dumps(_body(robot, text, now), ensure_ascii=False).encode()
        url = self._hooks[robot.scheme] + quote(robot.key, safe="") + _signed_url(robot, now)
        answer = await self._outlet.post(url, body, {"Content-Type": "application/json; charset=utf-8"})
        _heed(robot, answer, now)
        return Sent(delivered=True)


def _body(robot: Robot, text: str, now: datetime) -> dict[str, Any]:
    if robot.scheme == "wecombot":
        return {"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": robot.phones}}
    if robot.scheme == "dingtalk":
        return {"msgtype": "text", "text": {"content": text}, "at": {"atMobiles": robot.phones, "isAtAll": False}}
    return {"msg_type": "text", "content": {"text": text}, **_signed_body(robot, now)}


def _signed_url(robot: Robot, now: datetime) -> str:
    """DingTalk: HMAC-SHA256 of "timestamp in ms, newline, secret", keyed with the secret."""
    if robot.scheme != "dingtalk" or not robot.secret:
        return ""
    timestamp = str(int(now.timestamp() * 1000))
    digest = hmac.new(robot.secret.encode(), f"{timestamp}\n{robot.secret}".encode(), hashlib.sha256).digest()
    return f"&timestamp={timestamp}&sign={quote(base64.b64encode(digest), safe='')}"


def _signed_body(robot: Robot, now: datetime) -> dict[str, str]:
    """Feishu and Lark: HMAC-SHA256 of nothing, keyed with "timestamp in s, newline, secret"."""
    if not robot.secret:
        return {}
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(f"{timestamp}\n{robot.secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def _heed(robot: Robot, answer: Answer, now: datetime) -> None:
    """The robot's own code goes before the status: too many messages are told with a 200 or a 400."""
    try:
        told = json.loads(answer.body)
        code = int(next(told[name] for name in ("errcode", "code", "StatusCode") if name in told))
    except (ValueError, TypeError, StopIteration) as error:
        judge(answer, now)
        raise Later("the answer cannot be understood") from error
    said = str(told.get("errmsg") or told.get("msg") or "").replace(robot.key, "…")
    detail = f"{code}: {said}"[:200]
    if code in PASSING[robot.scheme]:
        raise Later(detail, PASSING[robot.scheme][code])
    if code:
        raise Refused(detail)
    judge(answer, now)
