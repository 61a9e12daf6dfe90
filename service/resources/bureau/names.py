"""The desk releases the name of an enterprise for an alert, which it then sees, and takes it back."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.naming import RELEASE, release, withdraw
from alerts.enterprise.release import Naming, ReleasedAs
from service.actor import Acting
from service.database import Connection
from service.parameters import Strict
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.resources.desk.acts import Key, Why
from service.resources.desk.handling import refused
from service.resources.desk.within import Within
from service.rules import Rules

router = APIRouter(prefix=API, tags=["bureau"])


class NameOut(BaseModel):
    """Which enterprise is told that the alert concerns it, as what, and why; it is not told why."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        json_schema_extra={"examples": [{"enterprise_id": "E0007", "as": "found", "why": "现场查实旁路直排"}]},
    )

    enterprise_id: Key
    released_as: Annotated[ReleasedAs, Field(alias="as", description="`found` by a report, or `candidate`")]
    why: Why


class NameReleased(BaseModel):
    """The number of the release, and what is due from the enterprise."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"release_id": 7, "reply_by": "2026-11-23T01:02:10+00:00", "appeal_by": "2026-11-27T16:00:00+00:00"}
            ]
        }
    )

    release_id: int
    reply_by: datetime
    appeal_by: datetime


@router.post(
    "/alerts/{alert_id}/release-name",
    operation_id="releaseName",
    summary="向企业公布 · release the name of an enterprise",
    dependencies=[Within],
    status_code=201,
)
async def release_name(
    connection: Connection, alert_id: AlertId, said: NameOut, actor: Acting, rules: Rules, _: Annotated[Strict, Query()]
) -> NameReleased:
    """By those who sign off. From now on the enterprise sees the alert, and the time to answer runs. Once as what was
    found, it is a candidate no longer."""
    naming = Naming(alert_id, said.enterprise_id, said.released_as, said.why)
    with refused():
        released = await release(connection, naming, actor, rules, datetime.now(UTC))
    return NameReleased(release_id=released.release_id, **released.terms._asdict())


class NameBack(BaseModel):
    """Whose name is taken back, and why."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"enterprise_id": "E0007", "why": "复核排除"}]},
    )

    enterprise_id: Key
    why: Why


class Withdrawn(BaseModel):
    """The release that was taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"release_id": 7}]})

    release_id: int


@router.post(
    "/alerts/{alert_id}/withdraw-name",
    operation_id="withdrawName",
    summary="撤回公布 · take the name of an enterprise back",
    dependencies=[Within],
)
async def withdraw_name(
    connection: Connection, alert_id: AlertId, said: NameBack, actor: Acting, _: Annotated[Strict, Query()]
) -> Withdrawn:
    """The enterprise does not see the alert any more, unless it is of its own monitor; what it wrote stays."""
    with refused():
        number = await withdraw(connection, alert_id, said.enterprise_id, said.why, actor, datetime.now(UTC))
    return Withdrawn(release_id=number)


class ReleasedName(BaseModel):
    """A name that was released; `replied_at` is the newest reply to it, `withdrawn_at` null as long as it is in
    force."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "release_id": 7,
                    "enterprise_id": "E0007",
                    "name": "江宇化工",
                    "released_as": "found",
                    "at": "2026-11-21T01:02:10+00:00",
                    "who": "P02",
                    "why": "现场查实旁路直排",
                    "reply_by": "2026-11-23T01:02:10+00:00",
                    "appeal_by": "2026-11-27T16:00:00+00:00",
                    "replied_at": "2026-11-21T06:41:00+00:00",
                    "withdrawn_at": None,
                    "withdrawn_by": None,
                    "withdrawn_why": None,
                }
            ]
        }
    )

    release_id: int
    enterprise_id: str
    name: str
    released_as: ReleasedAs
    at: datetime
    who: str
    why: str
    reply_by: datetime
    appeal_by: datetime
    replied_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str | None


class ReleasedNames(BaseModel):
    """All of an alert, in the order they were released."""

    names: list[ReleasedName]


@router.get(
    "/alerts/{alert_id}/released-names",
    operation_id="listReleasedNames",
    summary="已公布的企业 · whose names were released",
)
async def list_released_names(
    connection: Connection, alert_id: AlertId, _: Annotated[Strict, Query()]
) -> ReleasedNames:
    """Those that were taken back too; none of an alert that does not exist."""
    rows = await RELEASE.of_alert.fetch(connection, alert_id=alert_id)
    return ReleasedNames(names=[ReleasedName(**dict(row)) for row in rows])
