"""The manifest of an archive: what is in it, who asked for it, and the installation's signature of that (Ed25519)."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from alerts.evidence.archive import Member

FORMAT = "hotgrid-evidence-1"
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public-key.pem"


def new_private() -> str:
    """A new key, as text that can be kept."""
    raw = Ed25519PrivateKey.generate().private_bytes_raw()
    return base64.b64encode(raw).decode()


def private_of(text: str) -> Ed25519PrivateKey:
    """The key that was kept as text."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text))


def pem(key: Ed25519PublicKey) -> bytes:
    """A public key as other programs read it."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_of(text: bytes) -> Ed25519PublicKey:
    """A public key in PEM; raises ValueError."""
    key = serialization.load_pem_public_key(text)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("is no Ed25519 key")  # noqa: TRY004 - of a file, not of an argument
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """By what people compare a key: SHA-256 of its 32 bytes, in hexadecimal."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def written(about: Mapping[str, Any], members: Sequence[Member], key: Ed25519PublicKey) -> bytes:
    """The manifest; what is signed are just these bytes."""
    told = {
        "format": FORMAT,
        **about,
        "key": {"algorithm": "Ed25519", "fingerprint_sha256": fingerprint(key), "file": PUBLIC_KEY},
        "files": [member._asdict() for member in members],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def is_signed(manifest: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether a signature is of just this manifest by this key."""
    try:
        key.verify(signature, manifest)
    except InvalidSignature:
        return False
    return True
