"""The series of a monitor: minutes as they came, hours and days as they were summed up, with the marks beside them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import ENTERPRISE_VIEW, Factor, Monitor
from alerts.enterprise.standing import Span, valid_day, valid_hour
from ingest.validity import day_of, span_of
from service.database import Connection
from service.parameters import Instant
from service.problems import bad_input
from service.resources import API
from service.resources.enterprise.asked import DAY, HOUR, MINUTE, Factors, few_enough, now, own, wanted
from service.resources.enterprise.mine import InWindow, Mine
from service.resources.enterprise.monitors import Mn
from service.resources.enterprise.value import (
    CALIBRATION,
    MARK,
    Finding,
    OwnMark,
    letter,
    reasons,
    span_of_mark,
    told_marks,
)
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

Fine = Literal["minute", "hour", "day"]
STEPS: dict[str, timedelta] = {"minute": MINUTE, "hour": HOUR, "day": DAY}
USUAL: dict[str, timedelta] = {"minute": DAY, "hour": 7 * DAY, "day": 30 * DAY}
MOST_POINTS = 10_000

_MINUTE: dict[str, Any] = {"ts": "2026-11-21T00:12:00+00:00", "value": 42.7, "flag": "C", "qc": [CALIBRATION]}
_HOUR: dict[str, Any] = {"ts": "2026-11-21T00:00:00+00:00", "value": 38.4, "low": 12.9, "high": 71.5}
_HOUR |= {"sent": 60, "valid": 58, "suspect": 0, "is_valid": True}
EXAMPLE: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "from": "2026-11-20T00:00:00+00:00",
    "to": "2026-11-21T00:13:00+00:00",
    "step": "minute",
    "factors": [{"factor": "nmhc", "unit": "mg/m³", "limit": 60.0, "points": [_MINUTE]}],
    "marks": [MARK],
}


class OwnPoint(BaseModel):
    """A minute as it came, or the mean of the valid minutes of an hour or the valid hours of a day."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MINUTE, _HOUR]})

    ts: datetime
    value: Annotated[float | None, Field(description="in the unit of the factor; null: nothing valid, or none sent")]
    flag: Annotated[str | None, Field(description="of a minute: HJ 212's letter; N is valid")] = None
    qc: Annotated[list[Finding], Field(description="of a minute: what is wrong with it")] = []
    low: float | None = None
    high: float | None = None
    sent: Annotated[int | None, Field(description="of an hour or day: minutes that came")] = None
    valid: Annotated[int | None, Field(description="of an hour or day: valid minutes, none under a mark")] = None
    suspect: Annotated[int | None, Field(description="of these, those that a check found odd")] = None
    hours: Annotated[int | None, Field(description="of a day: valid hours")] = None
    is_valid: Annotated[bool | None, Field(description="45 valid minutes an hour, 20 valid hours a day")] = None


class OwnSeries(BaseModel):
    """The series of one channel."""

    factor: str
    unit: str
    limit: float | None
    points: list[OwnPoint]


class SeriesOfMonitor(BaseModel):
    """Of one monitor; `from` is included, `to` is not."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mn: str
    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime
    step: Fine
    factors: list[OwnSeries]
    marks: Annotated[list[OwnMark], Field(description="in force at any time of the span")]


class SeriesQuery(InWindow):
    """Which span, how fine, which channels."""

    from_at: Annotated[
        Instant | None,
        Field(alias="from", description="起 · included; a day of minutes, 7 of hours, 30 of days if not given"),
    ] = None
    to: Annotated[Instant | None, Field(description="止 · not included; now if not given")] = None
    step: Annotated[Fine, Field(description="粒度 · minutes, hourly or daily means")] = "minute"
    factor: Annotated[Factors, Field(default_factory=list)]


class Asked(NamedTuple):
    """Of which monitor and channels, from when to when."""

    monitor: Monitor
    factors: Sequence[Factor]
    from_at: datetime
    to: datetime

    @property
    def span(self) -> dict[str, datetime]:
        """As the queries take it."""
        return {"from_at": self.from_at, "to_at": self.to}

    @property
    def channels(self) -> list[str]:
        """The names of the channels."""
        return [factor.channel for factor in self.factors]


@router.get(
    "/enterprise/monitors/{mn}/series",
    response_model=SeriesOfMonitor,
    operation_id="getOwnSeries",
    summary="一台设备的数据序列 · the series of one of an enterprise's monitors",
)
async def series(connection: Connection, mine: Mine, mn: Mn, asked: Annotated[SeriesQuery, Query()]) -> Response:
    """At most 10,000 steps. Hours and days that are not summed up yet are not there."""
    (monitor,) = await own(connection, mine, mn)
    to = asked.to or now()
    first = asked.from_at or to - USUAL[asked.step]
    if first >= to:
        raise bad_input({"from": "must lie before `to`"})
    of = Asked(monitor, wanted(monitor.factors, asked.factor), first, to)
    steps = int((to - first) / STEPS[asked.step]) + 1
    if steps > MOST_POINTS + 1:
        raise bad_input({"from": f"the span has more than {MOST_POINTS} steps: shorten it, or choose a longer `step`"})
    few_enough(steps * len(of.factors))
    marks = await ENTERPRISE_VIEW.marks.fetch(connection, devices=[monitor.device], **of.span)
    points = await POINTS[asked.step](connection, of, marks)
    body = {
        "mn": mn,
        "from": first,
        "to": to,
        "step": asked.step,
        "factors": [_told(factor, points.get(factor.channel, [])) for factor in of.factors],
        "marks": told_marks(marks, {monitor.device: mn}),
    }
    return Response(msgspec.json.encode(body), media_type="application/json")


Points = dict[str, list[dict[str, Any]]]


def _told(factor: Factor, points: list[dict[str, Any]]) -> dict[str, Any]:
    return {"factor": factor.channel, "unit": factor.unit, "limit": factor.limit, "points": points}


async def _minutes(connection: Connection, of: Asked, marks: Sequence[Record]) -> Points:
    device = of.monitor.device
    rows = await ENTERPRISE_VIEW.minutes.fetch(connection, device=device, channels=of.channels, **of.span)
    flags = await ENTERPRISE_VIEW.flags.fetch(connection, devices=[device], **of.span)
    found, marked = Found(flags), Marked(marks)
    named, points = {factor.channel: factor for factor in of.factors}, Points()
    for row in rows:
        ts, channel = row["ts"], row["channel"]
        wrong = reasons(row["qc"], found.at(ts, channel), marked.at(ts))
        shown = named[channel].shown(row["value"])
        points.setdefault(channel, []).append({"ts": ts, "value": shown, "flag": letter(row["qc"]), "qc": wrong})
    return points


class Found:
    """What was found of minutes, by minute and channel."""

    def __init__(self, flags: Sequence[Record]) -> None:
        self._found: dict[tuple[datetime, str], list[int]] = {}
        for flag in flags:
            for ts in _minutes_of(flag["from_at"], flag["to_at"]):
                self._found.setdefault((ts, flag["channel"]), []).append(flag["reason"])

    def at(self, ts: datetime, channel: str) -> Sequence[int]:
        """The reasons of a minute."""
        return self._found.get((ts, channel), ())


class Marked:
    """The kinds of marks in force, by minute, asked in the order of time."""

    def __init__(self, marks: Sequence[Record]) -> None:
        self._coming = [(row["kind"], span_of_mark(row)) for row in reversed(marks)]
        self._now: list[tuple[str, Span]] = []

    def at(self, ts: datetime) -> list[str]:
        """Those in force in a minute, none before the last one that was asked for."""
        until = ts + MINUTE
        while self._coming and self._coming[-1][1].start < until:
            self._now.append(self._coming.pop())
        self._now = [(kind, span) for kind, span in self._now if span.holds(ts, until)]
        return [kind for kind, _ in self._now]


def _minutes_of(start: datetime, end: datetime) -> Iterator[datetime]:
    for i in range((end - start) // MINUTE):
        yield start + i * MINUTE


async def _hours(connection: Connection, of: Asked, _: Sequence[Record]) -> Points:
    devices = [of.monitor.device]
    rows = await ENTERPRISE_VIEW.hours.fetch(connection, devices=devices, channels=of.channels, **of.span)
    return _summed(of, [(row["ts"], row, {"is_valid": valid_hour(row["valid"])}) for row in rows])


async def _days(connection: Connection, of: Asked, _: Sequence[Record]) -> Points:
    devices, days = [of.monitor.device], {"from_day": day_of(of.from_at), "to_day": day_of(of.to - MINUTE) + DAY}
    rows = await ENTERPRISE_VIEW.days.fetch(connection, devices=devices, channels=of.channels, **days)
    told = [(span_of(row["day"])[0], row, {"hours": row["hours"], "is_valid": valid_day(row["hours"])}) for row in rows]
    return _summed(of, [one for one in told if of.from_at <= one[0] < of.to])


def _summed(of: Asked, rows: Sequence[tuple[datetime, Record, dict[str, Any]]]) -> Points:
    named, points = {factor.channel: factor for factor in of.factors}, Points()
    for ts, row, more in rows:
        shown = named[row["channel"]].shown
        amounts = {"value": shown(row["mean"]), "low": shown(row["low"]), "high": shown(row["high"])}
        counts = {name: row[name] for name in ("sent", "valid", "suspect")}
        points.setdefault(row["channel"], []).append({"ts": ts, **amounts, **counts, **more})
    return points


POINTS = {"minute": _minutes, "hour": _hours, "day": _days}
