"""The keys of this installation: made on first use, by whoever comes first, and read from the database ever after."""

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

from sql.queries import Connection, Queries

CONTACT = Queries("contact")


async def key(on: Connection, name: str, make: Callable[[], str] = secrets.token_urlsafe) -> str:
    """The key of this name; `make` is called where there is none yet (256 random bits where it is not given)."""
    found = await CONTACT.secret.fetchval(on, name=name)
    if found is None:
        await CONTACT.put_secret.execute(on, name=name, value=make())
        found = await CONTACT.secret.fetchval(on, name=name)
    return str(found)


async def vapid(on: Connection) -> Vapid02:
    """The key pair by which push services know this installation (RFC 8292)."""
    return Vapid02.from_raw((await key(on, "vapid", _new_private)).encode())


def public_key(pair: Vapid02) -> str:
    """What a browser wants as `applicationServerKey`: the uncompressed point in base64url."""
    form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return str(b64urlencode(pair.public_key.public_bytes(*form)))


def _new_private() -> str:
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return str(b64urlencode(number.to_bytes(32, "big")))
