"""Signs that an enterprise's instruments have a fault: what the checks found of values, and alerts about a monitor."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.monitor import ENTERPRISE_VIEW, devices_of
from alerts.enterprise.standing import FAULT_KINDS
from alerts.kind import kind_of
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.resources import API
from service.resources.enterprise.asked import DAY, Within, own, span_of
from service.resources.enterprise.mine import Mine
from service.resources.enterprise.value import finding
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

USUAL, MOST = 30 * DAY, 92 * DAY
EXAMPLE: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "factor": "nmhc",
    "found_by": "check",
    "sign": "flat",
    "zh": "恒值",
    "en": "flat line",
    "from": "2026-11-20T21:00:00+00:00",
    "to": "2026-11-20T23:30:00+00:00",
    "minutes": 150,
    "alert_id": None,
    "severity": None,
}


class FaultSign(BaseModel):
    """Something about an instrument or what it sends that its operator should look at."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mn: str
    factor: Annotated[str | None, Field(description="null: the whole monitor")]
    found_by: Annotated[Literal["check", "alert"], Field(description="a check of values, or a rule that opens alerts")]
    sign: Annotated[str, Field(description="of a check a reason of `GET /quality`, of an alert what it names")]
    zh: str
    en: str
    from_at: Annotated[datetime, Field(alias="from")]
    to: Annotated[datetime | None, Field(description="null while the alert stands")]
    minutes: Annotated[int | None, Field(description="of a check: minutes that show it")]
    alert_id: str | None
    severity: int | None


class SignPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    signs: list[FaultSign]
    next: str | None


class SignQuery(Within):
    """Which span, how many."""

    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get(
    "/enterprise/signs",
    response_model=SignPage,
    operation_id="listOwnSigns",
    summary="设备故障迹象 · signs that instruments have a fault",
)
async def signs(connection: Connection, mine: Mine, asked: Annotated[SignQuery, Query()]) -> Response:
    """Newest first by when it began, within the span; 30 days if not told, 92 at most."""
    first, to = span_of(asked, USUAL, MOST)
    monitors = await own(connection, mine, asked.monitor)
    names = {monitor.device: monitor.mn for monitor in monitors}
    before = decode(asked.cursor) if asked.cursor else None
    rows = await ENTERPRISE_VIEW.signs.fetch(
        connection,
        devices=devices_of(monitors),
        kinds=list(FAULT_KINDS),
        channels=asked.factor or None,
        from_at=first,
        to_at=to,
        before_at=before and before.at,
        before_key=before and before.id,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    following = encode(Cursor(page[-1]["from_at"], page[-1]["key"])) if len(rows) > asked.limit else None
    body = {"signs": [_sign(row, names[row["device"]]) for row in page], "next": following}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _sign(row: Record, mn: str) -> dict[str, Any]:
    if row["kind"] is None:
        found = finding(row["reason"])
        words = {"found_by": "check", "sign": found["reason"], "zh": found["zh"], "en": found["en"]}
    else:
        kind = kind_of(row["kind"])
        sign = row["sign"] or row["kind"]
        words = {"found_by": "alert", "sign": sign, "zh": kind.zh.opened, "en": kind.en.opened}
    span = {"from": row["from_at"], "to": row["to_at"], "minutes": row["minutes"]}
    return {
        "mn": mn,
        "factor": row["channel"],
        **words,
        **span,
        "alert_id": row["alert_id"],
        "severity": row["severity"],
    }
