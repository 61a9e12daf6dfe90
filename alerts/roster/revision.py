"""What has to be altered so that the published roster follows the plan, and nothing that was is altered."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from alerts.roster.shift import Shift

Key = tuple[str, datetime, str]
_AGREED = ("substitute:", "swap:", "temporary:")


class Revision(NamedTuple):
    """Shifts to take off and to put on, and running ones with another end."""

    off: tuple[Shift, ...]
    on: tuple[Shift, ...]
    ends: tuple[tuple[Shift, datetime], ...]

    def __bool__(self) -> bool:
        return any(map(len, self))


def key(shift: Shift) -> Key:
    """What a published shift is known by."""
    return shift.person_id, shift.start, shift.post


def revise(published: Sequence[Shift], planned: Sequence[Shift], moment: datetime, away: Collection[str]) -> Revision:
    """From `moment` on as planned: a running shift goes on to its end unless somebody takes it or its person is `away`.

    A shift of the plan that should have begun already begins at `moment`, or when the one that runs on the post ends.
    """
    running = [shift for shift in published if shift.start < moment < shift.end]
    coming = {key(shift): shift for shift in published if shift.start >= moment}
    begun = {(shift.post, shift.person_id): shift for shift in planned if shift.start <= moment < shift.end}
    ahead = {key(shift): shift for shift in planned if shift.start > moment}
    until = [moment if one.person_id in away else _end(one, begun, ahead.values(), moment) for one in running]
    ends = [(shift, end) for shift, end in zip(running, until, strict=True) if end != shift.end]
    staying = [replace(shift, end=end) for shift, end in zip(running, until, strict=True) if end > moment]
    wanted = ahead | {key(shift): shift for shift in _late(begun, staying, moment)}
    return Revision(
        tuple(shift for name, shift in coming.items() if name not in wanted),
        tuple(sorted(shift for name, shift in wanted.items() if coming.get(name) != shift)),
        tuple(ends),
    )


def _end(shift: Shift, begun: dict[tuple[str, str], Shift], ahead: Iterable[Shift], moment: datetime) -> datetime:
    """When a running shift ends: as planned, at once where somebody has it instead, or when somebody will."""
    if same := begun.get((shift.post, shift.person_id)):
        return same.end
    if shift.source.startswith(_AGREED) or any(_takes(other, shift) for other in begun.values()):
        return moment
    after = [other.start for other in ahead if _takes(other, shift) or _same(other, shift)]
    return min([shift.end, *after])


def _same(other: Shift, shift: Shift) -> bool:
    return (other.post, other.person_id) == (shift.post, shift.person_id)


def _takes(other: Shift, shift: Shift) -> bool:
    """Whether by an agreement somebody else has the post instead."""
    if other.post != shift.post or not other.source.startswith(_AGREED):
        return False
    return not other.instead_of or other.instead_of in (shift.person_id, shift.instead_of)


def _late(begun: dict[tuple[str, str], Shift], staying: Sequence[Shift], moment: datetime) -> Iterator[Shift]:
    here = {(shift.post, shift.person_id) for shift in staying}
    for name, shift in begun.items():
        if name in here:
            continue
        ends = [one.end for one in staying if one.post == shift.post and (one.post, one.person_id) not in begun]
        start = moment if shift.source.startswith(_AGREED) else max([moment, *ends])
        if start < shift.end:
            yield replace(shift, start=start)
