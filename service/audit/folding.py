"""Many alike are one line: a flood of denied tries fills neither the disk nor the memory."""

from collections.abc import Iterator
from typing import NamedTuple

WINDOW_S = 60.0
MOST_KEYS = 256
MOST_OF_PLACE = 32
"""Kinds of one address, so that nobody makes up so many that what others try is not told apart any more."""
REST = "(others)"


class Denied(NamedTuple):
    """Tries that are counted together."""

    place: str
    operation: str
    status: int


class Fold(NamedTuple):
    """So many more of a kind than were written each on its own."""

    denied: Denied
    more: int


class Folding:
    """The first of a kind in a minute are written, the others counted; past so many kinds all others are one."""

    def __init__(self) -> None:
        self._open: dict[Denied, tuple[float, int, int]] = {}  # since when (s), how many, how many of them written

    def is_alone(self, denied: Denied, now: float, most: int) -> bool:
        """Count a try; whether it gets a line of its own, as the first `most` of a minute do."""
        denied = self._kind(denied)
        since, count, written = self._open.get(denied, (now, 0, 0))
        alone = written < most
        self._open[denied] = since, count + 1, written + alone
        return alone

    def _kind(self, denied: Denied) -> Denied:
        if denied not in self._open and sum(one.place == denied.place for one in self._open) >= MOST_OF_PLACE:
            denied = denied._replace(operation=REST)
        if denied not in self._open and len(self._open) >= MOST_KEYS:
            denied = Denied(REST, REST, denied.status)
        return denied

    def ended(self, now: float) -> Iterator[Fold]:
        """The kinds whose minute is over, each with what was not written; they begin anew."""
        for denied, (since, count, written) in list(self._open.items()):
            if now - since >= WINDOW_S:
                del self._open[denied]
                if count > written:
                    yield Fold(denied, count - written)
