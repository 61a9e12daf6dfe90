"""The roster of a span from its definitions: rotations, then what was agreed on since, layer upon layer.

Temporary schedules replace rotations; swaps and substitutes put somebody else on a post, also of one who is on
leave; whoever is on leave is not on duty, whatever put him there, and the post stays vacant: nobody is drawn in
who does not know of it. Each layer changes nothing outside of its own spans.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal, NamedTuple

from alerts.roster.definition import Definitions, Leave, Side, Substitute, Swap, Temporary, span
from alerts.roster.rotation import longest, shifts_of
from alerts.roster.shift import Shift
from alerts.roster.span import Span, joined

IN_ORDER = attrgetter("start", "end", "post", "person_id", "role", "township", "source", "instead_of")

Board = dict[str, list[Shift]]
"""What everybody has."""


class Vacancy(NamedTuple):
    """A shift without its person: on leave, or already on the same post for somebody else (`doubled`)."""

    shift: Shift
    why: Literal["leave", "doubled"]


class Doubt(NamedTuple):
    """A swap that the plan has moved away from: `lapsed` without effect, or it `cuts` a shift of a side."""

    swap: Swap
    side: Side
    why: Literal["lapsed", "cuts"]


class Plan(NamedTuple):
    """Shifts in the order of time, the posts without their person, and the swaps to look at again."""

    shifts: tuple[Shift, ...]
    vacant: tuple[Vacancy, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def plan(definitions: Definitions, start: datetime, end: datetime) -> list[Shift]:
    """The shifts that overlap a span, whole, in the order of time; raises DefinitionError for a span without sense.

    What is asked for in parts is the same as what is asked for at once.
    """
    return list(draw(definitions, start, end).shifts)


def draw(definitions: Definitions, start: datetime, end: datetime) -> Plan:
    """The plan of a span with what is wrong with it."""
    start, end = span(start, end)
    margin = _margin(definitions)
    swaps, spans = _reach(definitions.swaps, (start - margin, end + margin))
    board = _board(_posts(definitions, spans))
    doubts = [doubt for swap in swaps for doubt in _swap(board, swap)]
    for substitute in definitions.substitutes:
        _substitute(board, substitute)
    vacant = [*_leave(board, definitions.leaves), *_doubled(board)]
    shifts = [shift for held in board.values() for shift in held if shift.overlaps(start, end)]
    return Plan(
        tuple(sorted(shifts, key=IN_ORDER)),
        tuple(sorted((one for one in vacant if one.shift.overlaps(start, end)), key=lambda one: IN_ORDER(one.shift))),
        tuple(doubt for doubt in doubts if _touches(doubt.swap, [(start, end)])),
    )


def _margin(definitions: Definitions) -> timedelta:
    """How far a shift that overlaps the span may reach beyond it."""
    lengths = [longest(rotation) for rotation in definitions.rotations]
    lengths += [one.end - one.start for temporary in definitions.temporaries for one in _scheduled(temporary)]
    return max(lengths, default=timedelta())


def _reach(swaps: Sequence[Swap], window: Span) -> tuple[list[Swap], list[Span]]:
    """The swaps that bear on a window, also through other swaps, and all the spans that have to be known for them."""
    spans, rest, found = [window], list(swaps), set[int]()
    while near := [swap for swap in rest if _touches(swap, spans)]:
        found.update(id(swap) for swap in near)
        rest = [swap for swap in rest if id(swap) not in found]
        spans = joined([*spans, *((side.start, side.end) for swap in near for side in (swap.one, swap.other))])
    return [swap for swap in swaps if id(swap) in found], spans


def _touches(swap: Swap, spans: Iterable[Span]) -> bool:
    return any(side.start < end and start < side.end for start, end in spans for side in (swap.one, swap.other))


def _posts(definitions: Definitions, spans: Sequence[Span]) -> dict[str, list[Shift]]:
    """Rotations and the temporary schedules in their places, by post."""
    posts: dict[str, list[Shift]] = {}
    for rotation in definitions.rotations:
        posts.setdefault(rotation.post, []).extend(shifts_of(rotation, spans, definitions.overrides))
    for temporary in definitions.temporaries:
        if any(temporary.start < end and start < temporary.end for start, end in spans):
            held = posts.setdefault(temporary.post, [])
            _take(held, temporary.start, temporary.end)
            held.extend(_scheduled(temporary))
    return posts


def _scheduled(temporary: Temporary) -> Iterator[Shift]:
    for shift in temporary.shifts:
        if shift.overlaps(temporary.start, temporary.end):
            inside = shift.within(temporary.start, temporary.end)
            yield inside.taken_by(inside.person_id, f"temporary:{temporary.temporary_id}")


def _board(posts: dict[str, list[Shift]]) -> Board:
    board: Board = {}
    for held in posts.values():
        for shift in held:
            board.setdefault(shift.person_id, []).append(shift)
    return board


def _take(held: list[Shift], start: datetime, end: datetime, post: str = "") -> list[Shift]:
    """Take all that lies in a span, on one post or on any, out of what is held; what is outside of it remains."""
    hit = _held(held, start, end, post)
    if hit:
        gone = set(map(id, hit))
        held[:] = [shift for shift in held if id(shift) not in gone]
        held += [shift.within(shift.start, start) for shift in hit if shift.start < start]
        held += [shift.within(end, shift.end) for shift in hit if end < shift.end]
    return [shift.within(start, end) for shift in hit]


def _held(shifts: Iterable[Shift], start: datetime, end: datetime, post: str = "") -> list[Shift]:
    """What overlaps a span, on one post or on any."""
    return [shift for shift in shifts if shift.start < end and start < shift.end and (not post or shift.post == post)]


def _swap(board: Board, swap: Swap) -> list[Doubt]:
    sides = (swap.one, swap.other)
    held = [_held(board.get(side.person_id, ()), side.start, side.end, side.post) for side in sides]
    lapsed = [Doubt(swap, side, "lapsed") for side, shifts in zip(sides, held, strict=True) if not shifts]
    if lapsed:
        return lapsed
    one, other = (_take(board[side.person_id], side.start, side.end, side.post) for side in sides)
    source = f"swap:{swap.swap_id}"
    board[swap.other.person_id].extend(shift.taken_by(swap.other.person_id, source) for shift in one)
    board[swap.one.person_id].extend(shift.taken_by(swap.one.person_id, source) for shift in other)
    return [
        Doubt(swap, side, "cuts")
        for side, shifts in zip(sides, held, strict=True)
        if any(shift.start < side.start or side.end < shift.end for shift in shifts)
    ]


def _substitute(board: Board, substitute: Substitute) -> None:
    taken = _take(board.get(substitute.person_id, []), substitute.start, substitute.end, substitute.post)
    if taken:
        source = f"substitute:{substitute.substitute_id}"
        board.setdefault(substitute.other_id, []).extend(shift.taken_by(substitute.other_id, source) for shift in taken)


def _leave(board: Board, leaves: Iterable[Leave]) -> list[Vacancy]:
    return [
        Vacancy(shift, "leave")
        for leave in leaves
        for shift in _take(board.get(leave.person_id, []), leave.start, leave.end)
    ]


def _doubled(board: Board) -> Iterator[Vacancy]:
    """Nobody sits on one post twice at a time: of two such shifts the later one begins when the earlier ends."""
    for person, held in board.items():
        busy: dict[str, datetime] = {}
        kept: list[Shift] = []
        for shift in sorted(held, key=IN_ORDER):
            until = busy.get(shift.post, shift.start)
            if shift.start < until:
                yield Vacancy(shift.within(shift.start, min(until, shift.end)), "doubled")
            if until < shift.end:
                kept.append(shift.within(max(until, shift.start), shift.end))
                busy[shift.post] = shift.end
        board[person] = kept
