"""How far people are with an alert, as the API describes it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from alerts.handling.stage import Cause, Stage
from alerts.handling.words import CAUSE_ZH, STAGE_ZH

EXAMPLE: dict[str, Any] = {
    "stage": "accepted",
    "since": "2026-11-21T00:21:30+00:00",
    "version": 4,
    "acknowledged_by": "P02",
    "person": None,
    "team": "孟河镇",
    "accepted_by": "P12",
    "distance_m": None,
    "cause": None,
    "enterprise_id": None,
    "rectify_by": None,
    "recheck_at": None,
    "proposed_by": None,
    "closed_by": None,
    "cleared_at": None,
    "merged_into": None,
    "before": None,
    "case_number": None,
    "muted_until": None,
    "times": {
        "open": "2026-11-21T00:12:00+00:00",
        "acknowledge": "2026-11-21T00:14:10+00:00",
        "dispatch": "2026-11-21T00:17:45+00:00",
        "accept": "2026-11-21T00:21:30+00:00",
    },
}

_STAGES = "; ".join(f"`{stage}` {zh}" for stage, zh in STAGE_ZH.items())
CAUSES = "; ".join(f"`{cause}` {zh}" for cause, zh in CAUSE_ZH.items())


class Handling(BaseModel):
    """How far people are with the alert. `status` beside it is the air, as the detector sees it."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [EXAMPLE]})

    stage: Annotated[Stage, Field(description=_STAGES)]
    since: Annotated[datetime, Field(description="in this stage")]
    version: Annotated[int, Field(description="goes up with every change; what If-Match is compared with")]
    acknowledged_by: Annotated[str | None, Field(description="who answers for it")] = None
    person: Annotated[str | None, Field(description="who was sent")] = None
    team: Annotated[str | None, Field(description="or the field team of which township")] = None
    accepted_by: Annotated[str | None, Field(description="who goes, or is there")] = None
    distance_m: Annotated[float | None, Field(description="of who arrived, from the estimated source, m")] = None
    cause: Annotated[Cause | None, Field(description=CAUSES)] = None
    enterprise_id: Annotated[str | None, Field(description="who was found")] = None
    rectify_by: Annotated[datetime | None, Field(description="deadline of the enterprise")] = None
    recheck_at: Annotated[datetime | None, Field(description="when somebody is to look again")] = None
    proposed_by: Annotated[str | None, Field(description="who proposes to close it")] = None
    closed_by: Annotated[str | None, Field(description="who signed it off; `detector`: the air did")] = None
    cleared_at: Annotated[datetime | None, Field(description="when the air was clean again")] = None
    merged_into: Annotated[str | None, Field(description="the alert that it is handled with")] = None
    before: Annotated[Stage | None, Field(description="the stage before it was merged or the air was clean")] = None
    case_number: str | None = None
    muted_until: datetime | None = None
    times: Annotated[
        dict[str, datetime],
        Field(description="when each step was first done since the alert opened, or was opened again; `open` is that"),
    ] = {}
