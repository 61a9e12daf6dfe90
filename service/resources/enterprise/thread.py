"""The thread of messages with the desk."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.enterprise.file import Side, named, side_of
from alerts.enterprise.letter import LETTER
from alerts.enterprise.thread import Message, say
from service.actor import Acting
from service.database import Connection, as_application
from service.resources import API
from service.resources.desk.acts import Text
from service.resources.enterprise.alerts import not_taken
from service.resources.enterprise.files import EXAMPLE as FILE
from service.resources.enterprise.files import FileIds, WindowFile
from service.resources.enterprise.mine import InWindow, Mine

router = APIRouter(prefix=API, tags=["enterprise"])
SAID: dict[str, Any] = {"text": "请于明天上午安排取样", "alert_id": "hotspot-pm25-20261121T0012Z-10-7", "files": []}
MESSAGE: dict[str, Any] = SAID | {
    "letter_id": 119,
    "files": [FILE],
    "side": "desk",
    "at": "2026-11-21T07:00:00+00:00",
    "read_at": None,
}
AlertOf = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
LetterId = Annotated[int, Field(ge=1, lt=2**63)]


class Said(BaseModel):
    """What is written: a text, files, or both; of an alert that the enterprise sees, or of none."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [SAID]})

    text: Text = ""
    alert_id: AlertOf | None = None
    files: FileIds = ()


class Sent(BaseModel):
    """The number of a message that was sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"letter_id": 119}]})

    letter_id: int


class ThreadMessage(BaseModel):
    """A message of either side; `read_at` by the other one."""

    model_config = ConfigDict(json_schema_extra={"examples": [MESSAGE]})

    letter_id: int
    alert_id: str | None
    side: Side
    text: str
    files: list[WindowFile]
    at: datetime
    read_at: datetime | None


class Thread(BaseModel):
    """A page, newest first; `next` is `before` of the following one. `unread` messages of the other side in all."""

    messages: list[ThreadMessage]
    unread: int
    next: int | None


class ThreadFilter(InWindow):
    """Which messages."""

    alert_id: Annotated[AlertOf | None, Field(description="those of an alert")] = None
    before: Annotated[LetterId | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/enterprise/messages", operation_id="listMessages", summary="与值班室的往来 · messages with the desk")
async def list_messages(
    connection: Connection, enterprise_id: Mine, actor: Acting, asked: Annotated[ThreadFilter, Query()]
) -> Thread:
    """Newest first."""
    rows = await LETTER.messages.fetch(
        connection, enterprise_id=enterprise_id, alert_id=asked.alert_id, before=asked.before, limit=asked.limit + 1
    )
    page = rows[: asked.limit]
    files = await named(connection, [name for row in page for name in row["files"]])
    unread = await LETTER.unread.fetchval(connection, enterprise_id=enterprise_id, side=side_of(actor))
    messages = [
        ThreadMessage(**dict(row) | {"files": [WindowFile.model_validate(files[name]) for name in row["files"]]})
        for row in page
    ]
    return Thread(messages=messages, unread=unread, next=page[-1]["letter_id"] if len(rows) > asked.limit else None)


@router.post(
    "/enterprise/messages", operation_id="writeMessage", summary="给值班室留言 · write to the desk", status_code=201
)
async def write_message(
    request: Request,
    connection: Connection,
    enterprise_id: Mine,
    actor: Acting,
    said: Said,
    _: Annotated[InWindow, Query()],
) -> Sent:
    """A question, an explanation, or what was asked for."""
    message = Message(enterprise_id, said.text, said.alert_id, said.files)
    with not_taken():
        async with as_application(connection, request):
            return Sent(letter_id=await say(connection, message, actor, datetime.now(UTC)))


class SeenUntil(BaseModel):
    """Up to which message everything was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"until": 119}]})

    until: LetterId


class Seen(BaseModel):
    """How many messages of the other side were unread before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"read": 2}]})

    read: int


@router.post("/enterprise/messages/read", operation_id="readMessages", summary="标为已读 · mark as read")
async def read_messages(
    connection: Connection, enterprise_id: Mine, actor: Acting, seen: SeenUntil, _: Annotated[InWindow, Query()]
) -> Seen:
    """What the other side has written, up to a message; nothing is read twice."""
    count = await LETTER.read.fetchval(
        connection, enterprise_id=enterprise_id, side=side_of(actor), until=seen.until, at=datetime.now(UTC)
    )
    return Seen(read=count)
