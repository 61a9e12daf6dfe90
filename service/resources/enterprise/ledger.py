"""The ledger of activated carbon and other consumables: what was changed when, and until when it is due again."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

from alerts.enterprise.consumables import Asked, Change, Entry, Superseded, UnknownOutlet, add, entries
from alerts.enterprise.file import UnknownFile
from alerts.enterprise.ledger import State
from alerts.enterprise.outlet_policy import Kind
from service.actor import Acting
from service.cursor import CursorText
from service.database import Connection
from service.parameters import Day
from service.problems import ConflictError, bad_input
from service.resources import API
from service.resources.enterprise.by_day import cursor_of, place_of
from service.resources.enterprise.files import FileIds
from service.resources.enterprise.mine import InWindow, Mine
from service.resources.enterprise.onboarding import Note
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["enterprise"])
CHANGED: dict[str, Any] = {
    "outlet_id": 3,
    "kind": "activated_carbon",
    "amount": 800,
    "unit": "kg",
    "done_on": "2026-11-20",
    "next_due_on": None,
    "note": "碘值 800 · iodine value 800",
    "files": [],
    "supersedes": None,
}
LINE: dict[str, Any] = {
    **CHANGED,
    "entry_id": 12,
    "outlet": "DA001",
    "at": "2026-11-21T02:10:00Z",
    "superseded_by": None,
    "state": "good",
    "due_on": "2027-02-18",
    "hours_run": 31,
    "hours_allowed": 500,
}
Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, lt=2**63)]


class ConsumableChange(BaseModel):
    """What was changed or filled up. A correction is a line of its own that supersedes another."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CHANGED]})

    outlet_id: Number
    kind: Kind
    amount: Annotated[FiniteFloat, Field(gt=0, le=1e9)]
    unit: Unit
    done_on: Annotated[Day, Field(description="not in the future")]
    next_due_on: Annotated[Day | None, Field(description="not given: by the district's interval of this kind")] = None
    note: Note = ""
    files: FileIds = ()
    supersedes: Annotated[Number | None, Field(description="`entry_id` of the line that this one corrects")] = None


class LedgerLine(BaseModel):
    """A line of the ledger. Of the last one of an outlet and kind it is told until when it is due again."""

    model_config = ConfigDict(json_schema_extra={"examples": [LINE]})

    entry_id: int
    outlet_id: int
    outlet: str
    kind: Kind
    amount: float
    unit: str
    done_on: date
    next_due_on: Annotated[date | None, Field(description="as it was told")]
    note: str
    files: list[str]
    at: datetime
    supersedes: int | None
    superseded_by: int | None
    state: Annotated[State | None, Field(description="null: not the last of its outlet and kind; open: no rule")]
    due_on: Annotated[date | None, Field(description="the last good day: as told, or by the district's rule")]
    hours_run: Annotated[
        float | None, Field(description="since, by the power of the outlet's treatment; null: unknown")
    ]
    hours_allowed: float | None


class LedgerPage(BaseModel):
    """A page, the newest change first; `next` is the cursor of the following one, null on the last."""

    entries: list[LedgerLine]
    next: str | None


class LedgerFilter(InWindow):
    """Which lines; all filters must hold."""

    kind: Kind | None = None
    outlet_id: Number | None = None
    last: Annotated[bool, Field(description="only the last of each outlet and kind, which say what is due")] = False
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get(
    "/enterprise/consumables", operation_id="listConsumables", summary="耗材台账 · activated carbon and consumables"
)
async def list_entries(
    connection: Connection, enterprise_id: Mine, rules: OwnRules, asked: Annotated[LedgerFilter, Query()]
) -> LedgerPage:
    """Newest change first, with what is due until when: local rules, where nobody said when."""
    wanted = Asked(asked.kind, asked.outlet_id, asked.last, place_of(asked.cursor))
    rows = await entries(connection, enterprise_id, wanted, asked.limit + 1, rules, datetime.now(UTC))
    page = rows[: asked.limit]
    last = page[-1] if len(rows) > asked.limit else None
    return LedgerPage(entries=[_line(one) for one in page], next=last and cursor_of(last.change.done_on, last.entry_id))


def _line(one: Entry) -> LedgerLine:
    return LedgerLine(
        **(one.change._asdict() | {"files": list(one.change.files)}),
        entry_id=one.entry_id,
        outlet=one.outlet,
        at=one.at,
        superseded_by=one.superseded_by,
        state=one.due and one.due.state,
        due_on=one.due and one.due.on,
        hours_run=one.hours_run,
        hours_allowed=one.due and one.due.hours,
    )


@router.post(
    "/enterprise/consumables",
    operation_id="addConsumable",
    summary="登记耗材更换 · write down a change",
    status_code=201,
)
async def add_entry(
    connection: Connection,
    enterprise_id: Mine,
    actor: Acting,
    rules: OwnRules,
    body: ConsumableChange,
    _: Annotated[InWindow, Query()],
) -> LedgerLine:
    """A line more; the same change told again is the same line. Nothing is struck out: a correction supersedes."""
    now = datetime.now(UTC)
    if body.done_on > now.astimezone(rules.tz).date():
        raise bad_input({"done_on": "不能是将来的日期 · must not lie in the future"})
    if body.next_due_on is not None and body.next_due_on <= body.done_on:
        raise bad_input({"next_due_on": "须晚于更换日期 · must lie after done_on"})
    try:
        entry_id = await add(connection, enterprise_id, Change(**body.model_dump()), actor.who, now)
    except UnknownOutlet as error:
        raise bad_input({"outlet_id": str(error)}) from error
    except UnknownFile as error:
        raise bad_input({"files": str(error)}) from error
    except Superseded as error:
        raise ConflictError(str(error)) from error
    rows = await entries(connection, enterprise_id, Asked(entry_id=entry_id), 1, rules, now)
    return _line(rows[0])
