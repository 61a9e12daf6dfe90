"""Early warnings: that an hour is about to break its limit, while there is time to do something about it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import ENTERPRISE_VIEW, devices_of
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.resources import API
from service.resources.enterprise.asked import DAY, Within, own, span_of
from service.resources.enterprise.mine import Mine
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

USUAL, MOST = 30 * DAY, 92 * DAY
EXAMPLE: dict[str, Any] = {
    "alert_id": "early_warning-nmhc-20261121T0022Z-010000A8900016F000169DC0",
    "mn": "010000A8900016F000169DC0",
    "factor": "nmhc",
    "status": "open",
    "severity": 2,
    "opened_at": "2026-11-21T00:22:00+00:00",
    "closed_at": None,
    "sign": "hour_projected",
    "hour": "2026-11-21T00:00:00+00:00",
    "value": 88.1,
    "mean": 57.9,
    "projected": 71.3,
    "valid_minutes": 22,
    "limit": 60.0,
    "unit": "mg/m³",
}


class EarlyWarning(BaseModel):
    """A warning as it stands; concentrations in `unit`. It is never evidence of an exceedance."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    alert_id: str
    mn: str
    factor: str
    status: Literal["open", "closed"]
    severity: Annotated[int, Field(description="1: single minutes above the limit; 2: the hour is projected above it")]
    opened_at: datetime
    closed_at: datetime | None
    sign: Annotated[str, Field(description="`minute_over` or `hour_projected`")]
    hour: Annotated[datetime | None, Field(description="beginning of the hour it is about")]
    value: float | None
    mean: Annotated[float | None, Field(description="of the hour so far")]
    projected: Annotated[float | None, Field(description="of the whole hour, if its rest is as the last minutes were")]
    valid_minutes: int | None
    limit: float | None
    unit: str | None


class WarningPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    warnings: list[EarlyWarning]
    next: str | None


class WarningQuery(Within):
    """Which span, how many."""

    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/enterprise/warnings", operation_id="listOwnWarnings", summary="超标预警 · early warnings")
async def warnings(connection: Connection, mine: Mine, asked: Annotated[WarningQuery, Query()]) -> WarningPage:
    """Newest first by when it opened, within the span; 30 days if not told, 92 at most. Also told to the enterprise's
    addresses (`/enterprise/hooks`, event `warning`) the moment it opens."""
    first, to = span_of(asked, USUAL, MOST)
    monitors = await own(connection, mine, asked.monitor)
    before = decode(asked.cursor) if asked.cursor else None
    rows = await ENTERPRISE_VIEW.warnings.fetch(
        connection,
        devices=devices_of(monitors),
        factors=asked.factor or None,
        from_at=first,
        to_at=to,
        before_at=before and before.at,
        before_id=before and before.id,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    following = encode(Cursor(page[-1]["opened_at"], page[-1]["alert_id"])) if len(rows) > asked.limit else None
    return WarningPage(warnings=[_shown(row) for row in page], next=following)


def _shown(row: Record) -> EarlyWarning:
    evidence = row["evidence"] or {}
    named = ("value", "mean", "projected", "valid_minutes", "limit", "unit")
    return EarlyWarning(
        alert_id=row["alert_id"],
        mn=row["mn"],
        factor=row["pollutant"],
        status=row["status"],
        severity=row["severity"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        sign=evidence.get("sign", ""),
        hour=evidence.get("from"),
        **{name: evidence.get(name) for name in named},
    )
