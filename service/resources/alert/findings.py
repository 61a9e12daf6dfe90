"""What field teams found: the truth labels of alerts, and their score against what the alerts had named."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.findings import FINDING, load_score
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Instant, Strict, Words
from service.resources import API

router = APIRouter(prefix=API, tags=["findings"])

EXAMPLE: dict[str, Any] = {
    "named": 48,
    "first": 40,
    "among_three": 46,
    "nobody": 7,
    "unmatched": 1,
    "no_emission": 5,
    "top1": 0.8333,
    "top3": 0.9583,
}


class FindingsScore(BaseModel):
    """Hotspots that field teams have visited; the newest finding of each counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    named: Annotated[int, Field(description="an enterprise was found")]
    first: Annotated[int, Field(description="and the alert had named it first, before anybody went there")]
    among_three: Annotated[int, Field(description="or among its first three")]
    nobody: Annotated[int, Field(description="nobody of the registry was found")]
    unmatched: Annotated[int, Field(description="findings of no hotspot that is known here; not counted above")]
    no_emission: Annotated[
        int, Field(description="there was nobody to be named: a false alarm, the device, the weather, from outside")
    ]
    top1: Annotated[float | None, Field(description="`first` / `named`, null where nobody was found yet")]
    top3: Annotated[float | None, Field(description="`among_three` / `named`, null where nobody was found yet")]


LABEL: dict[str, Any] = {
    "alert_id": "hotspot-pm25-20261121T0012Z-10-7",
    "at": "2026-11-21T01:10:12Z",
    "enterprise_id": "E0007",
    "cause": "bypass",
    "note": "RTO 停机，旁路阀开启",
}


class Finding(BaseModel):
    """What somebody found of an alert; the newest of an alert counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [LABEL]})

    alert_id: str
    at: datetime
    enterprise_id: Annotated[str | None, Field(description="who was found; null: nobody of the registry, or nothing")]
    cause: Annotated[
        str,
        Field(
            description="a cause of the report, `false_alarm`, or `reopened`: it was no false alarm after all;"
            " what was imported may have others"
        ),
    ]
    note: str


class FindingPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    findings: list[Finding]
    next: str | None


class FindingFilter(Strict):
    """Which findings; all filters must hold."""

    cause: Annotated[Words, Field(default_factory=list, description="several: given several times, or a,b")]
    since: Annotated[Instant | None, Field(description="found at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get(
    "/findings",
    response_model=FindingPage,
    operation_id="listFindings",
    summary="查明结果 · what was found, newest first",
)
async def list_findings(connection: Connection, asked: Annotated[FindingFilter, Query()]) -> Response:
    """The truth labels: reports, false alarms and what was imported; drills have none. There is no total count."""
    before_at, before_id = decode(asked.cursor) if asked.cursor else (None, None)
    rows = await FINDING.newest.fetch(
        connection,
        causes=asked.cause or None,
        since=asked.since,
        before_at=before_at,
        before_id=before_id,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    more = encode(Cursor(page[-1]["at"], page[-1]["alert_id"])) if len(rows) > asked.limit else None
    told = {"findings": [dict(row) for row in page], "next": more}
    return Response(msgspec.json.encode(told), media_type="application/json")


@router.get(
    "/findings/score",
    operation_id="getFindingsScore",
    summary="溯源命中率 · how often the alert had named whom the field team found",
)
async def findings_score(connection: Connection, _: Annotated[Strict, Query()]) -> FindingsScore:
    """Hit rate of the attribution of hotspots, counted from what field teams found."""
    return FindingsScore.model_validate((await load_score(connection)).line())
