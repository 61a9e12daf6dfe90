"""A workbook that somebody sent is read, or refused with the reason; it never takes the service along."""

import zipfile
from io import BytesIO

import pytest
import xlsxwriter

from alerts.roster.sheet import SheetError
from alerts.roster.workbook import table_of_xlsx


def _book(*cells: tuple[int, int, object]) -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("任意")
        for row, column, value in cells:
            sheet.write(row, column, value)
    return file.getvalue()


def _with(data: bytes, part: str, body: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, body if name == part else old.read(name))
    return file.getvalue()


async def test_cells_are_told_as_one_would_write_them() -> None:
    table = await table_of_xlsx(_book((1, 0, "姓名"), (1, 2, 7), (2, 0, 7.5), (2, 1, True), (2, 2, "=1")))
    assert table.sheet == "任意"
    assert table.rows == [["", "", ""], ["姓名", "", "7"], ["7.5", "True", "0"]]


BILLION = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><sst>' + b"<si><t>&a;</t></si>" * 9 + b"</sst>"
SHARED = "xl/sharedStrings.xml"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"start,end,person_id,post\n",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        _book((0, 0, "x"))[:900],
        _book((0, 0, "x"), (1_048_575, 16_383, "y")),  # 5 kB that claim 17 billion cells
        _book((0, 0, "x"), (1_048_575, 400, "y")),
        _with(_book((0, 0, "x")), SHEET, b"<worksheet><sheetData><row r='0'><c r='ZZZZZZ99999999999'/>"),
        _with(_book((0, 0, "x")), SHEET, b"<worksheet><sheetData>" + b"<row><c t='s'><v>9</v></c></row>" * 9),
        _with(_book(*((row, 0, "y" * 32_000) for row in range(9))), SHARED, BILLION),
    ],
    ids=["empty", "csv", "zip", "ole", "cut off", "huge", "wide", "no cell", "no text", "entities"],
)
async def test_what_is_no_workbook_or_too_large_a_one_is_refused(data: bytes) -> None:
    with pytest.raises(SheetError) as told:
        await table_of_xlsx(data)
    assert told.value.problems[0].sheet == "xlsx"


async def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(_book((0, 0, "x")))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, False, 1) as new,
    ):
        for name in old.namelist():
            with new.open(name, "w") as part:
                part.write(b"<sst><si><t>" if name == SHARED else old.read(name))
                for _ in range(600 if name == SHARED else 0):
                    part.write(b"x" * 1_000_000)
    with pytest.raises(SheetError):
        await table_of_xlsx(file.getvalue())


async def test_the_same_long_text_in_many_cells_is_too_much() -> None:
    with pytest.raises(SheetError):
        await table_of_xlsx(_book(*((row, column, "y" * 32_000) for row in range(2000) for column in range(30))))
