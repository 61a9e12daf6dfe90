"""Until when an enterprise's failures are to be reported and repaired, and how that stands."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.deadline import Standing, Task, standing
from alerts.enterprise.failures import DEADLINE
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Instant
from service.problems import bad_input
from service.resources import API
from service.resources.enterprise.mine import InWindow, Mine
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])

EXAMPLE: dict[str, Any] = {
    "deadline_id": 31,
    "enterprise_id": "E0007",
    "enterprise": "江宇化工",
    "mn": "010000A8900016F000169DC0",
    "task": "report",
    "state": "missed",
    "began_at": "2026-11-20T02:10:00+00:00",
    "due_at": "2026-11-20T14:10:00+00:00",
    "done_at": None,
    "mark_id": None,
    "alert_id": "offline-all-20261120T0240Z-010000A8900016F000169DC0",
}
State = Annotated[Standing | None, Field(description="`open` 未到期, `met` 按期, `missed` 超期")]


class Deadline(BaseModel):
    """What is due of a failure of a monitor: of one that was declared (`mark_id`), or seen (`alert_id`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    deadline_id: int
    enterprise_id: str
    enterprise: str
    mn: str
    task: Annotated[Task, Field(description="`report` 报告; `repair` 修复, by the end of a working day")]
    state: Standing
    began_at: datetime
    due_at: datetime
    done_at: Annotated[datetime | None, Field(description="null: not done")]
    mark_id: int | None
    alert_id: str | None


class DeadlinePage(BaseModel):
    """A page, what is due last first; `next` is the cursor of the following one, null on the last."""

    deadlines: list[Deadline]
    next: str | None


class DeadlineFilter(InWindow):
    """Which deadlines; all filters must hold."""

    state: State = None
    since: Annotated[Instant | None, Field(description="due at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


def before_of(cursor: str | None) -> dict[str, Any]:
    """Where the page before ended; raises BadInputError for the cursor of another list."""
    if cursor is None:
        return {"before_at": None, "before_id": None}
    at, number = decode(cursor)
    if not (number.isascii() and number.isdigit() and int(number[:20]) < 2**63):
        raise bad_input({"cursor": "must be the `next` of a page before, unchanged"})
    return {"before_at": at, "before_id": int(number)}


@router.get(
    "/enterprise/deadlines",
    operation_id="listOwnDeadlines",
    summary="报告与修复期限 · until when failures are dealt with",
)
async def list_own_deadlines(
    connection: Connection, enterprise_id: Mine, asked: Annotated[DeadlineFilter, Query()]
) -> DeadlinePage:
    """A failure is what was declared as one, or a monitor that was silent with no mark; it is to be reported within
    hours and repaired within working days, as the rules of the district say."""
    return await page_of(connection, enterprise_id, [asked.state] if asked.state else None, asked)


async def page_of(
    connection: Connection, enterprise_id: str | None, states: list[Standing] | None, asked: DeadlineFilter
) -> DeadlinePage:
    """A page of deadlines, of an enterprise or of all within reach."""
    now = datetime.now(UTC)
    rows = await DEADLINE.newest.fetch(
        connection,
        enterprise_id=enterprise_id,
        states=states,
        since=asked.since,
        now=now,
        limit=asked.limit + 1,
        **before_of(asked.cursor),
    )
    page = rows[: asked.limit]
    more = encode(Cursor(page[-1]["due_at"], str(page[-1]["deadline_id"]))) if len(rows) > asked.limit else None
    return DeadlinePage(deadlines=[Deadline(**_shown(row, now)) for row in page], next=more)


def _shown(row: Record, now: datetime) -> dict[str, Any]:
    told = dict(row)
    state = standing(row["due_at"], row["done_at"], now)
    return told | {"mark_id": told.pop("declaration_id"), "state": state}
