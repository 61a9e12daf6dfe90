"""Tables of the roster as files: CSV for every program, and a workbook with a board to hang on the wall."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from alerts.roster.sheet import (
    COLUMNS,
    HEADER,
    MOST_ROWS,
    WEEKDAYS,
    Problem,
    Setting,
    SheetError,
    Table,
    cells,
    is_plain,
)
from alerts.roster.shift import Shift
from ingest.spreadsheet import guarded, unguarded

SHIFTS, BOARD = "排班 shifts", "值班表 board"
MOST_LINES = 2 * MOST_ROWS  # with empty ones
WIDTHS = {"post": 16, "name": 10, "person_id": 12, "start": 17, "end": 17, "holiday": 22}


def csv_of(shifts: Sequence[Shift], setting: Setting) -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in cells(shift, setting)] for shift in shifts)
    return text.getvalue().encode("utf-8-sig")


def table_of_csv(data: bytes) -> Table:
    """The cells of a CSV file, as UTF-8 or as Chinese Excel saves it (GB 18030); raises SheetError."""
    text = _decoded(data)
    rows: list[list[str]] = []
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if reader.line_num > MOST_LINES:
                raise SheetError(
                    [Problem("csv", MOST_LINES, "", f"超过 {MOST_LINES} 行 · more than {MOST_LINES} lines")]
                )
            # Line numbers are those of the file, also where a cell goes over several of them.
            rows.extend([] for _ in range(len(rows) + 1, reader.line_num))
            rows.append([unguarded(cell) for cell in row])
    except csv.Error as error:
        raise SheetError([Problem("csv", reader.line_num, "", f"CSV 有误 · not CSV: {error}")]) from error
    return Table("csv", rows)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError(
        [Problem("csv", 1, "", "编码须为 UTF-8 或 GB 18030 · neither UTF-8 nor GB 18030: save it as UTF-8")]
    )


def xlsx_of(shifts: Sequence[Shift], setting: Setting, now: datetime) -> bytes:
    """A workbook of two sheets: a line a shift, and a board of days by posts."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": "值班表 · duty roster", "created": now.replace(tzinfo=None)})
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "cell": book.add_format({"text_wrap": True, "valign": "top", "border": 1}),
            "off": book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bg_color": "#FBE9E7"}),
        }
        _write_lines(book.add_worksheet(SHIFTS), shifts, setting, formats)
        _write_board(book.add_worksheet(BOARD), shifts, setting, formats)
    return file.getvalue()


def _write_lines(sheet: Any, shifts: Sequence[Shift], setting: Setting, formats: dict[str, Any]) -> None:
    for column, (name, title) in enumerate(zip(COLUMNS, HEADER, strict=True)):
        sheet.write_string(0, column, title, formats["head"])
        sheet.set_column(column, column, WIDTHS.get(name, 12))
    sheet.freeze_panes(1, 0)
    for row, shift in enumerate(shifts, 1):
        for column, (name, cell) in enumerate(zip(COLUMNS, cells(shift, setting), strict=True)):
            at = getattr(shift, name).astimezone(setting.zone) if name in ("start", "end") else None
            # A workbook knows no offsets: the hour that comes twice stays a text.
            if at and is_plain(at) and at.second == 0:
                sheet.write_datetime(row, column, at.replace(tzinfo=None), formats["time"])
            else:
                sheet.write_string(row, column, cell)
    sheet.autofilter(0, 0, max(len(shifts), 1), len(COLUMNS) - 1)


def _write_board(sheet: Any, shifts: Sequence[Shift], setting: Setting, formats: dict[str, Any]) -> None:
    posts = sorted({shift.post for shift in shifts})
    for column, title in enumerate(["日期 date", *posts]):
        sheet.write_string(0, column, title, formats["head"])
    sheet.set_column(0, len(posts), 22)
    sheet.freeze_panes(1, 1)
    board = _board(shifts, setting)
    for row, day in enumerate(_days(sorted({day for day, _ in board})), 1):
        holiday = setting.holiday(day)
        look = formats["cell" if setting.day(day).workday else "off"]
        sheet.write_string(row, 0, "\n".join(filter(None, (day.isoformat(), WEEKDAYS[day.weekday()], holiday))), look)
        for column, post in enumerate(posts, 1):
            sheet.write_string(row, column, "\n".join(board.get((day, post), [])), look)


def _board(shifts: Sequence[Shift], setting: Setting) -> dict[tuple[date, str], list[str]]:
    """Who begins on a post on a day."""
    board: dict[tuple[date, str], list[str]] = {}
    for shift in shifts:
        start, end = shift.start.astimezone(setting.zone), shift.end.astimezone(setting.zone)
        person = setting.people.get(shift.person_id)
        told = f"{start:%H:%M}–{end:%H:%M} {person.name if person else shift.person_id}"
        board.setdefault((start.date(), shift.post), []).append(told)
    return board


def _days(known: Sequence[date]) -> Iterator[date]:
    """From the first to the last, a gap shows as an empty line."""
    for n in range((known[-1] - known[0]).days + 1 if known else 0):
        yield known[0] + timedelta(days=n)
