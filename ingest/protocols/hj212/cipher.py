"""The encrypted data area of HJ 212-2025: how it is told from a plain one, and what would read it."""

import re
from typing import Protocol

from ingest.protocols.hj212.frame import Frame, FrameError

# A first field with a value; what fills up Base64 is `=` at the end.
_PLAIN = re.compile(rb"\s*+[A-Za-z0-9_]++(?:-[A-Za-z]++)?\s*+=(?!=|\s*\Z)")
_EDITION = 2


class Cipher(Protocol):
    """What turns an encrypted CP into a plain one: SM4, ECB, no padding, with the key of the logger (16 bytes).

    How the text is filled to whole blocks and how the result is spelt (bytes, hexadecimal, Base64) is not confirmed
    from the standard's text, so none is built in.
    """

    def decrypt(self, cp: bytes) -> bytes:
        """The plain CP; raises ValueError where key or encoding do not fit."""
        ...


def encrypted(frame: Frame) -> bool:
    """Whether this CP has no plain fields, of a command whose CP HJ 212-2025 has encrypted."""
    secret = frame.edition >= _EDITION and (2000 <= frame.cn <= 2999 or frame.cn in (1014, 3020))
    return bool(secret and frame.cp.strip() and b"DataTime=" not in frame.cp and not _PLAIN.match(frame.cp))


def plain(frame: Frame, cipher: Cipher | None) -> Frame:
    """The frame with a CP that can be read; raises FrameError: encrypted."""
    if not encrypted(frame):
        return frame
    if cipher is None:
        detail = "CP is encrypted (HJ 212-2025, SM4): the logger's key and a confirmed encoding of the text are missing"
        raise FrameError("encrypted", detail)
    try:
        opened = frame._replace(cp=cipher.decrypt(frame.cp))
    except ValueError as error:
        raise FrameError("encrypted", f"CP cannot be decrypted: {error}") from error
    if encrypted(opened):
        raise FrameError("encrypted", "CP is no text after decryption: wrong key or encoding")
    return opened
