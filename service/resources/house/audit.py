"""The audit log as an admin reads it: every change and every denied try, newest first."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from service.audit.journal import AUDIT
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Strict
from service.problems import bad_input
from service.resources import API
from sql.queries import Record

router = APIRouter(prefix=API, tags=["audit"])
NEVER = 2**63 - 1

LINE: dict[str, Any] = {
    "seq": 4711,
    "at": "2026-11-21T08:30:12.345Z",
    "event": "done",
    "account": "wangfang",
    "role": "duty",
    "key": None,
    "who": "P04",
    "address": "192.0.2.7",
    "operation": "acknowledgeAlert",
    "path": {"alert_id": "hotspot-pm25-20261121T0830Z-3-4"},
    "status": 200,
    "outcome": None,
    "body": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    "asked": 4710,
    "more": None,
    "line": '{"at": "2026-11-21T08:30:12.345Z", "event": "done", …}',
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


class AuditLine(BaseModel):
    """One line. `asked`: a change is asked for; `done`: what came of it; `denied`: a try that was refused."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE]})

    seq: int
    at: datetime
    event: Literal["asked", "done", "denied"]
    account: Annotated[str | None, Field(description="`operator:USER@HOST`: a command at the machine")]
    role: str | None
    key: Annotated[str | None, Field(description="prefix of the key, where a program asked")]
    who: Annotated[str | None, Field(description="person of the roster, `enterprise:ID`, `user:NAME`")]
    address: str | None
    operation: Annotated[str, Field(description="operationId, or the command")]
    path: Annotated[dict[str, str], Field(description="what the path names, the options of a command")]
    status: Annotated[int | None, Field(description="of the answer")]
    outcome: Annotated[str | None, Field(description="of a command: `done`, or the name of what went wrong")]
    body: Annotated[str | None, Field(description="SHA-256 of the body that was sent")]
    asked: Annotated[int | None, Field(description="`seq` of the line before the change")]
    more: Annotated[int | None, Field(description="so many more tries of the same kind within a minute")]
    line: Annotated[str, Field(description="the line itself, which its hash is of")]
    hash: Annotated[str, Field(description="SHA-256 of the hash before, `seq`, a blank and the line")]


class AuditPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    lines: list[AuditLine]
    next: str | None


class AuditFilter(Strict):
    """Which page."""

    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


@router.get("/audit", operation_id="listAudit", summary="审计日志 · the log of changes and denied tries")
async def list_audit(connection: Connection, asked: Annotated[AuditFilter, Query()]) -> AuditPage:
    """For the admin. That nothing in it was changed is tried by `hotgrid audit verify` at the machine."""
    before = NEVER if asked.cursor is None else _number(asked.cursor)
    rows = await AUDIT.before.fetch(connection, before=before, limit=asked.limit + 1)
    lines = [_line(row) for row in rows[: asked.limit]]
    more = len(rows) > asked.limit
    return AuditPage(lines=lines, next=encode(Cursor(lines[-1].at, str(lines[-1].seq))) if more else None)


def _number(cursor: str) -> int:
    text = decode(cursor).id
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise bad_input({"cursor": "must be the `next` of a page before, unchanged"})
    return int(text)


def _line(row: Record) -> AuditLine:
    told = dict.fromkeys(AuditLine.model_fields) | {"path": {}} | json.loads(row["line"])
    return AuditLine(**told | {"seq": row["seq"], "line": row["line"], "hash": row["hash"].hex()})
