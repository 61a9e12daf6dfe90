"""Companies that operate monitors: what is known of their monitors, gathered for their score."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from alerts.enterprise.deadline import Rule, working_days_after
from alerts.enterprise.failures import rule_of
from alerts.enterprise.operator_score import Fault, Score, Span, Watched, score_of
from alerts.policy import Policy
from sql.queries import Connection, Queries

OPERATOR = Queries("operator")
MARKS = ("stop", "fault", "calibration")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Operator:
    """A company that operates monitors."""

    operator_id: str
    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class Link:
    """A monitor that a company operates, from when to when, both days included."""

    operator_id: str
    device: int
    mn: str
    enterprise_id: str
    enterprise: str
    outlet: str
    from_on: date
    to_on: date | None


class Window(NamedTuple):
    """The days of a score, `to_day` excluded, in the district's zone; and what is now."""

    from_day: date
    to_day: date
    now: datetime
    policy: Policy

    def moment(self, day: date) -> datetime:
        """When a day begins."""
        return datetime.combine(day, time(), self.policy.tz)


def window_of(policy: Policy, now: datetime) -> Window:
    """The last days that are over."""
    today = now.astimezone(policy.tz).date()
    return Window(today - timedelta(days=policy.enterprise.operators.window_days), today, now, policy)


async def operators(on: Connection, operator_id: str | None = None) -> list[Operator]:
    """All, or this one, as far as the connection sees them."""
    return [Operator(**dict(row)) for row in await OPERATOR.operators.fetch(on, operator_id=operator_id)]


async def links(
    on: Connection, window: Window, *, operator_id: str | None = None, enterprise_id: str | None = None
) -> list[Link]:
    """Which monitors within reach were operated by whom in a window, or are today."""
    rows = await OPERATOR.links.fetch(
        on,
        operator_id=operator_id,
        enterprise_id=enterprise_id,
        from_day=window.from_day,
        to_day=window.to_day + timedelta(days=1),
    )
    return [Link(**dict(row)) for row in rows]


async def scores(
    on: Connection, linked: Collection[Link], window: Window, of: Callable[[Link], str]
) -> dict[str, Score]:
    """By operator or by monitor (`of`), over the time in which each of these monitors was the operator's."""
    known = await _known(on, linked, window)
    # Of all monitors it takes a tenth of a second, in which others are waiting.
    return await asyncio.to_thread(_scored, linked, known, window, of)


def _scored(linked: Iterable[Link], known: "_Known", window: Window, of: Callable[[Link], str]) -> dict[str, Score]:
    watched: defaultdict[str, list[Watched]] = defaultdict(list)
    for link in linked:
        watched[of(link)].append(_watched(link, known, window))
    return {key: score_of(those, window.policy.enterprise.operators) for key, those in watched.items()}


class _Known(NamedTuple):
    """What was found: valid hours by link, marks by monitor and kind, alerts by monitor, how long faults may last."""

    hours: Mapping[tuple[int, date], float]
    marks: Mapping[tuple[int, str], list[Span]]
    outages: Mapping[int, list[Span]]
    rule: Rule


async def _known(on: Connection, linked: Collection[Link], window: Window) -> _Known:
    devices = sorted({link.device for link in linked})
    since, until = window.moment(window.from_day), window.moment(window.to_day)
    fresh = since - timedelta(days=window.policy.enterprise.operators.calibration_days)
    spans = {"devices": devices, "to_at": until}
    days = {"from_day": window.from_day, "to_day": window.to_day}
    valid = await OPERATOR.valid_hours.fetch(
        on,
        devices=[link.device for link in linked],
        from_days=[link.from_on for link in linked],
        to_days=[_until(link, window) for link in linked],
        **days,
    )
    marks = await OPERATOR.marks.fetch(on, kinds=list(MARKS), from_at=fresh, **spans)
    outages = await OPERATOR.outages.fetch(on, from_at=since, **spans)
    return _Known(
        {(row["device"], row["from_on"]): row["hours"] for row in valid},
        _spans((((row["device"], row["kind"]), row["start_at"], row["end_at"]) for row in marks), window.now),
        _spans(((row["device"], row["opened_at"], row["closed_at"]) for row in outages), window.now),
        await rule_of(on, window.policy),
    )


def _spans(rows: Iterable[tuple[K, datetime, datetime | None]], now: datetime) -> dict[K, list[Span]]:
    """By key; what goes on ends now."""
    of: defaultdict[K, list[Span]] = defaultdict(list)
    for key, start, end in rows:
        of[key].append((start, min(end or now, now)))
    return of


def _until(link: Link, window: Window) -> date:
    """The first day that is not the operator's any more."""
    return window.to_day if link.to_on is None else min(link.to_on + timedelta(days=1), window.to_day)


def _watched(link: Link, known: _Known, window: Window) -> Watched:
    start, end = max(link.from_on, window.from_day), _until(link, window)
    return Watched(
        monitor=link.mn,
        spans=[(window.moment(start), window.moment(end))] if start < end else [],
        valid_hours=known.hours.get((link.device, link.from_on), 0.0),
        stops=known.marks.get((link.device, "stop"), []),
        faults=_faults(link.device, known),
        outages=known.outages.get(link.device, []),
        calibrations=[end for _, end in known.marks.get((link.device, "calibration"), [])],
    )


def _faults(device: int, known: _Known) -> list[Fault]:
    """What was declared, and what the detector saw for longer than a failure may go unreported and nobody declared."""
    declared = known.marks.get((device, "fault"), [])
    rule = known.rule
    seen = [
        (start, end)
        for start, end in known.outages.get(device, [])
        if end - start > rule.report and not any(a < end and start < b for a, b in declared)
    ]
    return [
        Fault(start, end, working_days_after(start, rule.repair_days, rule.is_workday, rule.zone))
        for start, end in [*declared, *seen]
    ]
