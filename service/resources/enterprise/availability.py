"""Valid data of an enterprise's monitors: by hour, day and month, how much came and how much of it is valid."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import ENTERPRISE_VIEW, devices_of
from alerts.enterprise.standing import next_month, share, valid_day, valid_hour, valid_month
from ingest.validity import DAY_HOURS, hour_of, span_of
from service.database import Connection
from service.problems import bad_input
from service.resources import API
from service.resources.enterprise.asked import DAY, HOUR, MINUTE, Days, few_enough, now, own, today
from service.resources.enterprise.mine import Mine
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

By = Literal["hour", "day", "month"]
MOST_DAYS: Mapping[By, int] = {"hour": 31, "day": 366, "month": 1100}
USUAL_DAYS: Mapping[By, int] = {"hour": 1, "day": 30, "month": 365}
_PERIOD: dict[str, Any] = {"from": "2026-10-31T16:00:00+00:00", "to": "2026-11-30T16:00:00+00:00", "minutes": 28800}
_PERIOD |= {"sent": 28560, "valid": 28204, "suspect": 12, "sent_share": 0.9917, "valid_share": 0.9793}
_PERIOD |= {"hours": None, "days": 20, "is_valid": False}
EXAMPLE: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "factor": "nmhc",
    "periods": [_PERIOD],
}
Share = Annotated[float, Field(ge=0, le=1)]


class Period(BaseModel):
    """An hour, day or month of a channel; `minutes` of it are over, of which shares are."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PERIOD]})

    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime
    minutes: Annotated[int, Field(description="of the hours of the period that are over")]
    sent: int
    valid: Annotated[int, Field(description="minutes of flag N, under no mark")]
    suspect: Annotated[int, Field(description="of the valid ones, those that a check found odd")]
    sent_share: Share | None
    valid_share: Share | None
    hours: Annotated[int | None, Field(description="of a day: hours with 45 valid minutes or more")]
    days: Annotated[int | None, Field(description="of a month: days with 20 such hours or more")]
    is_valid: Annotated[
        bool, Field(description="45 valid minutes an hour, 20 valid hours a day, 25 valid days a month, 23 in February")
    ]


class OfFactor(BaseModel):
    """A channel of a monitor, period by period."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mn: str
    factor: str
    periods: list[Period]


class OwnAvailability(BaseModel):
    """Of what an enterprise's monitors measure; `from` is included, `to` is not, both are whole periods."""

    from_day: Annotated[date, Field(alias="from")]
    to: date
    by: By
    factors: list[OfFactor]


class ValidQuery(Days):
    """Which days, summed up by what."""

    by: Annotated[By, Field(description="按小时、日或月 · by hour (31 days at most), day (366) or month (1,100)")] = (
        "day"
    )


class Counts(NamedTuple):
    """Minutes of a period, and its valid hours or days."""

    sent: int = 0
    valid: int = 0
    suspect: int = 0
    whole: int = 0


Counted = dict[tuple[int, str, datetime], Counts]


@router.get(
    "/enterprise/availability",
    response_model=OwnAvailability,
    operation_id="listOwnAvailability",
    summary="有效数据率 · valid data by hour, day and month",
)
async def availability(connection: Connection, mine: Mine, asked: Annotated[ValidQuery, Query()]) -> Response:
    """Every period is there, also one of which nothing came. Without streams that only tell what runs."""
    first, to = _days(asked)
    monitors, at = await own(connection, mine, asked.monitor), now()
    periods = _periods(first, to, asked.by)
    few_enough(len(periods) * sum(len(monitor.measured) for monitor in monitors))
    devices = devices_of(monitors)
    counted = await COUNT[asked.by](connection, devices, first, to)
    factors = [
        {
            "mn": monitor.mn,
            "factor": factor.channel,
            "periods": [
                _period(span, counted.get((monitor.device, factor.channel, span[0]), Counts()), asked.by, at)
                for span in periods
            ],
        }
        for monitor in monitors
        for factor in monitor.measured
    ]
    body = {"from": first, "to": to, "by": asked.by, "factors": factors}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _days(asked: ValidQuery) -> tuple[date, date]:
    """The days that are meant, of months whole ones; raises BadInputError."""
    to = asked.to or today() + DAY
    first = asked.from_day or to - USUAL_DAYS[asked.by] * DAY
    if not first < to <= first + MOST_DAYS[asked.by] * DAY:
        raise bad_input({"from": f"must lie before `to`, by {MOST_DAYS[asked.by]} days at most by {asked.by}"})
    if asked.by != "month":
        return first, to
    return first.replace(day=1), to if to.day == 1 else next_month(to)


def _periods(first: date, to: date, by: By) -> list[tuple[datetime, datetime]]:
    """Beginning and end of each, in UTC."""
    begin, end = span_of(first)[0], span_of(to)[0]
    if by == "hour":
        return [(begin + i * HOUR, begin + (i + 1) * HOUR) for i in range((end - begin) // HOUR)]
    periods, day = [], first
    while day < to:
        following = next_month(day) if by == "month" else day + DAY
        periods.append((span_of(day)[0], span_of(following)[0]))
        day = following
    return periods


def _period(span: tuple[datetime, datetime], counts: Counts, by: By, at: datetime) -> dict[str, Any]:
    begin, end = span
    over = max(min(end, hour_of(at)) - begin, timedelta(0)) // MINUTE
    return {
        "from": begin,
        "to": end,
        "minutes": over,
        "sent": counts.sent,
        "valid": counts.valid,
        "suspect": counts.suspect,
        "sent_share": share(counts.sent, over),
        "valid_share": share(counts.valid, over),
        "hours": counts.whole if by == "day" else None,
        "days": counts.whole if by == "month" else None,
        "is_valid": _is_valid(counts, by, begin),
    }


def _is_valid(counts: Counts, by: By, begin: datetime) -> bool:
    if by == "hour":
        return valid_hour(counts.valid)
    # The first of a month in Beijing is the last day of the month before in UTC.
    return valid_day(counts.whole) if by == "day" else valid_month(counts.whole, (begin + DAY).date())


async def _hours(connection: Connection, devices: list[int], first: date, to: date) -> Counted:
    span = {"from_at": span_of(first)[0], "to_at": span_of(to)[0]}
    rows = await ENTERPRISE_VIEW.hours.fetch(connection, devices=devices, channels=None, **span)
    return {(row["device"], row["channel"], row["ts"].astimezone(UTC)): _counts(row, 0) for row in rows}


async def _each_day(connection: Connection, devices: list[int], first: date, to: date) -> Counted:
    rows = await ENTERPRISE_VIEW.days.fetch(connection, devices=devices, channels=None, from_day=first, to_day=to)
    return {(row["device"], row["channel"], span_of(row["day"])[0]): _counts(row, row["hours"]) for row in rows}


async def _months(connection: Connection, devices: list[int], first: date, to: date) -> Counted:
    rows = await ENTERPRISE_VIEW.months.fetch(
        connection, devices=devices, from_day=first, to_day=to, day_hours=DAY_HOURS
    )
    return {(row["device"], row["channel"], span_of(row["month"])[0]): _counts(row, row["days"]) for row in rows}


def _counts(row: Record, whole: int) -> Counts:
    return Counts(row["sent"], row["valid"], row["suspect"], whole)


COUNT: Mapping[By, Callable[..., Any]] = {"hour": _hours, "day": _each_day, "month": _months}
