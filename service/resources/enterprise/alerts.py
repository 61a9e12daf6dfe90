"""Alerts that concern an enterprise, and what it answers to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

import asyncpg
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.file import UnknownFile, named
from alerts.enterprise.letter import LETTER, Letter, Written, write
from alerts.enterprise.reply import Kind
from alerts.handling.stage import Actor
from service.actor import Acting
from service.cursor import Cursor, CursorText, decode, encode
from service.database import Connection, as_application
from service.parameters import Instant
from service.problems import NotFoundError, bad_input
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.resources.desk.acts import Why
from service.resources.desk.handling import refused
from service.resources.enterprise.files import FileIds
from service.resources.enterprise.mine import InWindow, Mine
from service.resources.enterprise.own_alert import OwnAlert, OwnAlertDetail, letter, shown
from sql.queries import Queries

OWN = Queries("enterprise_alert")
router = APIRouter(prefix=API, tags=["enterprise"])


class OwnAlertPage(BaseModel):
    """A page, newest first; `next` is the cursor of the following one, null on the last."""

    alerts: list[OwnAlert]
    next: str | None


class OwnAlertFilter(InWindow):
    """Which alerts; all filters must hold."""

    status: Annotated[Literal["open", "closed"] | None, Field(description="of the air, or of the fault")] = None
    since: Annotated[Instant | None, Field(description="opened at or after this time")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class Paper(BaseModel):
    """What the enterprise writes, with its proofs."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"text": "当时 RTO 运行正常，见附件记录", "files": ["0b8e4f5a9c3d4e2f8a6b7c1d2e3f4a5b"]}]
        },
    )

    text: Why
    files: FileIds = ()


class Receipt(BaseModel):
    """That it has come in, when, and when it was due (null: at no time)."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "letter_id": 118,
                    "at": "2026-11-21T06:41:00+00:00",
                    "due_at": "2026-11-27T16:00:00+00:00",
                    "late": False,
                }
            ]
        },
    )

    letter_id: int
    at: datetime
    due_at: datetime | None
    late: bool


@contextmanager
def not_taken() -> Iterator[None]:
    """Turn what cannot be written into what the client is told."""
    with refused():
        try:
            yield
        except UnknownFile as error:
            raise bad_input({"files": str(error)}) from error


@router.get("/enterprise/alerts", operation_id="listOwnAlerts", summary="与本企业有关的告警 · alerts that concern it")
async def list_own_alerts(
    connection: Connection, enterprise_id: Mine, asked: Annotated[OwnAlertFilter, Query()]
) -> OwnAlertPage:
    """Newest first: exceedances, faults and silences of its own monitors, and what the desk has released to it."""
    before_at, before_id = decode(asked.cursor) if asked.cursor else (None, None)
    rows = await OWN.page.fetch(
        connection,
        enterprise_id=enterprise_id,
        before_at=before_at,
        before_id=before_id,
        since=asked.since,
        status=asked.status,
        limit=asked.limit + 1,
    )
    page = rows[: asked.limit]
    more = encode(Cursor(page[-1]["opened_at"], page[-1]["alert_id"])) if len(rows) > asked.limit else None
    return OwnAlertPage(alerts=[OwnAlert(**shown(row)) for row in page], next=more)


@router.get("/enterprise/alerts/{alert_id}", operation_id="getOwnAlert", summary="一条与本企业有关的告警 · one of them")
async def get_own_alert(
    connection: Connection, enterprise_id: Mine, alert_id: AlertId, _: Annotated[InWindow, Query()]
) -> OwnAlertDetail:
    """With its deadlines and what the enterprise wrote; without other candidates, people and notes of the desk."""
    of = {"enterprise_id": enterprise_id, "alert_id": alert_id}
    row = await OWN.one.fetchrow(connection, **of)
    if row is None:
        raise not_there(alert_id)
    letters = await LETTER.replies.fetch(connection, **of)
    files = await named(connection, [name for one in letters for name in one["files"]])
    return OwnAlertDetail(**shown(row), letters=[letter(one, files) for one in letters])


def not_there(alert_id: str) -> NotFoundError:
    """What is said of an alert that is not there, or concerns somebody else."""
    return NotFoundError(f"没有这条告警，或与本企业无关 · no alert {alert_id} that concerns this enterprise")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a letter of an enterprise on one of its alerts is handed in."""

    request: Request
    connection: asyncpg.Connection
    enterprise_id: str
    alert_id: str
    actor: Actor

    async def take(self, kind: Kind, paper: Paper) -> Written:
        """Hand it in; raises what the client is told."""
        # With the enterprise's own eyes first: what follows is done with everybody's rights.
        if await OWN.one.fetchrow(self.connection, enterprise_id=self.enterprise_id, alert_id=self.alert_id) is None:
            raise not_there(self.alert_id)
        told = Letter(kind, self.enterprise_id, self.alert_id, paper.text, paper.files)
        with not_taken():
            async with as_application(self.connection, self.request):
                return await write(self.connection, told, self.actor, datetime.now(UTC))


async def _desk(
    request: Request,
    connection: Connection,
    enterprise_id: Mine,
    alert_id: AlertId,
    actor: Acting,
    _: Annotated[InWindow, Query()],
) -> Desk:
    return Desk(request, connection, enterprise_id, alert_id, actor)


At = Annotated[Desk, Depends(_desk, scope="function")]


@router.post(
    "/enterprise/alerts/{alert_id}/reply",
    operation_id="replyToAlert",
    summary="答复 · reply to an alert",
    status_code=201,
)
async def reply(desk: At, paper: Paper) -> Receipt:
    """What happened, in the enterprise's own words. Late is counted, and better than never; as often as there is
    something to say."""
    return Receipt.model_validate(await desk.take("reply", paper))


@router.post(
    "/enterprise/alerts/{alert_id}/appeal",
    operation_id="appealAlert",
    summary="申诉 · appeal",
    status_code=201,
)
async def appeal(desk: At, paper: Paper) -> Receipt:
    """Against being named as the source, once, before `appeal_by`. The desk decides, and says why."""
    return Receipt.model_validate(await desk.take("appeal", paper))


@router.post(
    "/enterprise/alerts/{alert_id}/rectify",
    operation_id="reportRectified",
    summary="整改报告 · report that it is put right",
    status_code=201,
)
async def rectify(desk: At, paper: Paper) -> Receipt:
    """While `stage` is `rectifying`. Then somebody looks whether it is; where not, there is a new deadline."""
    return Receipt.model_validate(await desk.take("rectification", paper))
