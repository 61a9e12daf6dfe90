"""Which addresses a channel takes, and what of one may be shown: its kind and its host, never its keys."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from alerts.channels.outside import is_number, is_public
from alerts.channels.scheme import SCHEMES

LONGEST = 2048  # bytes, of printable ASCII: anything else in an address is percent-encoded
HIDDEN = "***"
_MAIL = ("mailto", "mailtos")
_PRINTABLE = re.compile(rf"[ -~]{{1,{LONGEST}}}")
_LONG_KEY = re.compile(r"[A-Za-z0-9_-]{16}$")  # so long that its end gives nothing away
# A name with a dot whose last part is no number (1.2.3 is an address too) and no name of the inside.
_PUBLIC_NAME = re.compile(r"(?:[a-z0-9_-]+\.)+(?!(?:local|localhost|internal|lan|home|corp)\.?$)[a-z][a-z0-9-]*\.?")
# Segments of a siren's topic below the installation's own prefix: no wildcard, no leap, nothing of the broker's.
_TOPIC = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}){0,7}")


def check(channel: str, address: str) -> None:
    """Raises ValueError, with what is wrong and never with the address, where the channel cannot take it."""
    if not _PRINTABLE.fullmatch(address):
        raise ValueError(f"must be 1 to {LONGEST} printable ASCII characters, others percent-encoded")
    if channel not in _CHECKS:
        raise ValueError(f"must belong to one of the channels {', '.join(_CHECKS)}")
    _CHECKS[channel](address)


def masked(channel: str, address: str) -> str:
    """What may be shown of an address that passed `check`: enough to tell it from others, nothing to send with."""
    if channel == "siren":
        return address
    url = str(subscription(address)["endpoint"]) if channel == "webpush" else address
    parts = _parts(url)
    if channel == "apprise" and not SCHEMES[parts.scheme].own_server:
        return f"{parts.scheme}://{HIDDEN}{_tail(url)}"
    return f"{parts.scheme}://{parts.hostname}/{HIDDEN}{_tail(url)}"


def subscription(address: str) -> dict[str, Any]:
    """The browser's subscription in a web push address; raises ValueError."""
    try:
        told = json.loads(address)
        endpoint, keys = told["endpoint"], told["keys"]
        point, auth = (_decoded(keys[name]) for name in ("p256dh", "auth"))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError('must be a subscription {"endpoint": …, "keys": {"p256dh": …, "auth": …}}') from error
    if not isinstance(endpoint, str) or not _PRINTABLE.fullmatch(endpoint):
        raise ValueError("endpoint must be printable ASCII")
    _check_url(endpoint, ("https",))
    if len(point) != 65 or point[0] != 4 or len(auth) != 16:
        raise ValueError("keys: p256dh must be an uncompressed P-256 point (65 bytes), auth 16 bytes, in base64url")
    return {"endpoint": endpoint, "keys": {"p256dh": keys["p256dh"], "auth": keys["auth"]}}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), "-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def _parts(url: str) -> Any:
    """The parts of a URL; raises ValueError that does not tell it."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # out of range only shows when it is read
    except ValueError:
        raise ValueError("must be a URL") from None
    return parts


def _tail(url: str) -> str:
    return url[-3:] if _LONG_KEY.search(url) else ""


def _check_url(url: str, schemes: tuple[str, ...]) -> None:
    parts = _parts(url)
    if parts.scheme not in schemes or not parts.hostname or " " in url or parts.fragment:
        raise ValueError(f"must be a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")


def _check_webhook(address: str) -> None:
    _check_url(address, ("https", "http"))
    if "@" in _parts(address).netloc:
        raise ValueError("must have no user or password: what is posted is signed instead")


def _check_hook(address: str) -> None:
    _check_url(address, ("https",))
    _check_webhook(address)
    host = _parts(address).hostname
    # A name is looked up and judged whenever something is sent; what is inside by its looks is told at once.
    if not (is_public(host) if is_number(host) else _PUBLIC_NAME.fullmatch(host)):
        raise ValueError("must be a host of the public internet")


def _check_chat(address: str) -> None:
    scheme, found, _ = address.partition("://")
    if not found or scheme not in SCHEMES:
        raise ValueError(f"must be a URL with one of the schemes {', '.join(SCHEMES)}")
    _check_url(address, (scheme,))
    parts = _parts(address)
    if unknown := {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} - SCHEMES[scheme].options:
        raise ValueError(f"{', '.join(sorted(unknown))[:100]}: no option of {scheme}:// that may be set here")
    # Otherwise what is taken for the server's name might be a key, which is shown.
    if SCHEMES[scheme].own_server and not (parts.username if scheme in _MAIL else parts.path.strip("/")):
        raise ValueError(f"must name the server and who is meant on it, for example {_example(scheme)}")


def _example(scheme: str) -> str:
    return f"{scheme}://user:password@mail.example.org" if scheme in _MAIL else f"{scheme}://push.example.org/name"


def _check_siren(address: str) -> None:
    if not _TOPIC.fullmatch(address):
        raise ValueError("must be a topic below the prefix of the sirens, for example menghe/siren-1: no wildcards")


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "webhook": _check_webhook,
    "webpush": subscription,
    "apprise": _check_chat,
    "siren": _check_siren,
    "hook": _check_hook,
}
