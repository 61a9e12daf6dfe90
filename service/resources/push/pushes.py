"""What was pushed to whom and what came of it; receipts of the app, dead letters, a test of one's own phone."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.address import masked
from alerts.outbox import PUSH
from alerts.push import confirm
from ingest.registry import Key
from service.account.identity import Identity
from service.actor import Acting, Identified
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection
from service.parameters import Strict, Words
from service.problems import ConflictError, ForbiddenError, NotFoundError
from service.resources import API
from sql.queries import Record

router = APIRouter(prefix=API, tags=["push"])
SEES_ALL = frozenset({"admin", "leader"})
NEVER = 2**63 - 1

EXAMPLE: dict[str, Any] = {
    "id": 815,
    "alert_id": "hotspot-pm25-20261121T0830Z-3-4",
    "subject": None,
    "person_id": "P04",
    "name": "王芳",
    "contact_id": 12,
    "channel": "apprise",
    "address": "dingtalk://…",
    "action": "opened",
    "reason": "duty",
    "severity": 3,
    "made_at": "2026-11-21T08:31:00Z",
    "due_at": "2026-11-21T08:31:00Z",
    "try_at": "2026-11-21T08:31:00Z",
    "state": "confirmed",
    "why": "",
    "attempts": 1,
    "sent_at": "2026-11-21T08:31:01Z",
    "delivered_at": None,
    "confirmed_at": "2026-11-21T08:31:40Z",
    "confirmed_from": "link",
    "message": "hotgrid-4711-12",
}
State = Literal["waiting", "sent", "delivered", "confirmed", "failed", "dropped"]
PushId = Annotated[int, Path(ge=1, le=NEVER)]


class Push(BaseModel):
    """One thing told to one contact, or tried to be told."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: int
    alert_id: str | None
    subject: Annotated[str | None, Field(description="of what is no transition of an alert: `next-shift`, `test` …")]
    person_id: Annotated[str | None, Field(description="null: a platform, a siren")]
    name: str | None
    contact_id: Annotated[
        int | None, Field(description="null: the webhook of the settings, or nobody could be reached")
    ]
    channel: str
    address: Annotated[str | None, Field(description="masked")]
    action: Annotated[str, Field(description="what has happened to the alert")]
    reason: Annotated[str, Field(description="why this person is told")]
    severity: int
    made_at: datetime
    due_at: datetime
    try_at: Annotated[datetime, Field(description="while it waits: when it is tried next")]
    state: Annotated[
        State,
        Field(
            description="`delivered` where the channel says so, `confirmed` by the person, `dropped`: needed no more"
        ),
    ]
    why: str
    attempts: int
    sent_at: datetime | None
    delivered_at: datetime | None
    confirmed_at: datetime | None
    confirmed_from: Annotated[str, Field(description="`link`, `app`")]
    message: Annotated[str | None, Field(description="its idempotency key; pushes of one message went together")]


class PushPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    pushes: list[Push]
    next: str | None


class PushFilter(Strict):
    """Which pushes; all filters must hold. Who is no leader sees their own."""

    person: Key | None = None
    alert: Annotated[str | None, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")] = None
    state: Annotated[Words, Field(default_factory=list, description="several: given several times, or a,b")]
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Confirmed(BaseModel):
    """Whether it was news: False where it had been confirmed before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"confirmed": True, "news": True}]})

    confirmed: bool
    news: bool


class Tested(BaseModel):
    """To how many contacts a test goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contacts": 2}]})

    contacts: int


class Queued(BaseModel):
    """It is tried anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": 815, "state": "waiting"}]})

    id: int
    state: Literal["waiting"]


@router.get("/pushes", operation_id="listPushes", summary="推送记录 · what was pushed and what came of it")
async def list_pushes(connection: Connection, acting: Acting, asked: Annotated[PushFilter, Query()]) -> PushPage:
    """Sent, delivered where the channel says so, confirmed, failed and why. `state=failed`: the dead letters."""
    person_id = asked.person
    if acting.role not in SEES_ALL:
        if person_id not in (None, acting.who):
            raise ForbiddenError("only a leader may see what others were told")
        person_id = acting.who
    before = decode(asked.cursor).id if asked.cursor else ""
    rows = await PUSH.listed.fetch(
        connection,
        person_id=person_id,
        alert_id=asked.alert,
        states=asked.state or None,
        before=min(int(before), NEVER) if before.isascii() and before.isdigit() else NEVER,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    more = encode(Cursor(page[-1]["made_at"], str(page[-1]["push_id"]))) if len(rows) > asked.limit else None
    return PushPage(pushes=[_shown(row) for row in page], next=more)


@router.post("/pushes/{push_id}/confirm", operation_id="confirmPush", summary="确认收到 · confirm a push")
async def confirm_push(connection: Connection, acting: Acting, push_id: PushId) -> Confirmed:
    """By the person it went to; all that went with it is confirmed too. Nobody else is told of it instead any more."""
    rows = await confirm.message_of(connection, push_id, acting.who)
    if not rows:
        if await PUSH.person_of.fetchval(connection, push_id=push_id) is None:
            raise NotFoundError(f"no push {push_id} to a person")
        raise ForbiddenError("only the person who was told can confirm it")
    return Confirmed(confirmed=True, news=await confirm.confirm(connection, rows, datetime.now(UTC), confirm.APP))


@router.post(
    "/pushes/{push_id}/again", operation_id="requeuePush", status_code=202, summary="重新推送 · try a push anew"
)
async def requeue_push(connection: Connection, acting: Acting, push_id: PushId) -> Queued:
    """A dead letter: one that was refused or given up, once its reason is dealt with."""
    if not await confirm.again(connection, push_id, acting.who, datetime.now(UTC)):
        raise ConflictError(f"push {push_id} has not failed, or its contact is used no more")
    return Queued(id=push_id, state="waiting")


@router.post("/push/test", operation_id="testPush", status_code=202, summary="测试推送 · push a test to oneself")
async def test_push(connection: Connection, identity: Identified) -> Tested:
    """To all contacts of the person who acts; GET /pushes tells what came of it."""
    person_id = _person(identity)
    contacts = await confirm.test(connection, person_id, datetime.now(UTC))
    if not contacts:
        raise ConflictError("you have no contact: have one set, or subscribe a browser")
    return Tested(contacts=contacts)


def _person(identity: Identity) -> str:
    if identity.person_id is None:
        raise ForbiddenError(f"only a person of the roster has a phone to test, and {identity.account} is of none")
    return identity.person_id


def _shown(row: Record) -> Push:
    fields = dict(row)
    fields["id"], fields["message"] = fields.pop("push_id"), fields.pop("message_key")
    address, disabled = fields["address"], fields.pop("disabled_at")
    fields["address"] = address if address is None or disabled else masked(row["channel"], address)
    return Push(**fields)
