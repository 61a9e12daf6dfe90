"""What enterprises write to the desk, what the desk decides on it, and what it writes itself."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.file import named
from alerts.enterprise.letter import LETTER, decide_on
from alerts.enterprise.reply import Decision
from alerts.enterprise.thread import Message, say
from alerts.handling.stage import Actor
from service.actor import Acting
from service.database import Connection
from service.parameters import Instant, Strict
from service.resources import API
from service.resources.desk.acts import Key, Why
from service.resources.enterprise.alerts import not_taken
from service.resources.enterprise.files import WindowFile
from service.resources.enterprise.own_alert import LETTER as EXAMPLE
from service.resources.enterprise.own_alert import OwnLetter
from service.resources.enterprise.thread import SAID, AlertOf, LetterId, Said, Sent
from sql.queries import Record

router = APIRouter(prefix=API, tags=["bureau"])
Kind = Literal["reply", "appeal", "rectification", "message"]
OF: dict[str, Any] = {
    "enterprise_id": "E0007",
    "enterprise": "江宇化工",
    "alert_id": "hotspot-pm25-20261121T0012Z-10-7",
    "who": "enterprise:E0007",
    "decided_by": "P02",
    "read_at": None,
    "waits": False,
}


class Letter(OwnLetter):
    """A letter of an enterprise; `waits` as long as an appeal is not decided, or a message not read."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | OF]})

    kind: Kind  # type: ignore[assignment]
    enterprise_id: str
    enterprise: Annotated[str, Field(description="its name")]
    alert_id: str | None
    who: str
    decided_by: str | None
    read_at: datetime | None
    waits: bool


class Letters(BaseModel):
    """A page, newest first; `next` is `before` of the following one."""

    letters: list[Letter]
    next: int | None


class LetterFilter(Strict):
    """Which letters; all filters must hold."""

    kind: Kind | None = None
    enterprise_id: Key | None = None
    alert_id: AlertOf | None = None
    waits: Annotated[bool | None, Field(description="appeals not decided, messages not read")] = None
    since: Instant | None = None
    before: Annotated[LetterId | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/letters", operation_id="listLetters", summary="企业来信 · what enterprises wrote")
async def list_letters(connection: Connection, asked: Annotated[LetterFilter, Query()]) -> Letters:
    """Replies, appeals, rectification reports and messages, newest first."""
    rows = await LETTER.letters.fetch(
        connection,
        kinds=[asked.kind] if asked.kind else None,
        **asked.model_dump(exclude={"kind", "limit"}),
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    files = await named(connection, [name for row in page for name in row["files"]])
    letters = [
        Letter(**_late(row) | {"files": [WindowFile.model_validate(files[name]) for name in row["files"]]})
        for row in page
    ]
    return Letters(letters=letters, next=page[-1]["letter_id"] if len(rows) > asked.limit else None)


def _late(row: Record) -> dict[str, Any]:
    due = row["due_at"]
    return {**row, "late": due is not None and row["at"] > due}


class Reason(BaseModel):
    """Why it is decided so; the enterprise is told."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"why": "旁路阀开启有照片为证"}]}
    )

    why: Why


class Decided(BaseModel):
    """What was decided on the appeal of which alert."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"letter_id": 118, "state": "dismissed", "alert_id": "hotspot-pm25-20261121T0012Z-10-7"}]
        }
    )

    letter_id: int
    state: Decision
    alert_id: str


Number = Annotated[LetterId, Path(description="as in the list")]


async def _decided(connection: Connection, letter_id: int, decision: Decision, reason: Reason, actor: Actor) -> Decided:
    with not_taken():
        alert_id = await decide_on(connection, letter_id, decision, reason.why, actor, datetime.now(UTC))
    return Decided(letter_id=letter_id, state=decision, alert_id=alert_id)


@router.post("/letters/{letter_id}/uphold", operation_id="upholdAppeal", summary="申诉成立 · the appeal is right")
async def uphold(
    connection: Connection, letter_id: Number, reason: Reason, actor: Acting, _: Annotated[Strict, Query()]
) -> Decided:
    """By those who sign off. What follows of it - reopen, false alarm, take the name back - is the desk's next step."""
    return await _decided(connection, letter_id, "upheld", reason, actor)


@router.post("/letters/{letter_id}/dismiss", operation_id="dismissAppeal", summary="申诉驳回 · the appeal is not right")
async def dismiss(
    connection: Connection, letter_id: Number, reason: Reason, actor: Acting, _: Annotated[Strict, Query()]
) -> Decided:
    """By those who sign off; it stands as it was found."""
    return await _decided(connection, letter_id, "dismissed", reason, actor)


class Addressed(Said):
    """What the desk writes to which enterprise; of an alert only where the enterprise sees that."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enterprise_id": "E0007"} | SAID]})

    enterprise_id: Key


@router.post("/messages", operation_id="sendMessage", summary="致函企业 · write to an enterprise", status_code=201)
async def send_message(connection: Connection, said: Addressed, actor: Acting, _: Annotated[Strict, Query()]) -> Sent:
    """Into its thread, and to its contacts. Files: send them first, with `enterprise` in the query."""
    message = Message(said.enterprise_id, said.text, said.alert_id, said.files)
    with not_taken():
        return Sent(letter_id=await say(connection, message, actor, datetime.now(UTC)))
