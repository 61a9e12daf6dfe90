"""The roster as calendar feeds: for who is signed in, and at secret addresses for phones."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.handling.stage import Actor
from alerts.roster import feed
from alerts.roster.ics import MEDIA_TYPE, Look, calendar, fingerprint
from alerts.roster.right import leads
from ingest.registry import Key
from service.actor import Acting
from service.database import Connection
from service.parameters import Strict
from service.problems import ConflictError, ForbiddenError, NotFoundError, bad_input
from service.resources import API

router = APIRouter(prefix=API, tags=["duty"])
# Asked again every time, so that a revoked address ends at once; unchanged is told in a few bytes.
KEPT = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="duty.ics"'}

EXAMPLE: dict[str, Any] = {
    "address_id": 7,
    "person": "P004",
    "made_by": "P004",
    "at": "2026-11-21T00:41:09+00:00",
    "revoked_at": None,
    "last_used": "2026-11-22T03:12:44+00:00",
}


class Address(BaseModel):
    """A calendar address without its secret; `person` null is the whole team's feed."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [EXAMPLE]})

    address_id: int
    person: Annotated[str | None, Field(validation_alias="person_id")]
    made_by: str
    at: datetime
    revoked_at: datetime | None
    last_used: Annotated[datetime | None, Field(description="to the hour")]


class NewAddress(Address):
    """With the secret, which is shown this once and cannot be shown again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [EXAMPLE | {"last_used": None, "url": f"http://127.0.0.1:8000{API}/duty/calendar/Zk3….ics"}]
        }
    )

    url: Annotated[str, Field(description="to be subscribed to; `?alarm=60` rings an hour before every shift")]


class Addresses(BaseModel):
    """Calendar addresses, the newest first."""

    addresses: list[Address]


class Wanted(BaseModel):
    """Whose feed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"person": "P004"}, {}]})

    person: Annotated[Key | None, Field(description="without it the whole team's, which only leaders may have")] = None


def _may(actor: Actor, person_id: str | None) -> None:
    """Leaders everything, everybody else what is his own."""
    if not leads(actor) and (person_id is None or person_id != actor.who):
        raise ForbiddenError(f"{actor.who} 只能用自己的日历 · {actor.who} may have his own calendar only")


@router.post(
    "/duty/calendars",
    operation_id="addCalendar",
    summary="生成日历订阅地址 · a secret address for a calendar",
    status_code=201,
)
async def add_calendar(
    request: Request, connection: Connection, actor: Acting, wanted: Wanted, _: Annotated[Strict, Query()]
) -> NewAddress:
    """Whoever knows the address reads the feed until it is revoked: it is told this once, and kept as a hash only."""
    _may(actor, wanted.person)
    if wanted.person is not None and wanted.person not in await feed.people(connection):
        raise bad_input({"person": f"没有这个人 · no person {wanted.person}"})
    try:
        made, token = await feed.make(connection, wanted.person, actor.who, datetime.now(UTC))
    except feed.TooManyError as error:
        raise ConflictError(str(error)) from error
    house = request.app.state.settings.public_url or str(request.base_url)
    url = f"{house.rstrip('/')}{API}/duty/calendar/{token}.ics"
    return NewAddress.model_validate({**asdict(made), "url": url})


@router.get("/duty/calendars", operation_id="listCalendars", summary="日历订阅地址 · calendar addresses")
async def list_calendars(connection: Connection, actor: Acting, _: Annotated[Strict, Query()]) -> Addresses:
    """Leaders see all, everybody else his own; nobody the secrets."""
    whose = None if leads(actor) else actor.who
    return Addresses(addresses=[Address.model_validate(one) for one in await feed.addresses(connection, whose)])


AddressId = Annotated[int, Path(ge=1, lt=2**63)]


@router.delete(
    "/duty/calendars/{address_id}",
    operation_id="revokeCalendar",
    summary="作废日历订阅地址 · revoke a calendar address",
    status_code=204,
)
async def revoke_calendar(
    connection: Connection, actor: Acting, address_id: AddressId, _: Annotated[Strict, Query()]
) -> None:
    """From now on the address answers 404."""
    known = await feed.address(connection, address_id)
    if known is None:
        raise NotFoundError(f"no calendar address {address_id}")
    _may(actor, known.person_id)
    await feed.revoke(connection, address_id, actor.who, datetime.now(UTC))


class FeedQuery(Strict):
    """How the phone rings."""

    alarm: Annotated[int | None, Field(ge=0, le=10_080, description="minutes before each shift")] = None


class OwnQuery(FeedQuery):
    """Whose feed, and how the phone rings."""

    person: Annotated[Key | None, Field(description="without it the whole team's")] = None


NotChanged = Annotated[str, Header(alias="If-None-Match")]
_ICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
    304: {"description": "unchanged since If-None-Match"},
}


@router.get(
    "/duty.ics",
    operation_id="getDutyCalendar",
    summary="值班日历 · the roster as a calendar",
    response_class=Response,
    responses=_ICS,
)
async def duty_calendar(
    request: Request,
    connection: Connection,
    asked: Annotated[OwnQuery, Query()],
    if_none_match: NotChanged = "",
) -> Response:
    """iCalendar of the whole team or of one person: the last 31 days and what is published ahead."""
    return await _feed(request, connection, asked.person, asked, if_none_match)


@router.get(
    "/duty/calendar/{token}.ics",
    operation_id="getSecretCalendar",
    summary="订阅的日历 · a calendar by its secret address",
    response_class=Response,
    responses=_ICS,
)
async def secret_calendar(
    request: Request,
    connection: Connection,
    token: Annotated[str, Path(max_length=200)],
    asked: Annotated[FeedQuery, Query()],
    if_none_match: NotChanged = "",
) -> Response:
    """The same without signing in; 404 once the address was revoked."""
    address = await feed.opened(connection, token, datetime.now(UTC)) if token.isascii() else None
    if address is None:
        raise NotFoundError("此地址没有日历，或已作废 · no calendar at this address, or it was revoked")
    return await _feed(request, connection, address.person_id, asked, if_none_match)


async def _feed(
    request: Request, connection: Connection, person_id: str | None, asked: FeedQuery, known: str
) -> Response:
    people = await feed.people(connection)
    if person_id is not None and person_id not in people:
        raise NotFoundError(f"没有这个人 · no person {person_id}")
    now = datetime.now(UTC)
    shifts = await feed.shifts(connection, now - feed.BEFORE, now + feed.AHEAD, person_id)
    look = Look(
        {one.person_id: one.name for one in people.values()},
        request.app.state.settings.policy.tz,
        person_id or "",
        None if asked.alarm is None else timedelta(minutes=asked.alarm),
    )
    tag = fingerprint(shifts, look)
    headers = {"ETag": f'W/"{tag}"', **KEPT}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(
        await asyncio.to_thread(calendar, shifts, look, now), media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers
    )
