"""A file as somebody sent it → what it is by its content, and what is kept of it; anything else is refused.

Pictures are encoded anew. A PDF, a table and a text are kept as they came, as evidence is, and are only ever handed out
as attachments; so what is looked for here is what harms who opens the attachment.
"""

import csv
import re
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO, StringIO

from alerts.handling.picture import PictureError, cleaned, digest

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 1000
LONGEST_NAME = 120
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", XLSX: "xlsx", "text/csv": "csv", "text/plain": "txt"}
ACCEPTED = "PDF, JPEG, PNG, WebP, XLSX, CSV, TXT"

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_PDF = re.compile(rb"%PDF-[12]\.\d")
_PDF_ACTIVE = re.compile(rb"/(JavaScript|Launch|RichMedia)\b")  # where it stands open; a reader asks before it runs any
_PDF_SIGN = re.compile(rb"#([0-9A-Fa-f]{2})")  # as any letter of a name may be written
_MARKUP = re.compile(r"\s*<(!doctype|html|head|body|script|svg|\?xml|\?php|iframe)", re.IGNORECASE)
_ACTIVE = ("vbaproject", "xl/embeddings/", "xl/activex", "xl/externallinks/", "xl/macrosheets", "customui")
# What a part is, a program reads in these, whatever the part is called.
_TELLING = re.compile(r"\.rels$|^\[content_types\]\.xml$", re.IGNORECASE)
_ACTIVE_KINDS = re.compile(
    rb"vbaProject|macroEnabled|macrosheet|externalLink|oleObject|activeX|attachedTemplate|relationships/package|&#",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"^\s*(?:[=@＝＠]|[+＋－-](?![\d.,\seE%:/+-]*$))|[;\t] *[=@＝＠]")
_DEFINING = (b"<!DOCTYPE", b"<!ENTITY")  # no spreadsheet program writes any; a few lines of them fill a memory
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError, struct.error)


class ContentError(ValueError):
    """A file that is not taken; says why. `field` is `name` where it is the name that is wrong."""

    def __init__(self, message: str, field: str = "body") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as it is kept; `received` is the SHA-256 (hex) of what came."""

    name: str
    content_type: str
    body: bytes
    received: str

    @property
    def sha256(self) -> str:
        """SHA-256 of what is kept, hex."""
        return digest(self.body)


def examined(raw: bytes, name: str) -> Paper:
    """What a file is, under a name that fits it; raises ContentError. Takes a processor for up to seconds."""
    if not raw:
        raise ContentError("空文件 · the body is empty: send the file as it is")
    if len(raw) > MOST_BYTES:
        raise ContentError(f"文件过大 · the file has {len(raw)} bytes; at most {MOST_BYTES} are taken")
    stem, extension = _name(name)
    content_type, body = _kept(raw, extension)
    return Paper(f"{stem}.{EXTENSIONS[content_type]}", content_type, body, digest(raw))


def _name(name: str) -> tuple[str, str]:
    """Stem and extension of a name that no reader is fooled by."""
    name = unicodedata.normalize("NFC", name).strip()
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for letter in name):
        raise ContentError("文件名含不可见字符 · the name has characters that cannot be seen", "name")
    if re.search(r'[/\\:*?"<>|]', name):
        raise ContentError('文件名不能含 / \\ : * ? " < > | · the name must not have any of / \\ : * ? " < > |', "name")
    stem, dot, extension = name.rpartition(".")
    stem = (stem if dot else name).strip(". ")
    if not stem or len(name) > LONGEST_NAME:
        raise ContentError(
            f"文件名须为 1 至 {LONGEST_NAME} 字 · the name must have 1 to {LONGEST_NAME} letters", "name"
        )
    return stem, extension.lower() if dot else ""


def _kept(raw: bytes, extension: str) -> tuple[str, bytes]:
    if raw.startswith(_PICTURES):
        try:
            return "image/jpeg", cleaned(raw).jpeg
        except PictureError as error:
            raise ContentError(str(error)) from error
    if raw.startswith(b"PK"):
        _workbook(raw)
        return XLSX, raw
    if zipfile.is_zipfile(BytesIO(raw)):
        raise ContentError("文件中藏有压缩包 · there is an archive hidden behind what the file seems to be")
    if _PDF.match(raw):
        _readable(raw)
        return "application/pdf", raw
    return _text(raw, extension), raw


def _readable(raw: bytes) -> None:
    if not raw.rstrip(b"\0\t\n\r\f ").endswith(b"%%EOF"):
        raise ContentError("PDF 不完整或末尾有多余内容 · a PDF that is cut off, or has something behind its end")
    if _PDF_ACTIVE.search(_PDF_SIGN.sub(lambda sign: bytes([int(sign[1], 16)]), raw)):
        raise ContentError("PDF 中有脚本或程序 · a PDF that runs scripts or programs: print it to a new one")


def _text(raw: bytes, extension: str) -> str:
    text = _decoded(raw)
    if text is None or _MARKUP.match(text.lstrip("\ufeff")):
        raise ContentError(f"文件类型不受支持 · of no type that is taken; taken are {ACCEPTED}")
    if extension != "csv":
        return "text/plain"
    try:
        cells = (cell for row in csv.reader(StringIO(text.lstrip("\ufeff"), newline="")) for cell in row)
        formula = next((cell for cell in cells if _FORMULA.search(cell)), None)
    except csv.Error as error:
        raise ContentError(f"CSV 无法读取 · this CSV cannot be read: {error}") from error
    if formula is not None:
        raise ContentError(f"CSV 中有公式 · a cell that a spreadsheet would run as a formula: {formula[:40]!r}")
    return "text/csv"


def _decoded(raw: bytes) -> str | None:
    """As UTF-8, or as older Chinese programs write; None where it is no text."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", text) else text
    return None


def _workbook(raw: bytes) -> None:
    """Raises ContentError where an archive is no plain workbook, or does not unpack to what it says."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            _plain(raw, archive)
            left = MOST_UNPACKED
            for part in archive.infolist():
                left -= _unpacked(archive, part, left)
    except ContentError:
        raise
    except _BROKEN as error:
        raise ContentError(f"压缩包损坏 · an archive that is broken: {error}"[:300]) from error


def _plain(raw: bytes, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise ContentError(f"不是 XLSX · an archive that is no XLSX workbook; taken are {ACCEPTED}")
    if len(parts) > MOST_PARTS or len(names) < len(parts):
        raise ContentError(f"条目过多或重名 · more than {MOST_PARTS} parts, or two of one name")
    if hidden := next((name for name in sorted(names) if any(word in name.lower() for word in _ACTIVE)), None):
        raise _active(hidden)
    if any(part.compress_type not in _METHODS for part in parts):
        raise ContentError("压缩方式不受支持 · an archive packed as no spreadsheet program does")
    # Parts that lie over each other unpack to far more than there is room for.
    whole = raw[-22:].startswith(b"PK\x05\x06") and not min(part.header_offset for part in parts)
    if sum(part.compress_size for part in parts) > len(raw) or not whole:
        raise ContentError("压缩包结构异常 · an archive whose parts overlap, or that has something before or behind it")


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    """How many bytes a part unpacks to, at most `most`; raises ContentError where it is not as many as it says."""
    told, size, end = part.file_size, 0, b""
    if told > most:
        raise ContentError(f"解压后过大 · it unpacks to more than {MOST_UNPACKED} bytes")
    part.file_size = most + 1  # how far it is read: not as far as it says
    with archive.open(part) as file:
        while chunk := file.read(1 << 16):
            size += len(chunk)
            _must_be_harmless(part.filename, end + chunk)
            end = chunk[-32:]
    if size != told:
        raise ContentError(f"压缩包与目录不符 · a part unpacks to {size} bytes and says {told}")
    return size


def _must_be_harmless(name: str, piece: bytes) -> None:
    # What is not UTF-8 hides its words.
    if any(word in piece for word in _DEFINING) or (name.lower().endswith((".xml", ".rels")) and b"\0" in piece):
        raise ContentError(f"XML 中有实体定义 · a part that defines what it then repeats: {name}"[:300])
    if _TELLING.search(name) and _ACTIVE_KINDS.search(piece):
        raise _active(name)


def _active(name: str) -> ContentError:
    return ContentError(
        f"含宏或嵌入对象 · a workbook with macros, embedded or linked files ({name}): save it without"[:300]
    )
