"""When too few people are on a post, or have a role, that must never be empty."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from alerts.roster.finding import Finding
from alerts.roster.policy import Cover
from alerts.roster.shift import Shift
from alerts.roster.span import Span
from alerts.roster.wall import daily

Piece = tuple[datetime, datetime, int]
"""From, until, and how many different people are there."""


def gaps(shifts: Iterable[Shift], cover: Cover, zone: ZoneInfo, span: Span) -> list[Finding]:
    """What a rule of cover lacks within a span; somebody with two posts is one person."""
    concerned = [shift for shift in shifts if cover.post in ("", shift.post) and cover.role in ("", shift.role)]
    pieces = (piece for window in _windows(cover, zone, span) for piece in _pieces(concerned, window))
    return [
        Finding(start, end, "gap", cover.post or cover.role, amount=there, limit=cover.people)
        for start, end, there in _joined(piece for piece in pieces if piece[2] < cover.people)
    ]


def _windows(cover: Cover, zone: ZoneInfo, span: Span) -> Iterator[Span]:
    if cover.begins == cover.ends:
        yield span
        return
    for _, start, end in daily(cover.begins, cover.ends, zone, *span):
        yield max(start, span[0]), min(end, span[1])


def _pieces(shifts: Iterable[Shift], window: Span) -> Iterator[Piece]:
    """The window cut where somebody comes or goes."""
    inside = [shift.within(*window) for shift in shifts if shift.overlaps(*window)]
    changes = [(shift.start, shift.person_id, 1) for shift in inside]
    changes += [(shift.end, shift.person_id, -1) for shift in inside]
    there: Counter[str] = Counter()
    since = window[0]
    for moment, at_once in groupby(sorted(changes, key=itemgetter(0)), key=itemgetter(0)):
        if since < moment:
            yield since, moment, len(+there)
        since = moment
        for _, person, step in at_once:
            there[person] += step
    if since < window[1]:
        yield since, window[1], len(+there)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces that follow one another with as many people are one."""
    joined: list[Piece] = []
    for start, end, there in pieces:
        if joined and joined[-1][1:] == (start, there):
            joined[-1] = (joined[-1][0], end, there)
        else:
            joined.append((start, end, there))
    return joined
