"""What a district decides about its roster: section `roster` of the policy."""

from datetime import time, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Hours = Annotated[float, Field(gt=0, le=24 * 31)]


class Cover(BaseModel):
    """What must never be empty: `people` on a post, or of a role, all day or within hours of the local day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    post: str = ""
    role: str = ""
    people: int = Field(default=1, ge=1, le=1000)
    begins: time = time(0)
    """Local time of day; `ends` may be earlier: then over midnight, and equal times are the whole day."""
    ends: time = time(0)

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if bool(self.post) == bool(self.role):
            raise ValueError("a post or a role, one of them")
        if self.begins.tzinfo or self.ends.tzinfo:
            raise ValueError("begins and ends are local times, without an offset")
        return self


class RosterPolicy(BaseModel):
    """Thresholds of the reports on the roster, and how often one has to check in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cover: tuple[Cover, ...] = (Cover(role="leader"), Cover(role="duty"), Cover(role="dispatcher"))
    on_call_roles: tuple[str, ...] = ("chief", "bureau")
    """Who waits at home: their hours neither tire nor clash with a shift."""
    rest_hours: Hours = 11
    """Least rest between two shifts."""
    stretch_hours: Hours = 25
    """Longest time on duty without any rest: 24 h, and an hour for the handover or the change of the clock."""
    week_hours: Hours = 72
    """Most hours on duty within any 7 days: 24 h every third day is the limit."""
    night_begins: time = time(22)
    night_ends: time = time(6)
    nights_in_a_row: int = Field(default=4, ge=1, le=366)
    count_from_hours: float = Field(default=3, ge=0, le=24)
    """A night, a weekend day or a holiday counts as worked from so many hours on duty within it on."""
    handover_roles: tuple[str, ...] = ("leader", "duty")
    """Who stays responsible until the next one has accepted."""
    check_in_minutes: int = Field(default=120, ge=1, le=1440)
    """At night, how often those on post show that they are there."""
    notice_minutes: int = Field(default=60, ge=0, le=10080)
    """How long before a shift begins its person is told."""
    horizon_days: int = Field(default=60, ge=1, le=400)
    """How far ahead the roster is published."""
    check_in_roles: tuple[str, ...] = ("leader", "duty")
    """Who shows at night to be on post."""
    handover_wait_minutes: int = Field(default=15, ge=1, le=1440)
    """How long after the end of a shift a handover may lack before the leader is told."""
    handover_lapse_hours: Hours = 12
    """How long an outgoing officer stays responsible; then it is who is on the roster, accepted or not."""

    @property
    def handover_lapse(self) -> timedelta:
        """The same as a span."""
        return timedelta(hours=self.handover_lapse_hours)
