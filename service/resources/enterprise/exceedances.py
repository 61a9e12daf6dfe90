"""Exceedances of an enterprise's monitors: valid hours above the permit limit, each with its evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts import permit
from alerts.enterprise.monitor import ENTERPRISE_VIEW, Factor, Monitor
from alerts.enterprise.standing import judge, unmarked
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.resources import API
from service.resources.enterprise.asked import DAY, HOUR, Within, own, span_of
from service.resources.enterprise.limits import limited_of
from service.resources.enterprise.mine import Mine
from service.resources.enterprise.series import Found, Marked
from service.resources.enterprise.value import MARK, Finding, OwnMark, letter, reasons, span_of_mark, told_marks
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

USUAL, MOST = 30 * DAY, 366 * DAY
_MINUTE: dict[str, Any] = {"ts": "2026-11-20T23:00:00+00:00", "value": 63.1, "flag": "N", "qc": []}
_LOGGER: dict[str, Any] = {"low": 51.2, "mean": 63.4, "high": 88.0, "converted_mean": 66.1, "flag": "N"}
EXAMPLE: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "outlet": "DA001",
    "factor": "nmhc",
    "unit": "mg/m³",
    "limit": 60.0,
    "from": "2026-11-20T23:00:00+00:00",
    "to": "2026-11-21T00:00:00+00:00",
    "mean": 63.5,
    "high": 88.0,
    "valid_minutes": 52,
    "share": 1.0583,
    "severity": 1,
    "is_evidence": True,
    "alert_id": "exceedance-nmhc-20261121T0000Z-010000A8900016F000169DC0",
    "minutes": [_MINUTE],
    "marks": [],
    "logger": _LOGGER,
}


class EvidenceMinute(BaseModel):
    """A minute of the hour as it came."""

    ts: datetime
    value: float | None
    flag: str | None
    qc: list[Finding]


class LoggerMean(BaseModel):
    """What the logger itself reported of the hour (HJ 212, CN 2061); `converted_mean`: at reference oxygen."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LOGGER]})

    low: float | None
    mean: float | None
    high: float | None
    converted_mean: float | None
    flag: str | None


class Exceedance(BaseModel):
    """A valid hour above the limit, as the detector judges it, and what it rests on; amounts in `unit`."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mn: str
    outlet: str
    factor: str
    unit: str
    limit: Annotated[float, Field(description="as registered now")]
    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime
    mean: float
    high: Annotated[float | None, Field(description="highest valid minute")]
    valid_minutes: int
    share: Annotated[float, Field(description="of the limit")]
    severity: Annotated[int, Field(ge=1, le=4, description="by the share: 4 from three times the limit")]
    is_evidence: Annotated[bool, Field(description="as `GET /enterprise/limits` says it")]
    alert_id: Annotated[str | None, Field(description="the alert that stood at the end of the hour")]
    minutes: Annotated[list[EvidenceMinute], Field(description="empty once minutes are no longer kept")]
    marks: Annotated[list[OwnMark], Field(examples=[[MARK]])]
    logger: LoggerMean | None


class ExceedancePage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    exceedances: list[Exceedance]
    next: str | None


class ExceedanceQuery(Within):
    """Which span, how many."""

    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


@router.get(
    "/enterprise/exceedances",
    response_model=ExceedancePage,
    operation_id="listOwnExceedances",
    summary="超标小时及证据 · hours above the limit with their evidence",
)
async def exceedances(connection: Connection, mine: Mine, asked: Annotated[ExceedanceQuery, Query()]) -> Response:
    """Newest first; 30 days if not told, 366 at most. An hour that is no evidence says so."""
    first, to = span_of(asked, USUAL, MOST)
    monitors = await own(connection, mine, asked.monitor)
    limited = {f"{of[0].mn}/{of[1].channel}": of for of in limited_of(monitors, asked.factor)}
    before = decode(asked.cursor) if asked.cursor else None
    rows = await ENTERPRISE_VIEW.exceedances.fetch(
        connection,
        **_of(limited),
        from_at=first,
        to_at=to,
        valid=permit.VALID,
        before_at=before and before.at,
        before_key=before and before.id,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    following = encode(Cursor(page[-1]["ts"], page[-1]["key"])) if len(rows) > asked.limit else None
    evidence = await _evidence(connection, page)
    told = [_exceedance(row, *limited[row["key"]], evidence) for row in page]
    return Response(msgspec.json.encode({"exceedances": told, "next": following}), media_type="application/json")


def _of(limited: Mapping[str, tuple[Monitor, Factor]]) -> dict[str, Any]:
    return {
        "devices": [monitor.device for monitor, _ in limited.values()],
        "channels": [factor.channel for _, factor in limited.values()],
        "levels": [factor.level for _, factor in limited.values()],
        "keys": list(limited),
    }


class Evidence(NamedTuple):
    """What some hours rest on; minutes and the loggers' own means by key and hour."""

    minutes: Mapping[tuple[str, datetime], Sequence[Record]]
    loggers: Mapping[tuple[str, datetime], Record]
    marks: Sequence[Record]
    flags: Sequence[Record]


async def _evidence(connection: Connection, page: Sequence[Record]) -> Evidence:
    if not page:
        return Evidence({}, {}, (), ())
    hours = [row["ts"] for row in page]
    first, last = min(hours), max(hours) + HOUR
    devices = [row["device"] for row in page]
    of = {"devices": devices, "channels": [row["channel"] for row in page], "hours": hours}
    of |= {"keys": [row["key"] for row in page], "first": first, "last": last}
    view, span = ENTERPRISE_VIEW, {"devices": sorted(set(devices)), "from_at": first, "to_at": last}
    minutes: dict[tuple[str, datetime], list[Record]] = {}
    for row in await view.minutes_of.fetch(connection, **of):
        minutes.setdefault((row["key"], row["hour"]), []).append(row)
    loggers = {(row["key"], row["hour"]): row for row in await view.own_means.fetch(connection, **of)}
    marks, flags = await view.marks.fetch(connection, **span), await view.flags_of.fetch(connection, **of)
    return Evidence(minutes, loggers, marks, flags)


def _exceedance(row: Record, monitor: Monitor, factor: Factor, evidence: Evidence) -> dict[str, Any]:
    start, end, limit = row["ts"], row["ts"] + HOUR, factor.limit or 0.0
    marks = [
        mark for mark in evidence.marks if mark["device"] == monitor.device and span_of_mark(mark).holds(start, end)
    ]
    judged = judge(row["mean"], row["valid"], limit * factor.scale, unmarked(start, map(span_of_mark, marks)))
    logger = evidence.loggers.get((row["key"], start))
    return {
        "mn": monitor.mn,
        "outlet": monitor.outlet,
        "factor": factor.channel,
        "unit": factor.unit,
        "limit": limit,
        "from": start,
        "to": end,
        "mean": factor.shown(row["mean"]),
        "high": factor.shown(row["high"]),
        "valid_minutes": row["valid"],
        "share": judged.share,
        "severity": permit.severity(judged.share or 0.0),
        "is_evidence": judged.is_evidence,
        "alert_id": row["alert_id"],
        "minutes": _minutes(row, factor, evidence, marks),
        "marks": told_marks(marks, {monitor.device: monitor.mn}),
        "logger": logger and _logger(logger, factor),
    }


def _minutes(row: Record, factor: Factor, evidence: Evidence, marks: Sequence[Record]) -> list[dict[str, Any]]:
    own_flags = [flag for flag in evidence.flags if (flag["key"], flag["hour"]) == (row["key"], row["ts"])]
    found, marked = Found(own_flags), Marked(marks)
    return [
        {
            "ts": minute["ts"],
            "value": factor.shown(minute["value"]),
            "flag": letter(minute["qc"]),
            "qc": reasons(minute["qc"], found.at(minute["ts"], factor.channel), marked.at(minute["ts"])),
        }
        for minute in evidence.minutes.get((row["key"], row["ts"]), ())
    ]


def _logger(row: Record, factor: Factor) -> dict[str, Any]:
    amounts = {name: factor.shown(row[name]) for name in ("low", "mean", "high")}
    return {**amounts, "converted_mean": factor.shown(row["zs_mean"]), "flag": letter(row["qc"])}
