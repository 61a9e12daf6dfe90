"""The cells of a workbook that somebody sent, read in a process of its own that may use so much and no more.

A few kilobytes can claim a sheet of 17 billion cells, and the reader then takes its whole process along: here a child.
"""

import asyncio
import json
import os
import resource
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import CalamineError, load_workbook

from alerts.roster.sheet import MOST_ROWS, Problem, SheetError, Table
from alerts.roster.sheet_file import SHIFTS

MEMORY = 512 << 20
CPU_S = 20
PATIENCE_S = 40.0
COLUMNS = 32
LONGEST_CELL = 400
TEXT = 16 << 20
HALF_SECOND = timedelta(milliseconds=500)
BOOK = "xlsx"


async def table_of_xlsx(data: bytes) -> Table:
    """The sheet of shifts, or the first one; raises SheetError for what is no workbook or too large a one."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},  # no passwords for who may be taken over
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            told, _ = await child.communicate(data)
    except TimeoutError as error:
        raise _unreadable("太复杂 · takes too long to read") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise _unreadable("太大或已损坏 · is too large, or broken")
    answer = json.loads(told)
    if "wrong" in answer:
        raise _unreadable(f"不是 Excel 工作簿 · is no Excel workbook: {answer['wrong']}")
    return Table(answer["sheet"], answer["rows"])


def _unreadable(why: str) -> SheetError:
    return SheetError([Problem(BOOK, 1, "", f"此文件{why}")])


def main() -> None:
    """The child: a workbook comes in, JSON goes out."""
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (most, most))
    try:
        told = _told(sys.stdin.buffer.read())
    except (CalamineError, OSError, ValueError) as error:
        told = {"wrong": str(error)[:200]}
    sys.stdout.write(json.dumps(told))


def _told(data: bytes) -> dict[str, object]:
    with load_workbook(BytesIO(data)) as book:
        if not book.sheet_names:
            return {"wrong": "no sheet"}
        name = SHIFTS if SHIFTS in book.sheet_names else book.sheet_names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=2 * MOST_ROWS)
    told = [[_text(cell) for cell in row[:COLUMNS]] for row in rows]
    if sum(len(cell) for row in told for cell in row) > TEXT:
        return {"wrong": "too much text"}
    return {"sheet": name, "rows": told}


def _text(cell: object) -> str:
    """As one would write it by hand; a whole number without its .0, a time without the error of its fraction."""
    if isinstance(cell, datetime):
        return (cell + HALF_SECOND).replace(microsecond=0).isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):  # how the reader gives a midnight
        return f"{cell.isoformat()} 00:00:00"
    if isinstance(cell, time):
        return cell.isoformat()
    return str(cell)[:LONGEST_CELL]


if __name__ == "__main__":
    main()
