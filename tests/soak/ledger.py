"""The books of a run: what was acknowledged against what is stored, and how fast a backlog was caught up with. Pure."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from tests.support.fleet import Fleet, Reading

UP_TO_DATE_S = 1.0  # behind by no more than what comes in that time: the backlog is gone


class Books(NamedTuple):
    """What is wrong with a database: all of it should be 0."""

    lost: int  # acknowledged and not there, or there and not told to the detector
    doubled: int  # there twice, or told to the detector twice
    changed: int  # there, but other than it was sent, or never sent

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return self == Books(0, 0, 0)


class Outage(NamedTuple):
    """When something was wrong, in seconds of the clock."""

    begin: float
    end: float


class CatchUp(NamedTuple):
    """After an outage: how long until rows came again, and how many a second then, until the backlog was gone."""

    back_s: float
    rows_per_s: float

    def factor(self, stations: int) -> float:
        """Minutes of backlog caught up with in a minute, where every station sends once a minute."""
        return self.rows_per_s * 60 / stations


def books(fleet: Fleet, taken: Iterable[int], rows: Sequence[Reading], told: Mapping[datetime, int]) -> Books:
    """`taken` are the numbers acknowledged, `rows` what is stored, `told` the devices by minute in the ledger."""
    stored = Counter(fleet.number(row.device_id, row.ts) for row in rows)
    by_minute = Counter(row.ts for row in rows)
    untold = {minute: by_minute[minute] - told.get(minute, 0) for minute in by_minute.keys() | told.keys()}
    missing = set(taken) - stored.keys()
    changed = sum(row != fleet.reading(fleet.number(row.device_id, row.ts)) for row in rows)
    return Books(
        lost=len(missing) + sum(max(0, less) for less in untold.values()),
        doubled=sum(count - 1 for count in stored.values()) + sum(max(0, -less) for less in untold.values()),
        changed=changed,
    )


def catch_up(taken: Iterable[float], committed: Sequence[tuple[float, int]], outage: Outage) -> CatchUp | None:
    """From the times of acknowledgements and (time, new rows) of commits; None where no backlog was left.

    The rate is measured from the first commit after the end, what it stored not counted, to the one that is up to date.
    """
    acknowledged = sorted(taken)
    commits = sorted(committed)
    totals = list(accumulate((rows for _, rows in commits), initial=0))
    first = bisect_right(commits, (outage.end, 0))
    if first == len(commits):
        return None
    behind = bisect_right(acknowledged, outage.end) - totals[first]
    up_to_date = next(
        (i for i in range(first, len(commits)) if _is_up_to_date(acknowledged, commits[i][0], totals[i + 1])), None
    )
    if behind <= 0 or up_to_date is None:
        return None
    seconds = commits[up_to_date][0] - commits[first][0]
    rows = totals[up_to_date + 1] - totals[first + 1]
    return CatchUp(commits[first][0] - outage.end, rows / seconds if rows and seconds else 0.0)


def _is_up_to_date(acknowledged: Sequence[float], at: float, stored: int) -> bool:
    return stored >= bisect_right(acknowledged, at - UP_TO_DATE_S)
