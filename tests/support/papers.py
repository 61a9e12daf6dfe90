"""Files as enterprises send them, and as those who mean harm do."""

import struct
import zipfile
import zlib
from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


def workbook() -> bytes:
    """A table as a spreadsheet program writes it."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 11, 21, tzinfo=UTC)})
        book.add_worksheet("台账").write_row(0, 0, ["日期", "更换活性炭 kg", 120])
    return file.getvalue()


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, body in parts.items():
            packed.writestr(name, body)
    return file.getvalue()


def bomb(mib: int = 100) -> bytes:
    """A workbook of some kB that unpacks to so many MiB."""
    return archive(PARTS | {"xl/worksheets/sheet1.xml": bytes(mib << 20)})


def lying_bomb() -> bytes:
    """The same, whose directory says that each part has ten bytes, and is right about those."""
    raw, at = bytearray(bomb()), 0
    while (at := raw.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", raw, at + 16, zlib.crc32(bytes(10)))
        struct.pack_into("<I", raw, at + 24, 10)
        at += 4
    return bytes(raw)


def overlapping() -> bytes:
    """A workbook whose directory names the same bytes again and again (D. Fifield, A better zip bomb, 2019)."""
    raw = archive(PARTS | {"xl/a.bin": bytes(1 << 20), "xl/b.bin": b""})
    start = raw.index(b"PK\x01\x02")
    directory, end = raw[start : raw.index(b"PK\x05\x06")], bytearray(raw[-22:])
    entry = directory[directory.index(b"xl/a.bin") - 46 :][: 46 + 8]
    more = b"".join(entry.replace(b"xl/a.bin", b"xl/%05d" % number) for number in range(300))
    struct.pack_into("<HHI", end, 8, 304, 304, len(directory) + len(more))
    return raw[:start] + directory + more + bytes(end)
