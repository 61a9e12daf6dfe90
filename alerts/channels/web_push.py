"""Messages to a browser on a phone or a desk: Web Push (RFC 8030), encrypted (RFC 8291), signed (RFC 8292)."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from py_vapid import Vapid02, VapidException
from pywebpush import WebPusher

from alerts.channels.address import subscription
from alerts.channels.cut import cut
from alerts.channels.message import Message, Sent
from alerts.channels.outlet import Outlet, judge
from alerts.channels.refused import Refused

PLAIN_BYTES = 3900  # a push service takes 4096 encrypted, 103 of them are the encryption's
TTL = timedelta(hours=4)  # a phone that is off for longer learns it otherwise
SIGNED_FOR = timedelta(hours=12)
URGENT = 3  # from this severity on the phone is woken
GONE = frozenset({404, 410})


class WebPush:
    """The address is the browser's subscription as JSON; that a push service took a message is no word of the phone."""

    name = "webpush"
    room = 900

    def __init__(self, outlet: Outlet, pair: Vapid02, subject: str, now: Callable[[], datetime]) -> None:
        self._outlet, self._pair, self._subject, self._now = outlet, pair, subject, now

    def per_minute(self, _address: str) -> int | None:
        """Push services name no figure."""
        return None

    async def send(self, address: str, message: Message) -> Sent:
        """See Channel; Gone where the browser has given up the subscription."""
        try:
            told = subscription(address)
            body = bytes(WebPusher(told).encode(_plain(message))["body"])
        except ValueError as error:
            raise Refused("the subscription cannot be used") from error
        headers = {**self._headers(message), **self._signed(told["endpoint"])}
        judge(await self._outlet.post(told["endpoint"], body, headers), self._now(), GONE)
        return Sent()

    def _headers(self, message: Message) -> dict[str, str]:
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(TTL.total_seconds())),
            "Urgency": "high" if message.severity >= URGENT else "normal",
        }
        if message.topic:  # at most 32 characters of base64url
            headers["Topic"] = urlsafe_b64encode(hashlib.sha256(message.topic.encode()).digest()[:24]).decode()
        return headers

    def _signed(self, endpoint: str) -> dict[str, str]:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "sub": self._subject,
            "exp": int((self._now() + SIGNED_FOR).timestamp()),
        }
        try:
            return dict(self._pair.sign(claims))
        except VapidException as error:
            raise Refused("the host of the subscription cannot be signed for") from error


def _plain(message: Message) -> bytes:
    """What the service worker gets: the text is cut where all of it would be too long."""
    told: dict[str, object] = {"key": message.key, "title": cut(message.title, 300), "text": "", "url": message.url}
    told |= {"severity": message.severity, "topic": message.topic}
    room = PLAIN_BYTES - len(_json(told))
    return _json(told | {"text": cut(message.text, room, lambda text: len(_json(text)) - 2)})


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()
