"""Files of pictures as phones send them, and as those who mean harm do."""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image, PngImagePlugin

GPS = {1: "N", 2: (31.0, 46.0, 12.5), 3: "E", 4: (119.0, 56.0, 33.25)}
SECRETS = (b"Exif", b"GPS", b"Canon", b"SECRET", b"ICC_PROFILE", b"http://ns.adobe.com", b"<script>")


def scene(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue, a white corner top left."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = 255
    pixels[:, width // 2 :, 2] = 255
    pixels[: height // 4, : width // 4] = 255
    return Image.fromarray(pixels).convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """The image as a file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def from_a_phone(kind: str = "JPEG", orientation: int = 1) -> bytes:
    """With everything that phones and their programs put in: place, maker, profile, XMP, comment."""
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update(GPS)
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "SECRET")
    extra = {"comment": b"SECRET"} if kind == "JPEG" else {"pnginfo": told} if kind == "PNG" else {}
    xmp = {} if kind == "PNG" else {"xmp": b"<x:xmpmeta>SECRET</x:xmpmeta>"}
    return encoded(scene(), kind, exif=exif, icc_profile=b"ICC_PROFILE SECRET" * 9, **extra, **xmp)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says to be of this size and has nearly nothing in it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_of_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    whole = encoded(scene(), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * count + whole[-2:]
