"""The log of a shift, and checking in on post."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from alerts.roster import check_in, log
from alerts.roster.right import must_be
from alerts.roster.shift import Shift
from ingest.registry import Latitude, Longitude, storable
from service.actor import Acting
from service.database import Connection
from service.parameters import Instant, Strict
from service.resources import API
from service.resources.duty.rostering import AnyPost, Body, PersonKey, Post, example, span_of, told
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["duty"])
DAY = timedelta(days=1)
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(storable)
]
LINE: dict[str, Any] = {
    "at": "2026-11-21T06:34:00Z",
    "who": "周砚秋",
    "what": "acknowledge",
    "text": "hotspot pm25 3级",
    "alert_id": "hotspot-pm25-20261121T0030-2-3",
    "entry_id": None,
}
CHECK_IN: dict[str, Any] = {
    "check_in_id": 5,
    "person_id": "P04",
    "at": "2026-11-21T18:00:00Z",
    "lon": 120.05,
    "lat": 31.7,
    "note": "",
}


class Line(BaseModel):
    """Something that happened in a shift; `entry_id` where it was written by hand."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    who: str
    what: str
    text: str
    alert_id: str | None
    entry_id: int | None


class Log(BaseModel):
    """The log of a shift; once it is locked nothing in it changes any more."""

    model_config = example(
        {
            "person_id": "P04",
            "post": "值班员",
            "start": "2026-11-21T00:00:00Z",
            "end": "2026-11-21T08:00:00Z",
            "locked_at": None,
            "handover_id": None,
            "lines": [LINE],
        }
    )

    person_id: str
    post: str
    start: datetime
    end: datetime
    locked_at: datetime | None
    handover_id: int | None
    lines: list[Line]

    @classmethod
    def of(cls, one: log.Log) -> Self:
        """As the roster knows it."""
        shift = one.shift
        mine = {"person_id": shift.person_id, "post": shift.post, "start": shift.start, "end": shift.end}
        lines = [Line.model_validate(line) for line in one.lines]
        return cls(**mine, locked_at=one.locked_at, handover_id=one.handover_id, lines=lines)


class WhichShift(Strict):
    """Of which shift: by person, start and post, or the newest one of the person."""

    person_id: Annotated[PersonKey | None, Field(description="the acting person, where not given")] = None
    start: Instant | None = None
    post: AnyPost = ""


class Entry(Body):
    """What is to be added to the log of a shift; without a shift, of the acting person's own."""

    text: Words
    person_id: PersonKey | None = None
    start: Instant | None = None
    post: Post | None = None


async def _shift(connection: Connection, asked: WhichShift | Entry, actor: Acting, now: datetime) -> Shift:
    person = asked.person_id or actor.who
    if asked.start is not None:
        return await log.shift_known_as(connection, person, asked.start, asked.post or "")
    return await log.current_shift(connection, person, now, asked.post or "")


@router.get("/duty/log", operation_id="getDutyLog", summary="值班日志 · the log of a shift")
async def duty_log(connection: Connection, asked: Annotated[WhichShift, Query()], actor: Acting) -> Log:
    """Drafted from what happened, completed by hand, final once the shift was handed over."""
    now = datetime.now(UTC)
    with told():
        return Log.of(await log.read(connection, await _shift(connection, asked, actor, now), now))


@router.post("/duty/log", operation_id="writeDutyLog", summary="补记值班日志 · add to the log", status_code=201)
async def write_log(connection: Connection, body: Entry, actor: Acting) -> Line:
    """By who has the shift, or a leader, until the log is locked."""
    now = datetime.now(UTC)
    with told():
        shift = await _shift(connection, body, actor, now)
        must_be(actor, shift.person_id)
        return Line.model_validate(await log.write(connection, shift, actor.who, body.text, now))


class Presence(Body):
    """Where, if the phone told it (degrees WGS84), and what is to be said."""

    lon: Longitude | None = None
    lat: Annotated[Latitude | None, Field(validate_default=True)] = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)] = ""

    @field_validator("lat")
    @classmethod
    def _both(cls, lat: float | None, info: ValidationInfo) -> float | None:
        if "lon" in info.data and (lat is None) != (info.data["lon"] is None):
            raise ValueError("must be given together with lon")
        return lat


class CheckIn(BaseModel):
    """That a person on duty was there."""

    model_config = example(CHECK_IN)

    check_in_id: int
    person_id: str
    at: datetime
    lon: float | None
    lat: float | None
    note: str


class Missed(BaseModel):
    """Within this span a person on duty should have checked in, and did not."""

    person_id: str
    post: str
    start: datetime
    end: datetime


class CheckIns(BaseModel):
    """Check-ins of a span, and what was missed in it."""

    model_config = example(
        {
            "check_ins": [CHECK_IN],
            "missed": [
                {
                    "person_id": "P01",
                    "post": "带班领导",
                    "start": "2026-11-21T14:00:00Z",
                    "end": "2026-11-21T16:00:00Z",
                }
            ],
        }
    )

    check_ins: list[CheckIn]
    missed: list[Missed]


class CheckInQuery(Strict):
    """Over what."""

    since: Annotated[Instant | None, Field(alias="from", description="a day before `to`, where not given")] = None
    to: Annotated[Instant | None, Field(description="now, where not given")] = None


@router.post("/duty/check-in", operation_id="checkIn", summary="在岗签到 · check in on post", status_code=201)
async def come(connection: Connection, actor: Acting, body: Presence | None = None) -> CheckIn:
    """By who is on duty; at night it is due every so many minutes, and what is missed is told to the shift leader."""
    said = body or Presence()
    lonlat = (said.lon, said.lat) if said.lon is not None and said.lat is not None else None
    with told():
        done = await check_in.check_in(connection, actor.who, lonlat, said.note, datetime.now(UTC))
    return CheckIn.model_validate(done)


@router.get("/duty/check-ins", operation_id="listCheckIns", summary="签到与漏签 · check-ins, and those missed")
async def check_ins(connection: Connection, rules: OwnRules, asked: Annotated[CheckInQuery, Query()]) -> CheckIns:
    """In the order of time."""
    now = datetime.now(UTC)
    since, to = span_of(asked.since, asked.to or now, now, DAY)
    done = await check_in.check_ins(connection, since, to)
    late = await check_in.missed_check_ins(connection, (since, to), now, rules.roster, rules.tz)
    missed = [Missed(person_id=one.shift.person_id, post=one.shift.post, start=one.start, end=one.end) for one in late]
    return CheckIns(check_ins=[CheckIn.model_validate(one) for one in done], missed=missed)
