"""The entries that the roster follows from, as requests bring them and answers show them."""

from datetime import datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema, field_validator

from alerts.roster import book
from alerts.roster.book import Entry
from ingest.registry import Name
from service.parameters import Day
from service.resources.duty.rostering import AnyPost, Body, PersonKey, Post, Span, example

MADE = {"id": 3, "who": "P01", "made_at": "2026-11-21T08:00:00Z"}
SPAN = {"start": "2026-11-21T08:00:00+08:00", "end": "2026-11-21T20:00:00+08:00"}
Role = Literal["leader", "duty", "dispatcher", "chief", "field", "bureau"]


LocalTime = Annotated[
    time,
    # `format: time` of JSON Schema would be one with an offset.
    WithJsonSchema(
        {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$", "examples": ["08:00:00"]}
    ),
]


class Turn(Body):
    """One shift of the cycle: on day `day` of it, from a local time on, for `hours` on the clock."""

    begins: LocalTime
    hours: Annotated[float, Field(gt=0, le=744)]
    day: Annotated[int, Field(ge=0, le=365)] = 0

    @field_validator("begins")
    @classmethod
    def _local(cls, begins: time) -> time:
        if begins.tzinfo:
            raise ValueError("must be a local time, without an offset")
        return begins


class Rotation(Body):
    """People who take turns on a post; `people[0]` has the first turn of the cycle that begins on `anchor`."""

    post: Post
    role: Role
    people: Annotated[list[PersonKey], Field(min_length=1, max_length=200)]
    anchor: Day
    turns: Annotated[list[Turn], Field(min_length=1, max_length=96)]
    every: Annotated[int, Field(ge=1, le=366, description="days of a cycle")] = 1
    at_once: Annotated[int, Field(ge=1, le=200, description="people on the post together")] = 1
    hold: Annotated[int, Field(ge=1, le=366, description="turns in succession of the same people")] = 1
    days: Annotated[Literal["all", "workdays", "holidays"], Field(description="on which days turns take place")] = "all"
    valid_from: Day | None = None
    valid_to: Day | None = None
    zone: Annotated[str, Field(max_length=64, description="IANA; the district's, where it is not given")] = ""
    township: Name = ""


class Leave(Span):
    """A person who is not there."""

    person_id: PersonKey


class Substitute(Span):
    """Somebody else takes what a person has within a span, also of a running shift; on one post, or on all."""

    person_id: PersonKey
    other_id: PersonKey
    post: AnyPost = ""


class PlacedShift(Span):
    """A shift of a temporary schedule."""

    person_id: PersonKey
    role: Role


class Temporary(Span):
    """A schedule that replaces the rotations of a post within a span."""

    post: Post
    shifts: Annotated[list[PlacedShift], Field(max_length=1000)]

    def placed(self) -> dict[str, Any]:
        """With the post in every shift."""
        told = self.model_dump(mode="json")
        return told | {"shifts": [shift | {"post": self.post} for shift in told["shifts"]]}


class Holiday(Body):
    """A date that is a workday or a day off other than the official calendar knows."""

    day: Day
    workday: bool
    name: Name = ""


class Kept(BaseModel):
    """Who put it on the roster, and when."""

    id: int
    who: str
    made_at: datetime


ROTATION: dict[str, Any] = {
    "post": "值班员",
    "role": "duty",
    "people": ["P04", "P05", "P06"],
    "anchor": "2026-11-21",
    "turns": [{"begins": "08:00:00", "hours": 12}, {"begins": "20:00:00", "hours": 12}],
}
LEAVE = {"person_id": "P04", **SPAN}
SUBSTITUTE = {"person_id": "P04", "other_id": "P09", "post": "值班员", **SPAN}
TEMPORARY = {"post": "值班员", **SPAN, "shifts": [{"person_id": "P09", "role": "duty", **SPAN}]}
HOLIDAY = {"day": "2027-02-06", "workday": False, "name": "春节"}


class KeptRotation(Kept, Rotation):
    """A rotation that is in force."""

    model_config = example(MADE | ROTATION)


class KeptLeave(Kept, Leave):
    """A leave."""

    model_config = example(MADE | LEAVE)


class KeptSubstitute(Kept, Substitute):
    """A substitute."""

    model_config = example(MADE | SUBSTITUTE)


class KeptTemporary(Kept, Temporary):
    """A temporary schedule."""

    model_config = example(MADE | TEMPORARY)


class KeptHoliday(Kept, Holiday):
    """A day that differs."""

    model_config = example(MADE | HOLIDAY)


def kept(entry: Entry) -> dict[str, Any]:
    """An entry as the models above show it."""
    what = book.dump(entry)
    made = {"id": entry.entry_id, "who": entry.who, "made_at": entry.made_at}
    shifts = [{name: shift[name] for name in PlacedShift.model_fields} for shift in what.pop("shifts", ())]
    what.pop(f"{entry.kind}_id")
    return made | what | ({"shifts": shifts} if entry.kind == "temporary" else {})
