"""How a monitor was looked after: calibration, maintenance and faults as declared, and what its logger said."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import ENTERPRISE_VIEW
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Instant
from service.problems import bad_input
from service.resources import API
from service.resources.enterprise.asked import DAY, now, own
from service.resources.enterprise.mine import InWindow, Mine
from service.resources.enterprise.monitors import Mn
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

USUAL = 366 * DAY
What = Literal["mark", "note"]
EXAMPLE: dict[str, Any] = {
    "at": "2026-11-20T02:00:00+00:00",
    "to": "2026-11-20T02:30:00+00:00",
    "what": "mark",
    "kind": "calibration",
    "command": None,
    "text": "零点校准",
}
_NOTE: dict[str, Any] = EXAMPLE | {"to": None, "what": "note", "kind": "a24088/i11001", "command": 3020}
_NOTE |= {"text": "仪器清洗"}


class Entry(BaseModel):
    """One thing that was done to a monitor, or that its logger said of itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE, _NOTE]})

    at: datetime
    to: Annotated[datetime | None, Field(description="of a mark: its end, null while it lasts")]
    what: Annotated[What, Field(description="`mark`: declared; `note`: sent by the logger")]
    kind: Annotated[str, Field(description="of a mark: its kind; of a note: the factor and item it is about")]
    command: Annotated[int | None, Field(description="of a note: HJ 212's, 3019 serial number, 3020 log, parameter …")]
    text: str


class Upkeep(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    mn: str
    entries: list[Entry]
    next: str | None


class UpkeepQuery(InWindow):
    """Which span, what, how many."""

    from_at: Annotated[Instant | None, Field(alias="from", description="起 · included; a year ago if not given")] = None
    to: Annotated[Instant | None, Field(description="止 · not included; now if not given")] = None
    what: Annotated[What | None, Field(description="只要标记或设备日志 · only marks, or only notes")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get(
    "/enterprise/monitors/{mn}/upkeep",
    response_model=Upkeep,
    operation_id="getOwnUpkeep",
    summary="校准与维护历史 · the calibration and maintenance history of a monitor",
)
async def upkeep(connection: Connection, mine: Mine, mn: Mn, asked: Annotated[UpkeepQuery, Query()]) -> Response:
    """What began within the span. A mark that was taken back is not there."""
    (monitor,) = await own(connection, mine, mn)
    to = asked.to or now()
    first = asked.from_at or to - USUAL
    if first >= to:
        raise bad_input({"from": "must lie before `to`"})
    before = decode(asked.cursor) if asked.cursor else None
    rows = await ENTERPRISE_VIEW.upkeep.fetch(
        connection,
        device=monitor.device,
        from_at=first,
        to_at=to,
        what=asked.what,
        before_at=before and before.at,
        before_key=before and before.id,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    following = encode(Cursor(page[-1]["at"], page[-1]["key"])) if len(rows) > asked.limit else None
    body = {"mn": mn, "entries": [_entry(row) for row in page], "next": following}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _entry(row: Record) -> dict[str, Any]:
    told = {name: row[name] for name in ("at", "what", "kind", "command", "text")}
    return {**told, "to": row["until"]}
