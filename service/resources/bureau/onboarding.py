"""All outlets on their way onto the network, what is overdue first; the authority accepts, refuses, waives."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.enterprise.onboarding import Act, Step
from alerts.enterprise.outlets import Outlet, Saying, outlets, say
from ingest.registry import Name
from service.actor import Acting
from service.cursor import CursorText
from service.database import Connection
from service.parameters import Strict
from service.problems import NotFoundError
from service.resources import API
from service.resources.enterprise.by_day import cursor_of, place_of
from service.resources.enterprise.outlet import OutletId, OutletStanding, refused, told
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["bureau"])
ACTS: dict[str, Act] = {"accept": "accepted", "refuse": "refused", "waive": "waived"}
DECIDED: dict[str, Any] = {"reason": "比对监测合格 · the comparison test was passed"}
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class OutletPage(BaseModel):
    """A page, what is due first comes first; `next` is the cursor of the following one, null on the last."""

    outlets: list[OutletStanding]
    next: str | None


class OutletFilter(Strict):
    """Which outlets; all filters must hold."""

    overdue: Annotated[bool | None, Field(description="逾期 · whether the next step is overdue")] = None
    required: Annotated[bool | None, Field(description="须安装 · whether a monitor is needed")] = None
    step: Annotated[Step | None, Field(description="the next step is this one")] = None
    township: Annotated[Name | None, Field(description="of the enterprise")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Decision(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [DECIDED]})

    reason: Reason


@router.get(
    "/onboarding", operation_id="listOutlets", summary="排口安装联网进度 · outlets on their way onto the network"
)
async def list_outlets(connection: Connection, rules: OwnRules, asked: Annotated[OutletFilter, Query()]) -> OutletPage:
    """What has been due longest comes first, then what is due next; what is not owed comes last."""
    found = await outlets(connection, rules, datetime.now(UTC), township=asked.township)
    rows = sorted((one for one in found if _fits(one, asked)), key=_place)
    before = place_of(asked.cursor)
    after = [one for one in rows if before is None or _place(one) > before]
    page = after[: asked.limit]
    more = cursor_of(*_place(page[-1])) if len(after) > len(page) else None
    return OutletPage(outlets=await told(connection, page, with_who=True), next=more)


def _fits(one: Outlet, asked: OutletFilter) -> bool:
    facts = {"overdue": one.overdue_since is not None, "required": one.need.required, "step": one.next_step}
    return all(getattr(asked, name) in (None, fact) for name, fact in facts.items())


def _place(one: Outlet) -> tuple[date, int]:
    """Where an outlet stands in the list."""
    due = one.due.get(one.next_step) if one.next_step else None
    return due or date.max, one.outlet_id


@router.post(
    "/onboarding/{outlet_id}/{decision}",
    operation_id="decideOutlet",
    summary="验收、退回或豁免 · accept, refuse or waive",
)
async def decide(
    connection: Connection,
    actor: Acting,
    rules: OwnRules,
    outlet_id: OutletId,
    decision: Literal["accept", "refuse", "waive"],
    body: Decision,
    _: Annotated[Strict, Query()],
) -> OutletStanding:
    """Only leaders, the bureau and administrators. A refusal sends a test back, or takes a waiver back; what was
    accepted is on the network with the first frame that the system takes in."""
    now = datetime.now(UTC)
    saying = Saying(ACTS[decision], actor, now.astimezone(rules.tz).date(), body.reason)
    with refused():
        found = await say(connection, outlet_id, None, saying, rules, now)
    if found is None:
        raise NotFoundError(f"没有这个排口 · no outlet {outlet_id}")
    return (await told(connection, [found], with_who=True))[0]
