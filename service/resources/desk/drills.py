"""Drills: an alert that nobody measured, to try the whole chain from the phone to the sign-off."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.handling.drill import Scene, begin_drill, end_drill
from ingest.registry import Latitude, Longitude
from service.actor import Acting
from service.database import Connection
from service.parameters import Strict
from service.problems import NotFoundError
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.resources.desk.acts import Text
from service.resources.desk.within import Within

router = APIRouter(prefix=API, tags=["drills"])

EXAMPLE: dict[str, Any] = {"lon": 120.05, "lat": 31.68, "severity": 3, "note": "季度演练 · quarterly drill"}


class DrillPlan(BaseModel):
    """Where, how severe, and what for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    lon: Longitude
    lat: Latitude
    severity: Annotated[int, Field(ge=1, le=4)] = 3
    note: Text = ""


class Drill(BaseModel):
    """The alert that stands for the drill; its `kind` is `drill`."""

    alert_id: str


class DrillEnd(BaseModel):
    """Why it ends."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "演练结束 · the drill is over"}]})

    why: Text = "演练结束 · the drill is over"


@router.post("/drills", status_code=201, operation_id="beginDrill", summary="开始演练 · begin a drill")
async def begin(connection: Connection, actor: Acting, asked: DrillPlan, _: Annotated[Strict, Query()]) -> Drill:
    """Opens an alert of kind `drill`: it rings, climbs and is handled like any other, is marked 演练 everywhere, and no
    statistic counts it. One a second at most, so a double tap is one drill."""
    scene = Scene(asked.lon, asked.lat, asked.severity, asked.note)
    return Drill(alert_id=await begin_drill(connection, scene, actor, _now()))


@router.post(
    "/drills/{alert_id}/end",
    status_code=204,
    operation_id="endDrill",
    summary="结束演练 · end a drill",
    dependencies=[Within],
)
async def end(
    connection: Connection, actor: Acting, alert_id: AlertId, asked: DrillEnd, _: Annotated[Strict, Query()]
) -> None:
    """The air is clean again; whom somebody was sent to goes on to its sign-off."""
    if not await end_drill(connection, alert_id, actor, asked.why, _now()):
        raise NotFoundError(f"没有进行中的演练 · no drill under way: {alert_id}")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
