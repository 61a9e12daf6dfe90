"""The roster as lines of a table, for people with a spreadsheet: shifts to cells, and cells to shifts.

The columns are those of shifts.csv and what helps to read it; date, weekday and holiday are not read back.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.roster.definition import LONGEST_HOURS, YEARS, Day
from alerts.roster.shift import Shift

COLUMNS = {
    "date": "日期",
    "weekday": "星期",
    "post": "岗位",
    "name": "姓名",
    "person_id": "人员编号",
    "role": "角色",
    "township": "乡镇",
    "start": "开始",
    "end": "结束",
    "holiday": "节假日",
}
HEADER = [f"{chinese} {name}" for name, chinese in COLUMNS.items()]
WEEKDAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")
ROLES = ("leader", "duty", "dispatcher", "chief", "field", "bureau")
MOST_PROBLEMS = 100
MOST_ROWS = 20_000
LONGEST_TEXT = 200

_NEEDED = ("start", "end", "post")
_KNOWN = {told: name for name, chinese in COLUMNS.items() for told in (name, chinese, f"{chinese} {name}")}
_TIME = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


class Person(NamedTuple):
    """Somebody who may be on the roster."""

    person_id: str
    name: str
    role: str
    township: str


class Problem(NamedTuple):
    """What is wrong where; the line as the spreadsheet counts it, from 1; the column is "" of a whole line."""

    sheet: str
    line: int
    column: str
    reason: str

    @property
    def place(self) -> str:
        """Sheet, line and column in one word."""
        return ":".join(filter(None, (self.sheet, str(self.line), self.column)))


class SheetError(ValueError):
    """A table that cannot be read as a roster; `problems` names every place, up to MOST_PROBLEMS."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{one.place}: {one.reason}" for one in problems[:3]))
        self.problems = tuple(problems[:MOST_PROBLEMS])


class Table(NamedTuple):
    """Cells as text, the first line with anything in it is the header; `sheet` is what the table is called."""

    sheet: str
    rows: Sequence[Sequence[str]]


class Line(NamedTuple):
    """A shift and the line that it stands on; role and township are the person's where the line does not tell them."""

    number: int
    shift: Shift
    tells_role: bool
    tells_township: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """What a table is written and read with: who there is, whose clock, and what the dates are."""

    people: Mapping[str, Person]
    zone: ZoneInfo
    day: Callable[[date], Day]

    def holiday(self, on: date) -> str:
        """The name of a date, "" of a usual one; of a weekend that is worked too."""
        day = self.day(on)
        return f"{day.name} (班 · workday)" if day.name and day.workday else day.name


def in_order(shifts: Iterable[Shift]) -> list[Shift]:
    """As a roster is read: by time, then post."""
    return sorted(shifts, key=lambda one: (one.start, one.post, one.end, one.person_id))


def cells(shift: Shift, setting: Setting) -> list[str]:
    """One line: local times with their offset."""
    start, end = shift.start.astimezone(setting.zone), shift.end.astimezone(setting.zone)
    person = setting.people.get(shift.person_id)
    return [
        start.date().isoformat(),
        WEEKDAYS[start.weekday()],
        shift.post,
        person.name if person else "",
        shift.person_id,
        shift.role,
        shift.township,
        start.isoformat(),
        end.isoformat(),
        setting.holiday(start.date()),
    ]


def read(table: Table, setting: Setting) -> list[Line]:
    """The shifts of a table; raises SheetError with everything that is wrong with it."""
    rows = [(number, row) for number, row in enumerate(table.rows, 1) if any(cell.strip() for cell in row)]
    if not rows:
        raise SheetError([Problem(table.sheet, 1, "", "空表 · the table is empty")])
    if len(rows) > MOST_ROWS:
        raise SheetError(
            [Problem(table.sheet, MOST_ROWS + 1, "", f"超过 {MOST_ROWS} 行 · more than {MOST_ROWS} lines")]
        )
    reader = _Reader(table.sheet, setting)
    names = reader.header(*rows[0])
    lines = [line for number, row in rows[1:] if (line := reader.line(number, _record(names, row)))]
    reader.refuse_repeats(lines)
    if reader.problems:
        raise SheetError(reader.problems)
    return lines


def _record(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """The cells by column; under "" one that stands below no name."""
    told = [cell.strip() for cell in row]
    stray = (cell for name, cell in zip_longest(names, told, fillvalue="") if cell and not name)
    return {**dict(zip_longest(names, told[: len(names)], fillvalue="")), "": next(stray, "")}


class _Reader:
    """Reads line by line and remembers what was wrong."""

    def __init__(self, sheet: str, setting: Setting) -> None:
        self._sheet, self._setting = sheet, setting
        self.problems: list[Problem] = []
        self._called: dict[str, list[Person]] = {}
        for person in setting.people.values():
            self._called.setdefault(person.name, []).append(person)

    def wrong(self, line: int, column: str, reason: str) -> None:
        """Remember; when there is too much of it, give up."""
        self.problems.append(Problem(self._sheet, line, column, reason))
        if len(self.problems) >= MOST_PROBLEMS:
            raise SheetError(self.problems)

    def header(self, number: int, row: Sequence[str]) -> list[str]:
        """The names of the columns; raises SheetError where they do not tell what is where."""
        told = [" ".join(cell.split()) for cell in row]
        names = [_KNOWN.get(cell.lower(), _KNOWN.get(cell, cell)) for cell in told]
        for cell, name in zip(told, names, strict=True):
            if cell and name not in COLUMNS:
                self.wrong(number, cell[:40], f"没有这一列 · no such column; there are {', '.join(HEADER)}")
            elif cell and names.count(name) > 1:
                self.wrong(number, name, "此列出现两次 · this column is there twice")
        for name in _NEEDED:
            if name not in names:
                self.wrong(number, name, "缺少此列 · this column is missing")
        if "person_id" not in names and "name" not in names:
            self.wrong(number, "person_id", "缺少人员编号或姓名 · neither person_id nor name is there")
        if self.problems:
            raise SheetError(self.problems)
        return names

    def line(self, number: int, row: Mapping[str, str]) -> Line | None:
        """The shift of a line, None where something is wrong with it."""
        before = len(self.problems)
        for name, cell in row.items():
            if "\0" in cell or len(cell) > LONGEST_TEXT:
                self.wrong(number, name, f"过长或含空字符 · longer than {LONGEST_TEXT} characters, or a NUL in it")
            elif not name and cell:
                self.wrong(number, "", f"此格没有列名 · a cell without a column: {cell[:40]}")
        person = self._person(number, row)
        role = row.get("role") or (person.role if person else "")
        if role not in ROLES and (role or person):
            self.wrong(number, "role", f"没有这个角色 · no such role; there are {', '.join(ROLES)}")
        start, end = self._time(number, "start", row["start"]), self._time(number, "end", row["end"])
        if start and end and not timedelta() < end - start <= timedelta(hours=LONGEST_HOURS):
            self.wrong(
                number, "end", f"须在开始之后 {LONGEST_HOURS} 小时内 · must lie after start, {LONGEST_HOURS} h at most"
            )
        if len(self.problems) > before or not (start and end and person):
            return None
        township = row.get("township", person.township)
        shift = Shift(start, end, row["post"], role, person.person_id, township)
        return Line(number, shift, bool(row.get("role")), "township" in row)

    def _person(self, number: int, row: Mapping[str, str]) -> Person | None:
        """By id, else by a name that only one has; an id with the name of another is a mistake."""
        person_id, name = row.get("person_id", ""), row.get("name", "")
        person = self._setting.people.get(person_id)
        same = self._called.get(name, [])
        if person_id and person is None:
            self.wrong(number, "person_id", f"没有这个人 · no person {person_id}")
        elif person and name and name != person.name:
            self.wrong(number, "name", f"{person_id} 是 {person.name} · {person_id} is {person.name}, not {name}")
        elif not person_id and len(same) != 1:
            why = "重名，请填人员编号 · several have this name: give the person_id" if same else "没有这个人 · nobody"
            self.wrong(number, "name" if name else "person_id", why)
        return person or (same[0] if len(same) == 1 and not person_id else None)

    def _time(self, number: int, name: str, text: str) -> datetime | None:
        try:
            return moment(text, self._setting.zone)
        except ValueError as error:
            self.wrong(number, name, str(error))
            return None

    def refuse_repeats(self, lines: Iterable[Line]) -> None:
        """Nobody begins twice on a post at a time."""
        seen: dict[tuple[str, datetime, str], int] = {}
        for number, shift, *_ in lines:
            first = seen.setdefault((shift.person_id, shift.start, shift.post), number)
            if first != number:
                self.wrong(number, "start", f"与第 {first} 行重复 · the same person, post and start as line {first}")


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A time as spreadsheets and people write it, in UTC; without an offset it is local. Raises ValueError."""
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError("不是时间 · not a time, for example 2026-11-21 08:00 or 2026-11-21T08:00:00+08:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micro = int((match[7] or "").ljust(6, "0"))
    if not YEARS[0] <= year < YEARS[1]:
        raise ValueError(f"须在 {YEARS[0]} 至 {YEARS[1]} 年之间 · must lie in the years {YEARS[0]} to {YEARS[1]}")
    try:
        shown = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - its offset follows
        if match[8]:
            return datetime.fromisoformat(f"{shown.isoformat()}{match[8]}").astimezone(UTC)
    except ValueError as error:
        raise ValueError(f"没有这个时间 · no such time: {error}") from error
    return _local(shown, zone)


def _local(shown: datetime, zone: ZoneInfo) -> datetime:
    first, again = shown.replace(tzinfo=zone), shown.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != again.utcoffset():
        raise ValueError("当地时钟此时调整，请注明时差 · the clock is changed just then: give the offset, as in +08:00")
    return first.astimezone(UTC)


def is_plain(at: datetime) -> bool:
    """Whether a local time says the same without its offset, to the second."""
    again = at.replace(fold=1 - at.fold)
    return at.microsecond == 0 and at.utcoffset() == again.utcoffset()
