"""Notices to another platform: a signed HTTP POST."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import SecretStr

from alerts.channels.refused import Refused

TIMEOUT_S = 10
# Asked to slow down or to come back: everything else in the 400s will not get better by trying again.
PASSING = frozenset({408, 425, 429})


class Webhook:
    """Posts a notice as JSON; `Idempotency-Key` lets the receiver drop a repeat.

    With a secret, `X-Hotgrid-Signature` is `sha256=` and the HMAC-SHA256 of the body in hexadecimal.
    """

    name = "webhook"

    def __init__(self, url: str, secret: SecretStr | None) -> None:
        self._url = url
        self._secret = secret.get_secret_value().encode() if secret else None

    async def send(self, key: str, notice: Mapping[str, Any]) -> None:
        """Raises Refused on a final no, httpx2.HTTPError where another try may help."""
        body = json.dumps(notice, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        if self._secret:
            headers["X-Hotgrid-Signature"] = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        async with httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
            response = await client.post(self._url, content=body, headers=headers)
        if 300 <= response.status_code < 500 and response.status_code not in PASSING:
            raise Refused(f"HTTP {response.status_code}")
        response.raise_for_status()
