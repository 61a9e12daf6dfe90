"""A browser and its push service: a subscription, and what of a push reaches the phone."""

import base64
import json
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode

from tests.support.answering import Asked


class Phone:
    """Subscribes, decrypts (RFC 8291) and checks who has signed (RFC 8292)."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"

    def subscription(self, port: int, path: str = "/push/abc123") -> str:
        """The subscription at a service on this port, as the browser gives it."""
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        keys = {"p256dh": _text(self._private.public_key().public_bytes(*form)), "auth": _text(self._auth)}
        told = {"endpoint": f"https://localhost:{port}{path}", "expirationTime": None, "keys": keys}
        return json.dumps(told)

    def read(self, asked: Asked) -> dict[str, Any]:
        """The message in a request; raises where it was not encrypted for this phone."""
        plain = http_ece.decrypt(asked.body, private_key=self._private, auth_secret=self._auth, version="aes128gcm")
        told: dict[str, Any] = json.loads(plain)
        return told


def claims(asked: Asked) -> dict[str, Any]:
    """The claims of a request whose signature holds; raises AssertionError where it does not."""
    assert Vapid02.verify(asked.headers["authorization"])
    token = asked.headers["authorization"].split("t=")[1].split(",")[0]
    told: dict[str, Any] = json.loads(b64urldecode(token.split(".")[1].encode()))
    return told


def signer(asked: Asked) -> str:
    """The public key that a request names."""
    return asked.headers["authorization"].split("k=")[1]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
