"""When an alert was held back and by what; of a regional notice, the hotspots that it kept quiet."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.muting.holding import MUTE
from service.database import Connection
from service.parameters import Strict
from service.problems import NotFoundError
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.resources.desk.mutes import HIT, LISTED, Hit

router = APIRouter(prefix=API, tags=["mutes"])


class Span(BaseModel):
    """When nobody was told of an alert and no clock ran; `released_at` null: at present."""

    from_at: Annotated[datetime, Field(alias="from")]
    until: Annotated[datetime | None, Field(description="null: as long as the regional notice stands")]
    mute_id: int | None
    regional_id: str | None
    released_at: datetime | None
    outcome: Annotated[Literal["told", "over"] | None, Field(description="told after all, or over before")]


class Holds(BaseModel):
    """The spans in which an alert was held back, and how many hotspots it held back itself as a regional notice."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"spans": [], "hits": 1, "alerts": [HIT]}]})

    spans: list[Span]
    hits: int
    alerts: Annotated[list[Hit], Field(description="the newest 500")]


@router.get("/alerts/{alert_id}/holds", operation_id="getHolds", summary="告警何时被静默 · when an alert was held back")
async def holds(connection: Connection, alert_id: AlertId, _: Annotated[Strict, Query()]) -> Holds:
    """By which mute or regional notice it was held back; of a regional notice, the hotspots that it kept quiet."""
    if await MUTE.body.fetchval(connection, alert_id=alert_id) is None:
        raise NotFoundError(f"没有这条告警 · no alert {alert_id}")
    spans = [Span(**dict(row)) for row in await MUTE.spans.fetch(connection, alert_id=alert_id)]
    flood = await MUTE.flood.fetch(connection, alert_id=alert_id, limit=LISTED)
    return Holds(spans=spans, hits=flood[0]["hits"] if flood else 0, alerts=[Hit(**dict(row)) for row in flood])
