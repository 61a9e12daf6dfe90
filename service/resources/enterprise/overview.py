"""The overview of an enterprise: how each of its monitors stands at this moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import ENTERPRISE_VIEW, Factor, Monitor, devices_of
from alerts.enterprise.standing import OWN_KINDS, Link, Silence, link, share
from ingest.flag import Qc
from ingest.validity import DAY_MINUTES, day_of, hour_of, span_of
from service.database import Connection
from service.resources import API
from service.resources.enterprise.asked import DAY, HOUR, MINUTE, now, own
from service.resources.enterprise.mine import InWindow, Mine
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

Share = Annotated[float, Field(ge=0, le=1)]
Key = tuple[int, str]  # device and channel
MOMENT = timedelta(microseconds=1)

_RUNNING: dict[str, Any] = {
    "from": "2026-11-21T00:00:00+00:00",
    "mean": 41.2,
    "valid_minutes": 12,
    "share_of_limit": 0.6867,
}
_LAST: dict[str, Any] = {
    "from": "2026-11-20T23:00:00+00:00",
    "mean": 38.4,
    "valid_minutes": 60,
    "share_of_limit": 0.64,
}
_FACTOR: dict[str, Any] = {
    "factor": "nmhc",
    "unit": "mg/m³",
    "limit": 60.0,
    "at": "2026-11-21T00:12:00+00:00",
    "value": 42.7,
    "flag": "N",
    "qc": [],
    "running": _RUNNING,
    "last_hour": _LAST,
    "valid_today": 0.9917,
    "valid_month": 0.9783,
}
EXAMPLE: dict[str, Any] = {
    "enterprise_id": "E0007",
    "at": "2026-11-21T00:12:31+00:00",
    "monitors": [
        {
            "mn": "010000A8900016F000169DC0",
            "outlet": "DA001",
            "state": "online",
            "heard": "2026-11-21T00:12:00+00:00",
            "received_at": "2026-11-21T00:12:09+00:00",
            "factors": [_FACTOR],
            "valid_today": 0.9917,
            "valid_month": 0.9783,
            "open_alerts": {"exceedance": 1},
            "open_deadlines": 1,
            "next_deadline": "2026-11-21T02:10:00+00:00",
            "marks": [],
        }
    ],
}


class Mean(BaseModel):
    """The mean of an hour in the factor's unit; `share_of_limit` is null without a limit, 1 is at it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RUNNING]})

    from_at: Annotated[datetime, Field(alias="from")]
    mean: float | None
    valid_minutes: int
    share_of_limit: float | None


class FactorNow(BaseModel):
    """A channel as it was heard last, its hours, and how much of it was valid."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FACTOR, {**_FACTOR, "flag": "C", "qc": [CALIBRATION]}]})

    factor: str
    unit: Annotated[str, Field(description="as registered; of `value`, `limit` and the means")]
    limit: Annotated[float | None, Field(description="hourly, of the permit; null: none")]
    at: Annotated[datetime | None, Field(description="minute of the value; null: never heard")]
    value: float | None
    flag: Annotated[str | None, Field(description="HJ 212's letter; N is valid")]
    qc: list[Finding]
    running: Annotated[Mean, Field(description="of the hour that is not over, of the minutes that have come so far")]
    last_hour: Annotated[Mean | None, Field(description="the newest whole hour of the last day that was summed up")]
    valid_today: Annotated[Share | None, Field(description="of the minutes of today's hours that are over")]
    valid_month: Annotated[Share | None, Field(description="of the minutes of this month's hours that are over")]


class MonitorNow(BaseModel):
    """A monitor; `state` is `offline` where the offline rule says so."""

    mn: str
    outlet: str
    state: Annotated[
        Link,
        Field(
            description="`online`; `silent`: for 30 min or more, but not for longer than it often is; `offline`: alert;"
            " `excused`: silent under a mark; `never`: not heard yet"
        ),
    ]
    heard: Annotated[datetime | None, Field(description="minute of its newest frame")]
    received_at: datetime | None
    factors: list[FactorNow]
    valid_today: Annotated[Share | None, Field(description="mean of its factors, without streams of facilities")]
    valid_month: Share | None
    open_alerts: Annotated[dict[str, int], Field(description="alerts about it that are not closed, by kind")]
    open_deadlines: Annotated[int, Field(description="failures to report or to repair, not done yet")]
    next_deadline: Annotated[datetime | None, Field(description="of these the first, which may be past")]
    marks: Annotated[list[OwnMark], Field(description="in force now", examples=[[MARK]])]


class Overview(BaseModel):
    """All monitors of an enterprise at this moment, by MN."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    enterprise_id: str
    at: datetime
    monitors: list[MonitorNow]


class Known(NamedTuple):
    """What the database says of some monitors, by what it is about."""

    at: datetime
    figures: Mapping[Key, Record]
    alerts: Mapping[int, Mapping[str, int]]
    deadlines: Mapping[int, Record]
    marks: Mapping[int, Sequence[Record]]  # of this hour


@router.get(
    "/enterprise",
    response_model=Overview,
    operation_id="getEnterprise",
    summary="本企业监测总览 · how an enterprise's monitors stand now",
)
async def overview(connection: Connection, mine: Mine, _: Annotated[InWindow, Query()]) -> Response:
    """The newest values, the running hour against the limit, valid shares, open alerts and marks of every monitor."""
    monitors, at = await own(connection, mine), now()
    known = await _known(connection, mine, monitors, at)
    body = {"enterprise_id": mine, "at": at, "monitors": [_monitor(monitor, known) for monitor in monitors]}
    return Response(msgspec.json.encode(body), media_type="application/json")


async def _known(connection: Connection, mine: str, monitors: Sequence[Monitor], at: datetime) -> Known:
    view, devices = ENTERPRISE_VIEW, devices_of(monitors)
    hour, today = hour_of(at), day_of(at)
    marks = await view.marks.fetch(connection, devices=devices, from_at=hour, to_at=hour + HOUR)
    spans = {"hour": hour, "until": hour + HOUR, "since": hour - DAY, "midnight": span_of(today)[0]}
    days = {"first": today.replace(day=1), "today": today}
    figures = await view.figures.fetch(
        connection, devices=devices, good=int(Qc.GOOD), **spans, **days, **_columns(marks)
    )
    alerts = await view.open_alerts.fetch(connection, devices=devices, kinds=list(OWN_KINDS))
    due = await view.open_deadlines.fetch(connection, enterprise_id=mine)
    of_marks: dict[int, list[Record]] = {}
    for row in marks:
        of_marks.setdefault(row["device"], []).append(row)
    return Known(
        at,
        figures={(row["device"], row["channel"]): row for row in figures},
        alerts=_counted(alerts),
        deadlines={row["device"]: row for row in due},
        marks=of_marks,
    )


def _columns(marks: Sequence[Record]) -> dict[str, list[Any]]:
    """Marks as the query for running means takes them."""
    names = {"marked": "device", "starts": "start_at", "ends": "end_at"}
    return {name: [mark[column] for mark in marks] for name, column in names.items()}


def _counted(rows: Sequence[Record]) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row["device"], {})[row["kind"]] = row["alerts"]
    return counts


def _monitor(monitor: Monitor, known: Known) -> dict[str, Any]:
    rows = [known.figures[monitor.device, factor.channel] for factor in monitor.factors]
    heard = max((row["ts"] for row in rows if row["ts"]), default=None)
    alerts, due = known.alerts.get(monitor.device, {}), known.deadlines.get(monitor.device)
    marks = [mark for mark in known.marks.get(monitor.device, ()) if _holds(mark, known.at, MOMENT)]
    factors = [_factor(factor, row, known) for factor, row in zip(monitor.factors, rows, strict=True)]
    measured = {factor.channel for factor in monitor.measured}
    shown = [factor for factor in factors if factor["factor"] in measured]
    return {
        "mn": monitor.mn,
        "outlet": monitor.outlet,
        "state": link(Silence(heard, "offline" in alerts, bool(marks)), known.at),
        "heard": heard,
        "received_at": max((row["received_at"] for row in rows if row["received_at"]), default=None),
        "factors": factors,
        "valid_today": _mean([factor["valid_today"] for factor in shown]),
        "valid_month": _mean([factor["valid_month"] for factor in shown]),
        "open_alerts": alerts,
        "open_deadlines": due["deadlines"] if due else 0,
        "next_deadline": due and due["next_at"],
        "marks": told_marks(marks, {monitor.device: monitor.mn}),
    }


def _factor(factor: Factor, row: Record, known: Known) -> dict[str, Any]:
    last = _against(factor, row["last_at"], row["last_mean"], row["last_valid"]) if row["last_at"] else None
    return {
        "factor": factor.channel,
        "unit": factor.unit,
        "limit": factor.limit,
        **_newest(factor, row, known),
        "running": _against(factor, hour_of(known.at), row["running_mean"], row["running_valid"]),
        "last_hour": last,
        **_valid(row, known.at),
    }


def _newest(factor: Factor, row: Record, known: Known) -> dict[str, Any]:
    if row["ts"] is None:
        return {"at": None, "value": None, "flag": None, "qc": []}
    marks = known.marks.get(row["device"], ())
    kinds = [mark["kind"] for mark in marks if _holds(mark, row["ts"], MINUTE)]
    qc = reasons(row["qc"], row["found"] or (), kinds)
    return {"at": row["ts"], "value": factor.shown(row["value"]), "flag": letter(row["qc"]), "qc": qc}


def _holds(mark: Record, at: datetime, lasting: timedelta) -> bool:
    return span_of_mark(mark).holds(at, at + lasting)


def _against(factor: Factor, hour: datetime, mean: float | None, valid: int) -> dict[str, Any]:
    used = None if mean is None or factor.limit is None else round(mean / (factor.limit * factor.scale), 4)
    return {"from": hour, "mean": factor.shown(mean), "valid_minutes": valid, "share_of_limit": used}


def _valid(row: Record, at: datetime) -> dict[str, float | None]:
    """Of whole hours that are over: those of today, and those of the days of this month before it."""
    day = day_of(at)
    passed = int((hour_of(at) - span_of(day)[0]).total_seconds()) // 60
    whole = passed + (day.day - 1) * DAY_MINUTES
    today = row["valid_today"]
    return {"valid_today": share(today, passed), "valid_month": share(today + row["valid_before"], whole)}


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [one for one in shares if one is not None]
    return round(sum(known) / len(known), 4) if known else None
