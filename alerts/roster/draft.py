"""A table of shifts against the roster as it stands: which schedules would bring the one to the other.

Of a post that the table names, everything between its first and its last line is as the table says; of a post that
has a line which has begun, from now on. Posts that it does not name, and what lies outside, stay as they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.roster.definition import Temporary
from alerts.roster.sheet import Line, Problem, SheetError, in_order
from alerts.roster.shift import Shift

MOST_SHIFTS = 1000
LONGEST = timedelta(days=400)
LONGEST_POST = 64
NEW = "0"  # the number of a schedule that has none yet

Key = tuple[str, datetime, str]


class Draft(NamedTuple):
    """A schedule, and what it takes off and puts on."""

    schedule: Temporary
    off: tuple[Shift, ...]
    on: tuple[Shift, ...]


class Standing(NamedTuple):
    """The roster as it stands at a moment, with all that began since the table's first line."""

    shifts: Sequence[Shift]
    moment: datetime


def settled(lines: Iterable[Line], standing: Sequence[Shift]) -> list[Line]:
    """The lines with what they do not tell taken from the shift that stands there."""
    known = {_key(shift): shift for shift in standing}
    return [_settled(line, known.get(_key(line.shift))) for line in lines]


def _settled(line: Line, same: Shift | None) -> Line:
    if same is None:
        return line
    shift = line.shift
    role = shift.role if line.tells_role else same.role
    # Whoever has no township of the post has his own.
    township = shift.township if line.tells_township and shift.township else same.township
    return line._replace(shift=replace(shift, role=role, township=township))


def drafts(sheet: str, lines: Sequence[Line], standing: Standing) -> list[Draft]:
    """A schedule for every post that would change; raises SheetError for what cannot be changed any more."""
    known = {_exact(shift) for shift in standing.shifts}
    problems = [
        Problem(sheet, line.number, "start", "已开始，不能再改 · has begun: who was on duty is not changed afterwards")
        for line in lines
        if line.shift.start <= standing.moment and _exact(line.shift) not in known
    ]
    posts: dict[str, list[Line]] = {}
    for line in lines:
        posts.setdefault(line.shift.post, []).append(line)
    found = [draft for named in posts.values() if (draft := _draft(sheet, named, standing, problems))]
    if problems:
        raise SheetError(problems)
    return found


def _draft(sheet: str, lines: Sequence[Line], standing: Standing, problems: list[Problem]) -> Draft | None:
    moment = standing.moment
    wanted = [line.shift for line in lines if line.shift.start > moment]
    here = [shift for shift in standing.shifts if shift.post == lines[0].shift.post and shift.end > moment]
    if not wanted:
        return None
    first = moment if len(wanted) < len(lines) else min(shift.start for shift in wanted)
    last = max(shift.start for shift in wanted)
    governed = [shift for shift in here if shift.start > moment and first <= shift.start <= last]
    off, on = _without(governed, wanted), _without(wanted, governed)
    if not off and not on:
        return None
    end = max(shift.end for shift in (*wanted, *governed))
    kept = [shift for shift in here if shift not in governed and shift.overlaps(first, end)]
    begun = [shift.start for shift in kept if shift.start <= moment]
    start, shifts = min([first, *begun]), in_order([*wanted, *kept])
    if reason := _unfit(lines[0].shift.post, end - start, len(shifts)):
        problems.append(Problem(sheet, lines[0].number, "post", reason))
        return None
    return Draft(Temporary(NEW, lines[0].shift.post, start, end, tuple(shifts)), tuple(off), tuple(on))


def _unfit(post: str, length: timedelta, count: int) -> str:
    if not 1 <= len(post) <= LONGEST_POST:
        return f"岗位名须 1–{LONGEST_POST} 字 · the name of a post has 1 to {LONGEST_POST} characters"
    if length > LONGEST or count > MOST_SHIFTS:
        return (
            f"一次最多 {LONGEST.days} 天、每岗 {MOST_SHIFTS} 班，请分次导入"
            f" · at most {LONGEST.days} days and {MOST_SHIFTS} shifts of a post at once: import it in parts"
        )
    return ""


def missing(expected: Iterable[Shift], there: Iterable[Shift]) -> list[Shift]:
    """What should be on the roster and is not, however it is cut into pieces."""
    found = set(_joined(there))
    return [shift for shift in _joined(expected) if shift not in found]


def _joined(shifts: Iterable[Shift]) -> list[Shift]:
    """Pieces that follow one another as one, of a person on a post."""
    joined: list[Shift] = []
    for shift in sorted(shifts, key=lambda one: (one.post, one.person_id, one.start)):
        bare = replace(shift, source="", instead_of="", role="", township="")
        before = joined[-1] if joined else None
        if before and (before.post, before.person_id, before.end) == (bare.post, bare.person_id, bare.start):
            joined[-1] = replace(before, end=bare.end)
        else:
            joined.append(bare)
    return joined


def _without(some: Iterable[Shift], others: Iterable[Shift]) -> list[Shift]:
    known = {_exact(shift) for shift in others}
    return [shift for shift in some if _exact(shift) not in known]


def _key(shift: Shift) -> Key:
    return shift.person_id, shift.start, shift.post


def _exact(shift: Shift) -> tuple[Key, datetime, str, str]:
    return _key(shift), shift.end, shift.role, shift.township
