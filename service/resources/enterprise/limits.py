"""Hours against permit limits: mean, valid minutes, share of the limit that is used, and what the hour is worth."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import ENTERPRISE_VIEW, Factor, Monitor, devices_of
from alerts.enterprise.standing import judge, unmarked
from service.database import Connection
from service.resources import API
from service.resources.enterprise.asked import DAY, HOUR, Within, few_enough, own, span_of, wanted
from service.resources.enterprise.mine import Mine
from service.resources.enterprise.value import Mark, marks_by_hour
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

USUAL, MOST = DAY, 92 * DAY
EXAMPLE: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "factor": "nmhc",
    "unit": "mg/m³",
    "limit": 60.0,
    "from": "2026-11-20T23:00:00+00:00",
    "to": "2026-11-21T00:00:00+00:00",
    "mean": 63.5,
    "valid_minutes": 52,
    "share": 1.0583,
    "is_valid": True,
    "exceeded": True,
    "is_evidence": True,
    "marks": [],
}


class HourOfLimit(BaseModel):
    """An hour of a channel with an hourly limit, judged as the detector judges it: a valid hour above it exceeds it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mn: str
    factor: str
    unit: str
    limit: float
    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime
    mean: float | None
    valid_minutes: Annotated[int, Field(description="of flag N, under no mark")]
    share: Annotated[float | None, Field(description="of the limit that is used; 1 is at it, which is not above it")]
    is_valid: Annotated[bool, Field(description="45 valid minutes or more")]
    exceeded: bool
    is_evidence: Annotated[
        bool,
        Field(
            description="valid, and none of the minutes of its mean is under a mark: false while an hour with a newer"
            " mark waits to be summed up again"
        ),
    ]
    marks: Annotated[list[str], Field(description="kinds of marks in force in the hour")]


class HoursOfLimits(BaseModel):
    """Hours by time, MN and factor; `from` is included, `to` is not."""

    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime
    hours: list[HourOfLimit]


@router.get(
    "/enterprise/limits",
    response_model=HoursOfLimits,
    operation_id="listOwnLimits",
    summary="小时均值与许可限值 · hourly means against permit limits",
)
async def limits(connection: Connection, mine: Mine, asked: Annotated[Within, Query()]) -> Response:
    """Hours that were summed up, of channels with an hourly limit; 24 hours if not told, 92 days at most."""
    first, to = span_of(asked, USUAL, MOST)
    monitors = await own(connection, mine, asked.monitor)
    limited = limited_of(monitors, asked.factor)
    few_enough(len(limited) * ((to - first) // HOUR))
    devices, span = devices_of(monitors), {"from_at": first, "to_at": to}
    channels = sorted({factor.channel for _, factor in limited})
    rows = await ENTERPRISE_VIEW.hours.fetch(connection, devices=devices, channels=channels, **span)
    marks = marks_by_hour(await ENTERPRISE_VIEW.marks.fetch(connection, devices=devices, **span), first, to)
    by_key = {(monitor.device, factor.channel): (monitor, factor) for monitor, factor in limited}
    known = [(row, by_key[key]) for row in rows if (key := (row["device"], row["channel"])) in by_key]
    hours = [_hour(row, *of, marks.get((row["device"], row["ts"]), ())) for row, of in known]
    body = {"from": first, "to": to, "hours": sorted(hours, key=lambda hour: (hour["from"], hour["mn"]))}
    return Response(msgspec.json.encode(body), media_type="application/json")


def limited_of(monitors: Sequence[Monitor], names: Sequence[str]) -> list[tuple[Monitor, Factor]]:
    """The channels with an hourly limit, those of some names if any are told."""
    return [
        (monitor, factor)
        for monitor in monitors
        for factor in wanted(monitor.factors, names)
        if factor.limit is not None
    ]


def _hour(row: Record, monitor: Monitor, factor: Factor, marks: Sequence[Mark]) -> dict[str, Any]:
    start, end = row["ts"], row["ts"] + HOUR
    limit = factor.limit or 0.0
    judged = judge(row["mean"], row["valid"], limit * factor.scale, unmarked(start, [mark.span for mark in marks]))
    return {
        "mn": monitor.mn,
        "factor": factor.channel,
        "unit": factor.unit,
        "limit": limit,
        "from": start,
        "to": end,
        "mean": factor.shown(row["mean"]),
        "valid_minutes": row["valid"],
        **judged._asdict(),
        "marks": sorted({mark.kind for mark in marks if mark.span.holds(start, end)}),
    }
