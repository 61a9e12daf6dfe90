"""Whether an alert is the same again: earlier ones of its cell or enterprise."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.muting.recurrence import recurrence
from service.database import Connection
from service.parameters import Strict
from service.problems import NotFoundError
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.rules import Rules

router = APIRouter(prefix=API, tags=["alerts"])

EARLIER: dict[str, Any] = {
    "alert_id": "hotspot-tvoc-20261112T1430Z-12-34",
    "kind": "hotspot",
    "pollutant": "tvoc",
    "severity": 3,
    "status": "closed",
    "opened_at": "2026-11-12T14:30:00Z",
    "closed_at": "2026-11-12T16:05:00Z",
    "stage": "closed",
    "cause": "solvent",
    "same_cell": True,
    "same_enterprise": True,
}
EXAMPLE: dict[str, Any] = {
    "alert_id": "hotspot-tvoc-20261121T0830Z-12-34",
    "days": 30,
    "since": "2026-10-22T08:30:00Z",
    "cell": "12-34",
    "enterprise_id": "E0007",
    "found": False,
    "total": 1,
    "same_cell": 1,
    "same_enterprise": 1,
    "false_alarms": 0,
    "alerts": [EARLIER],
}


class Earlier(BaseModel):
    """An earlier alert; `stage` is how far people came with it, `cause` what was found."""

    model_config = ConfigDict(json_schema_extra={"examples": [EARLIER]})

    alert_id: str
    kind: str
    pollutant: str
    severity: int
    status: Literal["open", "closed"]
    opened_at: datetime
    closed_at: datetime | None
    stage: str | None
    cause: str | None
    same_cell: bool
    same_enterprise: bool


class RecurrenceTold(BaseModel):
    """Emissions count as a recurrence of any emission, other alerts of their own kind; drills and merged ones not."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    alert_id: str
    days: int
    since: datetime
    cell: Annotated[str | None, Field(description="in which the alert was found first")]
    enterprise_id: Annotated[str | None, Field(description="who was found, else the first candidate")]
    found: Annotated[bool, Field(description="by a field team")]
    total: int
    same_cell: int
    same_enterprise: int
    false_alarms: Annotated[int, Field(description="of `total`")]
    alerts: Annotated[list[Earlier], Field(description="the newest 200")]


class RecurrenceQuery(Strict):
    """How far back."""

    days: Annotated[int | None, Field(ge=1, le=366, description="before the alert; 30, unless the policy says")] = None


@router.get(
    "/alerts/{alert_id}/recurrence",
    operation_id="getRecurrence",
    summary="是否重复发生 · earlier alerts of the same cell or enterprise",
)
async def told(
    connection: Connection, rules: Rules, alert_id: AlertId, asked: Annotated[RecurrenceQuery, Query()]
) -> RecurrenceTold:
    """What happened in the same cell or by the same enterprise in the days before the alert was opened."""
    days = asked.days or rules.mute.recurrence_days
    found = await recurrence(connection, alert_id, days)
    if found is None:
        raise NotFoundError(f"没有这条告警 · no alert {alert_id}")
    return RecurrenceTold(
        alert_id=alert_id,
        days=days,
        since=found.since,
        cell=found.cell,
        enterprise_id=found.enterprise_id,
        found=found.found,
        total=found.total,
        same_cell=found.same_cell,
        same_enterprise=found.same_enterprise,
        false_alarms=found.false_alarms,
        alerts=[Earlier(**dict(row)) for row in found.alerts],
    )
