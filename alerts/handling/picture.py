"""A photo as it came from a phone → the picture alone, freshly encoded: nothing else of the file is kept.

Re-encoding drops whatever hides in or behind a picture: places, serial numbers, profiles, comments, second files.
"""

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

LONGEST_PX = 2560
QUALITY = 85
MOST_BYTES = 10 * 1024 * 1024
# Decoded, a pixel takes 4 bytes; JPEG is decoded at a half or less where it is that large.
MOST_PIXELS = {"JPEG": 52_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
# Cameras write about ten; each costs as much time as the whole picture and may be a few bytes long.
MOST_SCANS = 64
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")

_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_SCAN, _END = 0xDA, 0xD9
_BROKEN = (
    OSError,
    SyntaxError,  # what Pillow says of a broken PNG
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
_OTHERS = (
    (re.compile(rb"\s*<", re.DOTALL), "a text such as SVG or HTML"),
    (re.compile(rb"....ftyp(heic|heix|mif1|msf1)", re.DOTALL), "HEIC: set the camera to JPEG (most compatible)"),
    (re.compile(rb"....ftypavi", re.DOTALL), "AVIF"),
    (re.compile(rb"GIF8"), "a GIF"),
    (re.compile(rb"%PDF"), "a PDF"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
)


class PictureError(ValueError):
    """What came is no picture that can be taken; the message says why and what can."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of our own making, its size in pixels, and the SHA-256 (hex) of the file that came."""

    jpeg: bytes
    width: int
    height: int
    received: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the JPEG, hex."""
        return digest(self.jpeg)


def digest(data: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(data).hexdigest()


def cleaned(raw: bytes) -> Picture:
    """The picture upright, on white, the longest side at most LONGEST_PX; raises PictureError.

    What it is says its content, not its name. Takes a processor for up to seconds: not for the event loop.
    """
    if len(raw) > MOST_BYTES:
        raise PictureError(f"the file has {len(raw)} bytes; at most {MOST_BYTES} are taken")
    kind = _kind(raw)
    if kind == "JPEG" and _scans(raw) > MOST_SCANS:
        raise PictureError(f"a JPEG of more than {MOST_SCANS} scans is made to block the one who opens it")
    try:
        image = _upright(raw, kind)
        jpeg = BytesIO()
        image.save(jpeg, "JPEG", quality=QUALITY)
    except PictureError:
        raise
    except _BROKEN as error:
        raise PictureError(f"a {kind} that is broken or cut off: {error}"[:300]) from error
    return Picture(jpeg.getvalue(), *image.size, digest(raw))


def _kind(raw: bytes) -> str:
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    found = next((f" but {name}" for pattern, name in _OTHERS if pattern.match(raw)), "")
    raise PictureError(f"this is no JPEG, PNG or WebP{found}" if raw else "the body is empty; send the photo as it is")


def _scans(raw: bytes) -> int:
    """How many scans a JPEG has, up to its end: there may be a film behind it."""
    at, scans = 2, 0
    while (marker := _MARKER.search(raw, at)) and marker[1][0] != _END:
        scans += marker[1][0] == _SCAN
        at = marker.end() + int.from_bytes(raw[marker.end() : marker.end() + 2], "big")
    return scans


def _upright(raw: bytes, kind: str) -> Image.Image:
    with Image.open(BytesIO(raw), formats=[kind]) as image:
        width, height = image.size
        if width * height > MOST_PIXELS[kind]:
            raise PictureError(f"{width} × {height} pixels; a {kind} may have {MOST_PIXELS[kind]} at most")
        image.draft(None, (LONGEST_PX, LONGEST_PX))
        ImageOps.exif_transpose(image, in_place=True)
        flat = _on_white(image)
    flat.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    return flat


def _on_white(image: Image.Image) -> Image.Image:
    """A picture of its own, so that nothing that came with the file is left in it."""
    flat = Image.new("RGB", image.size, "white")
    clear = image.convert("RGBA") if image.has_transparency_data else None
    flat.paste(clear or image.convert("RGB"), mask=clear)
    return flat
