"""Who is on duty."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from service.database import Connection
from service.parameters import Instant, Strict
from service.resources import API
from sql.queries import Queries, Record

DUTY_VIEW = Queries("duty_view")
router = APIRouter(prefix=API, tags=["duty"])


class Duty(BaseModel):
    """A person on a post, from `start` (included) to `end` (not)."""

    person_id: str
    name: str
    role: str
    phone: str
    township: str
    post: str
    start: datetime
    end: datetime


class DutyNow(BaseModel):
    """Who is on duty and who comes next; `gap` says that nobody is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-11-21T08:00:00+08:00",
                    "gap": False,
                    "on_duty": [
                        {
                            "person_id": "P001",
                            "name": "王芳",
                            "role": "duty",
                            "phone": "13800000001",
                            "township": "",
                            "post": "指挥中心",
                            "start": "2026-11-21T00:00:00Z",
                            "end": "2026-11-21T12:00:00Z",
                        }
                    ],
                    "next": [],
                }
            ]
        }
    )

    at: datetime
    gap: bool
    on_duty: list[Duty]
    next: Annotated[list[Duty], Field(description="those of the nearest start to come, be it before the shift's end")]


class DutyQuery(Strict):
    """When."""

    at: Annotated[Instant | None, Field(description="now, where it is not given")] = None


@router.get("/duty/now", operation_id="getDutyNow", summary="当前值班 · who is on duty now")
async def duty_now(connection: Connection, asked: Annotated[DutyQuery, Query()]) -> DutyNow:
    """Everybody whose shift holds now, or held or will hold at another time, and who comes next."""
    at = asked.at or datetime.now(UTC)
    now = [_duty(row) for row in await DUTY_VIEW.on_duty.fetch(connection, at=at)]
    coming = [_duty(row) for row in await DUTY_VIEW.next_on_duty.fetch(connection, at=at)]
    return DutyNow(at=at, gap=not now, on_duty=now, next=coming)


def _duty(row: Record) -> Duty:
    fields = dict(row)
    return Duty(start=fields.pop("start_at"), end=fields.pop("end_at"), **fields)
