"""What a file is says its content; what harms who opens it is not taken."""

import zipfile
from contextlib import suppress
from io import BytesIO
from time import process_time

import pytest
from PIL import Image

from alerts.enterprise.content import MOST_BYTES, XLSX, ContentError, examined
from alerts.handling.picture import digest
from tests.support import papers, pictures

CSV = "日期,排放口,备注\n2026-11-21,DA001,-3.5\n2026-11-22,DA002,正常\n"


@pytest.mark.parametrize(
    ("raw", "name", "called", "kind"),
    [
        (papers.PDF, "整改报告.pdf", "整改报告.pdf", "application/pdf"),
        (papers.PDF, "report.exe", "report.pdf", "application/pdf"),
        (papers.PDF + b"\r\n\0\0", "报告", "报告.pdf", "application/pdf"),
        (papers.workbook(), "台账.xlsx", "台账.xlsx", XLSX),
        (papers.workbook(), "a.b.zip", "a.b.xlsx", XLSX),
        (CSV.encode(), "台账.CSV", "台账.csv", "text/csv"),
        (b"\xef\xbb\xbf" + CSV.encode(), "台账.csv", "台账.csv", "text/csv"),
        (CSV.encode("gb18030"), "台账.csv", "台账.csv", "text/csv"),
        (b"=1+1 is no formula in a text", "说明.html", "说明.txt", "text/plain"),
    ],
)
def test_what_is_sent_is_kept_as_it_came_under_a_name_that_fits(raw: bytes, name: str, called: str, kind: str) -> None:
    paper = examined(raw, name)
    assert (paper.name, paper.content_type, paper.body) == (called, kind, raw)
    assert paper.received == paper.sha256 == digest(raw)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_encoded_anew_and_nothing_else_of_it_is_kept(kind: str) -> None:
    raw = pictures.from_a_phone(kind) + papers.archive({"evil.exe": b"MZ"}) + b"<script>"
    paper = examined(raw, "现场.pdf")
    assert (paper.name, paper.content_type, paper.received) == ("现场.jpg", "image/jpeg", digest(raw))
    assert Image.open(BytesIO(paper.body)).format == "JPEG"
    assert not [secret for secret in (*pictures.SECRETS, b"evil.exe", b"PK\x03\x04") if secret in paper.body]


RUBBISH = {
    "nothing": b"",
    "too much": papers.PDF + bytes(MOST_BYTES),
    "a program": b"MZ\x90\0" + bytes(100),
    "a program that is a script": b"#!/bin/sh\0",
    "HTML": b"\n <!DOCTYPE html><script>alert(1)</script>",
    "HTML with a mark": b"\xef\xbb\xbf<html>",
    "SVG": b"<svg onload='alert(1)'/>",
    "half a PNG": pictures.encoded(pictures.scene(), "PNG")[:60],
    "a huge PNG": pictures.png_of_size(30_000, 30_000),
    "a GIF": b"GIF89a" + bytes(30),
    "half a PDF": papers.PDF[:-8],
    "a PDF with HTML behind it": papers.PDF + b"<script>",
    "a PDF with an archive behind it": papers.PDF + papers.workbook(),
    "a PDF with an archive whose comment ends it": papers.PDF + papers.archive(papers.PARTS)[:-2] + b"\x06\0%%EOF\n",
    "a PDF that runs a script": papers.PDF.replace(b"/Type", b"/OpenAction << /S /JavaScript >> /Type"),
    "HTML before a PDF": b"<script>" + papers.PDF,
    "an archive": papers.archive({"a.txt": b"x"}),
    "an archive of nothing": papers.archive({}),
    "half a workbook": papers.workbook()[:-40],
    "a workbook with something before it": b"PK\x03\x04" + papers.workbook(),
    "a workbook with something behind it": papers.workbook() + b"<script>",
    "a workbook with macros": papers.archive(papers.PARTS | {"xl/vbaProject.bin": b"x"}),
    "a workbook with an embedded file": papers.archive(papers.PARTS | {"xl/embeddings/a.bin": b"x"}),
    "a workbook with macros by another name": papers.archive(
        papers.PARTS | {"xl/_rels/workbook.xml.rels": b'<Relationship Type="x/vbaProject" Target="theme.bin"/>'}
    ),
    "a workbook with macros in capitals": papers.archive(papers.PARTS | {"XL/VBAPROJECT.BIN": b"x"}),
    "a workbook that is told to have macros": papers.archive(
        papers.PARTS | {"[Content_Types].xml": b'<Override ContentType="x.sheet.macroEnabled.main+xml"/>'}
    ),
    "a workbook whose kinds are hidden": papers.archive(
        papers.PARTS | {"xl/_rels/workbook.xml.rels": b'<Relationship Type="x/&#118;baProject" Target="a.bin"/>'}
    ),
    "a workbook that loads from elsewhere": papers.archive(
        papers.PARTS | {"xl/_Rels/a.xml.RELS": b" " * 65_530 + b'<Relationship Type="x/externalLinkPath"/>'}
    ),
    "a workbook that is not UTF-8": papers.archive(
        papers.PARTS | {"xl/a.xml": '<!DOCTYPE a [<!ENTITY b "b">]>'.encode("utf-16")}
    ),
    "a PDF that hides that it runs a script": papers.PDF.replace(b"/Type", b"/S /J#61vaScript /Type"),
    "a workbook packed strangely": papers.archive(papers.PARTS, zipfile.ZIP_LZMA),
    "a workbook whose text repeats itself": papers.archive(
        papers.PARTS | {"xl/a.xml": bytes(65_530) + b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]>'}
    ),
    "a bomb": papers.bomb(),
    "a bomb that lies": papers.lying_bomb(),
    "a bomb of parts over each other": papers.overlapping(),
    "a workbook of very many parts": papers.archive(papers.PARTS | {f"xl/{n}.xml": b"" for n in range(1001)}),
}


@pytest.mark.parametrize("raw", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_is_not_taken(raw: bytes) -> None:
    with pytest.raises(ContentError) as told:
        examined(raw, "报告.pdf")
    assert (told.value.field, " · " in str(told.value) or "PNG" in str(told.value)) == ("body", True)


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", ' =cmd|"/C calc"!A0', "+A1", "-A1+1", "x;=1+1", '"\t=1"', "＝1+1", "＠SUM(A1)"]
)
def test_a_table_that_a_spreadsheet_would_run_is_not_taken(cell: str) -> None:
    with pytest.raises(ContentError, match="formula"):
        examined(f"日期,备注\n2026-11-21,{cell}\n".encode(), "台账.csv")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        ".pdf",
        "..",
        "a/b.pdf",
        "..\\a.pdf",
        "a\0.pdf",
        "a\r\n: 1.pdf",
        "报\u202efdp.exe",
        'a".pdf',
        "\ud800",
        "x" * 121,
    ],
)
def test_a_name_that_fools_its_reader_is_not_taken(name: str) -> None:
    with pytest.raises(ContentError) as told:
        examined(papers.PDF, name)
    assert told.value.field == "name"


@pytest.mark.parametrize("filling", ["\t", " ", ";", "+", "- ", "\t ", "=1;" * 2])
def test_no_table_keeps_a_processor_busy(filling: str) -> None:
    cell = filling * (100_000 // len(filling))
    raw = "\n".join(["x" + cell, cell] * 20).encode()
    begun = process_time()
    with suppress(ContentError):
        examined(raw, "台账.csv")
    assert process_time() - begun < 5
