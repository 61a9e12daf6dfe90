"""What could not be taken in, and why: the last refused first."""

import re
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Instant, Strict, Words
from service.resources import API
from sql.queries import Queries, Record

REJECT = Queries("reject")
router = APIRouter(prefix=API, tags=["rejects"])
SAMPLE_BYTES = 1024
NEVER = 2**63 - 1
_PASSWORD = re.compile(rb"(PW=)[^;&]*")  # of an HJ 212 frame: nobody's to read

EXAMPLE: dict[str, Any] = {
    "id": 4711,
    "first_at": "2026-11-21T00:13:01+00:00",
    "received_at": "2026-11-21T02:41:09+00:00",
    "topic": "hotgrid/v1/monitor/010000A8900016F000169DC0/reading",
    "device_id": "010000A8900016F000169DC0",
    "reason": "channel",
    "detail": "values.a25003: not registered for this monitor (monitors.csv)",
    "times": 12,
    "sample": '{"ts": "2026-11-21T08:12:00+08:00", "values": {"a25003": 0.4}}',
    "bytes": 62,
    "replayable": True,
}


class Rejected(BaseModel):
    """One reason why something of a message was refused; the message is kept once, whole if it is not absurdly long."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: int
    first_at: datetime
    received_at: Annotated[datetime, Field(description="when it was refused last")]
    topic: str
    device_id: str | None
    reason: Annotated[str, Field(description="stable: `json`, `channel`, `device`, `password`, `crc`, `time` …")]
    detail: str
    times: int
    sample: Annotated[str, Field(description="the first 1,024 bytes, passwords left out, what is not UTF-8 replaced")]
    bytes: Annotated[int, Field(description="length of the message as it came")]
    replayable: Annotated[bool, Field(description="kept whole: `hotgrid rejects --replay` takes it in again")]


class RejectPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    rejects: list[Rejected]
    next: str | None


class RejectFilter(Strict):
    """Which rejects; all filters must hold."""

    reason: Annotated[Words, Field(default_factory=list, description="several: given several times, or a,b")]
    device: Annotated[str | None, Field(max_length=64, pattern=r"^[A-Za-z0-9._:-]{1,64}$")] = None
    since: Annotated[Instant | None, Field(description="refused at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get(
    "/rejects",
    response_model=RejectPage,
    operation_id="listRejects",
    summary="未能接收的数据 · what could not be taken in",
)
async def list_rejects(connection: Connection, asked: Annotated[RejectFilter, Query()]) -> Response:
    """Equal ones are one line that counts how often they came. There is no total count."""
    before = decode(asked.cursor) if asked.cursor else None
    rows = await REJECT.rejects.fetch(
        connection,
        reasons=asked.reason or None,
        device_id=asked.device,
        since=asked.since,
        before_at=before and before.at,
        before_id=_number(before.id) if before else None,
        sample=SAMPLE_BYTES,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    more = encode(Cursor(page[-1]["received_at"], str(page[-1]["id"]))) if len(rows) > asked.limit else None
    return Response(
        msgspec.json.encode({"rejects": [_shown(row) for row in page], "next": more}), media_type="application/json"
    )


def _number(text: str) -> int:
    """The id in a cursor; of a cursor of another list whatever comes after every id."""
    return min(int(text), NEVER) if text.isascii() and text.isdigit() else NEVER


def _shown(row: Record) -> dict[str, Any]:
    shown = {name: row[name] for name in EXAMPLE if name not in ("sample", "replayable")}
    sample = _PASSWORD.sub(rb"\1***", row["sample"]).decode(errors="replace")
    return shown | {"sample": sample, "replayable": row["whole"]}
