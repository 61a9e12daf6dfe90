"""Messages to another platform: a signed HTTP POST.

With a secret, a receiver checks that a request comes from here and is not an old one played again:
1. `X-Hotgrid-Timestamp` (seconds since 1970) is within five minutes of its own clock;
2. `X-Hotgrid-Signature-V2` is `v2=` and the HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body;
3. it has not taken in this `Idempotency-Key` before: a repeat is answered 2xx and left alone.
`X-Hotgrid-Signature` is `sha256=` and the HMAC-SHA256 of the body alone, for receivers that were built before.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr

from alerts.channels.message import Message, Sent
from alerts.channels.outlet import Outlet, judge


class Webhook:
    """Posts a message's data as JSON; `Idempotency-Key` lets the receiver drop a repeat."""

    name = "webhook"
    room = 100_000

    def __init__(self, outlet: Outlet, secret: SecretStr | None, now: Callable[[], datetime]) -> None:
        self._outlet, self._now = outlet, now
        self._secret = secret.get_secret_value().encode() if secret else None

    def per_minute(self, _address: str) -> int | None:
        """Nobody limits a platform."""
        return None

    async def send(self, address: str, message: Message) -> Sent:
        """See Channel."""
        body = json.dumps(message.data, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            **self._signed(body, message.secret),
        }
        judge(await self._outlet.post(address, body, headers), self._now())
        return Sent(delivered=True)

    def _signed(self, body: bytes, own: str | None) -> dict[str, str]:
        secret = own.encode() if own else self._secret
        if not secret:
            return {}
        timestamp = str(int(self._now().timestamp()))
        return {
            "X-Hotgrid-Timestamp": timestamp,
            "X-Hotgrid-Signature": f"sha256={_hmac(secret, body)}",
            "X-Hotgrid-Signature-V2": f"v2={_hmac(secret, timestamp.encode() + b'.' + body)}",
        }


class Hook(Webhook):
    """An enterprise's own platform: as a webhook, with a way out of its own that leads nowhere inside, and its secret.

    The installation's secret never signs what an enterprise is posted: its receivers would take that for the city's.
    """

    name = "hook"

    def __init__(self, outlet: Outlet, now: Callable[[], datetime]) -> None:
        super().__init__(outlet, None, now)


def _hmac(secret: bytes, told: bytes) -> str:
    return hmac.new(secret, told, hashlib.sha256).hexdigest()
