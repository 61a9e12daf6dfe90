"""Mutes: what people have made quiet, for how long and why, and what was kept quiet by it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.kind import KINDS
from alerts.muting.holding import MUTE, held_counts
from alerts.muting.ledger import MuteOver, end_mute, make_mute
from alerts.muting.mute import Scope
from alerts.muting.wish import MuteError, Wish
from service.actor import Acting, Identified
from service.database import Connection
from service.parameters import Instant, PollutantName, Strict, cell_of
from service.problems import ConflictError, NotFoundError, bad_input
from service.resources import API
from service.resources.desk.polygon import EXAMPLE as AREA
from service.resources.desk.polygon import Polygon
from service.resources.desk.within import must_act_everywhere, must_be_within
from service.rules import Rules
from sql.queries import Record

router = APIRouter(prefix=API, tags=["mutes"])
LISTED = 500  # of the alerts that were kept quiet; all are counted

ASKED: dict[str, Any] = {
    "scope": "cell",
    "place": "12-34",
    "end": "2026-11-21T18:00:00+08:00",
    "reason": "道路施工 · road works",
    "planned_works": True,
}
MADE: dict[str, Any] = {
    **ASKED,
    "mute_id": 7,
    "state": "active",
    "polygon": None,
    "kinds": [],
    "pollutants": [],
    "start": "2026-11-21T08:00:00Z",
    "ended_at": None,
    "author": "P04",
    "author_name": "王芳",
    "alert_id": None,
    "made_at": "2026-11-21T08:00:00Z",
    "hits": 3,
}
HIT: dict[str, Any] = {
    "alert_id": "hotspot-pm25-20261121T0830Z-12-34",
    "at": "2026-11-21T08:30:00Z",
    "kind": "hotspot",
    "pollutant": "pm25",
    "severity": 2,
    "status": "open",
    "opened_at": "2026-11-21T08:30:00Z",
    "closed_at": None,
    "told_at": None,
}

# One schema for all: constraints that follow a validator would be checked before the blanks are stripped.
NO_NUL = r"^[^\x00]*$"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=NO_NUL)]
MuteId = Annotated[int, Path(ge=1, lt=2**63)]


class MuteAsked(BaseModel):
    """What is to be quiet until when, and why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASKED]})

    scope: Annotated[
        Scope,
        Field(description="an exceeded limit is muted by `device` or `enterprise` only, never by a place on the map"),
    ]
    place: Annotated[Place | None, Field(description="the cell ix-iy, device or enterprise; not of a polygon")] = None
    polygon: Annotated[Polygon | None, Field(description="of scope `polygon` only")] = None
    kinds: Annotated[list[str], Field(max_length=20, description="of alerts; none: all")] = []
    pollutants: Annotated[list[PollutantName], Field(max_length=50, description="none: all")] = []
    start: Annotated[Instant | None, Field(description="now, where it is not given or over")] = None
    end: Instant
    reason: Reason
    planned_works: Annotated[bool, Field(description="holds back the gravest alerts too")] = False


class MuteEnd(BaseModel):
    """Why it ends before its time."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "提前完工 · done early"}]})

    reason: Reason


class Mute(BaseModel):
    """A mute; `hits` counts the alerts that it kept quiet, each once."""

    model_config = ConfigDict(json_schema_extra={"examples": [MADE]})

    mute_id: int
    state: Literal["coming", "active", "over"]
    scope: Scope
    place: str
    polygon: Annotated[dict[str, Any] | None, Field(description="GeoJSON", examples=[AREA])]
    kinds: list[str]
    pollutants: list[str]
    start: datetime
    end: datetime
    ended_at: Annotated[datetime | None, Field(description="when somebody ended it before its time")]
    reason: str
    author: str
    author_name: str | None
    planned_works: bool
    alert_id: Annotated[str | None, Field(description="the alert from which it was made")]
    made_at: datetime
    hits: int


class Held(BaseModel):
    """How many alerts are held back at present, and by what."""

    mute: int
    regional: int


class MutePage(BaseModel):
    """The newest first; `next` is `before` of the following page, null on the last."""

    held: Held
    mutes: list[Mute]
    next: int | None


class Change(BaseModel):
    """A line of a mute's log."""

    action: Literal["made", "begun", "ended"]
    at: datetime
    who: str
    name: str | None
    why: str


class Hit(BaseModel):
    """An alert that was kept quiet since `at`; `told_at` when people were told after all."""

    model_config = ConfigDict(json_schema_extra={"examples": [HIT]})

    alert_id: str
    at: datetime
    kind: str
    pollutant: str
    severity: int
    status: Literal["open", "closed"]
    opened_at: datetime
    closed_at: datetime | None
    told_at: datetime | None


class MuteDetail(Mute):
    """A mute with its log and the newest 500 alerts that it kept quiet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**MADE, "changes": [], "alerts": [HIT]}]})

    changes: list[Change]
    alerts: list[Hit]


class MuteFilter(Strict):
    """Which mutes."""

    active: Annotated[bool | None, Field(description="true: in force now; false: not yet or not any more")] = None
    before: Annotated[int | None, Field(ge=1, lt=2**63, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("/mutes", operation_id="listMutes", summary="静默列表 · mutes, newest first")
async def list_mutes(connection: Connection, asked: Annotated[MuteFilter, Query()]) -> MutePage:
    """Newest first, with how many alerts each has kept quiet."""
    now = datetime.now(UTC)
    rows = await MUTE.newest.fetch(
        connection, mute_id=None, before=asked.before, active=asked.active, now=now, limit=asked.limit + 1
    )
    mutes = [Mute(**_told(row, now)) for row in rows[: asked.limit]]
    held = Held(**await held_counts(connection))
    return MutePage(held=held, mutes=mutes, next=mutes[-1].mute_id if len(rows) > asked.limit else None)


@router.post("/mutes", status_code=201, operation_id="makeMute", summary="静默一个地方 · make something quiet")
async def make(
    connection: Connection,
    identity: Identified,
    actor: Acting,
    rules: Rules,
    asked: MuteAsked,
    _: Annotated[Strict, Query()],
) -> MuteDetail:
    """What it covers is found, logged and shown as ever, but rings nobody, and no clock runs; what still stands at its
    end is told then. Severity 4 rings all the same, except during planned works."""
    now = datetime.now(UTC)
    wish = _wish(asked, now)
    await _must_act_there(connection, identity, wish.scope, wish.place)
    try:
        number = await make_mute(connection, wish, actor.who, rules.mute, now)
    except MuteError as error:
        raise bad_input({error.field: str(error)}) from error
    return await _detail(connection, number, now)


@router.get("/mutes/{mute_id}", operation_id="getMute", summary="一条静默 · one mute, what it kept quiet")
async def get_mute(connection: Connection, mute_id: MuteId, _: Annotated[Strict, Query()]) -> MuteDetail:
    """Who made it and ended it, and every alert that rang nobody because of it."""
    return await _detail(connection, mute_id, datetime.now(UTC))


@router.post("/mutes/{mute_id}/end", operation_id="endMute", summary="提前结束静默 · end a mute before its time")
async def end(
    connection: Connection,
    identity: Identified,
    actor: Acting,
    mute_id: MuteId,
    asked: MuteEnd,
    _: Annotated[Strict, Query()],
) -> MuteDetail:
    """What it held back and still stands is told at once. A mute is never changed: end it and make another."""
    now = datetime.now(UTC)
    before = await _detail(connection, mute_id, now)
    if before.alert_id is not None:
        await must_be_within(connection, identity, before.alert_id)
    elif before.author != actor.who:
        await _must_act_there(connection, identity, before.scope, before.place)
    try:
        await end_mute(connection, mute_id, actor.who, asked.reason, now)
    except MuteOver as error:
        raise ConflictError(str(error)) from error
    return await _detail(connection, mute_id, now)


async def _must_act_there(connection: Connection, identity: Identified, scope: Scope, place: str) -> None:
    """Raise ForbiddenError where whoever is bound to townships would keep others' alerts quiet, or loud."""
    if scope in ("cell", "polygon"):  # one near an alert is muted from the alert
        must_act_everywhere(identity)
    elif identity.townships is not None:
        known = MUTE.knows_device if scope == "device" else MUTE.knows_enterprise
        there = await MUTE.station_in.fetchval(connection, place=place) if scope == "device" else None
        if (there and there not in identity.townships) or not await known.fetchval(connection, place=place):
            must_act_everywhere(identity)


def _wish(asked: MuteAsked, now: datetime) -> Wish:
    """Raises BadInputError where scope, place and polygon do not go together."""
    unknown = sorted(set(asked.kinds) - set(KINDS))
    if unknown:
        raise bad_input({"kinds": f"没有这种告警 · no such kind; there are {', '.join(KINDS)}"})
    return Wish(
        scope=asked.scope,
        place=_place(asked),
        start=asked.start or now,
        end=asked.end,
        reason=asked.reason,
        polygon=None if asked.polygon is None else asked.polygon.model_dump(),
        kinds=tuple(asked.kinds),
        pollutants=tuple(asked.pollutants),
        planned_works=asked.planned_works,
    )


def _place(asked: MuteAsked) -> str:
    drawn = asked.scope == "polygon"
    if drawn != (asked.polygon is not None):
        raise bad_input({"polygon": "范围为 polygon 时必填，否则不填 · is needed for scope polygon, and for no other"})
    if drawn == (asked.place is not None):
        raise bad_input({"place": "范围为 polygon 时不填，否则必填 · is needed unless the scope is polygon"})
    if asked.scope != "cell" or asked.place is None:
        return asked.place or ""
    try:
        return "{}-{}".format(*cell_of(asked.place))
    except ValueError as error:
        raise bad_input({"place": str(error)}) from error


async def _detail(connection: Connection, mute_id: int, now: datetime) -> MuteDetail:
    row = await MUTE.newest.fetchrow(connection, mute_id=mute_id, before=None, active=None, now=now, limit=1)
    if row is None:
        raise NotFoundError(f"没有这条静默 · no mute {mute_id}")
    changes = [Change(**dict(one)) for one in await MUTE.changes.fetch(connection, mute_id=mute_id)]
    hits = [Hit(**dict(one)) for one in await MUTE.hits.fetch(connection, mute_id=mute_id, limit=LISTED)]
    return MuteDetail(**_told(row, now), changes=changes, alerts=hits)


def _told(row: Record, now: datetime) -> dict[str, Any]:
    over = row["end"] <= now or row["ended_at"] is not None
    return {**row, "state": "over" if over else "coming" if row["start"] > now else "active"}
