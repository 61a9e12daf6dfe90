"""What a district decides about push: how long each level has, how much one person gets, and when not."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator

from alerts.push.quiet import Hours, parsed

Minutes = Annotated[float, Field(gt=0, le=1440)]
BySeverity = tuple[Minutes, Minutes, Minutes, Minutes]
"""Of the severities 1, 2, 3 and 4."""

Role = Literal["duty", "leader", "chief", "bureau"]


def _hours(named: object) -> object:
    return (parsed(named) if named else None) if isinstance(named, str) else named


def _named(hours: Hours | None) -> str:
    return f"{hours.start:%H:%M}-{hours.end:%H:%M}" if hours else ""


Span = Annotated[Hours, BeforeValidator(_hours), PlainSerializer(_named)]
Quiet = Annotated[Hours | None, BeforeValidator(_hours), PlainSerializer(_named)]
"""`22:00-07:00`, local time; "" is never."""


class Level(BaseModel):
    """A rung of the escalation: whom it tells, and how many minutes they have before the next is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    day: BySeverity
    night: BySeverity


NIGHT = Hours(time(22), time(6))
# By night a light alert wakes fewer people, a severe one the next level no later than by day.
LEVELS = (
    Level(role="duty", day=(15, 10, 5, 3), night=(30, 15, 5, 3)),
    Level(role="leader", day=(30, 15, 10, 5), night=(60, 30, 10, 5)),
    Level(role="chief", day=(60, 30, 15, 10), night=(240, 60, 15, 10)),
    Level(role="bureau", day=(120, 60, 30, 15), night=(480, 240, 30, 15)),
)


class EscalationPolicy(BaseModel):
    """Who is told, and after how long, as long as nobody takes an alert; see `alerts.push.ladder`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=10)] = LEVELS
    night: Span = NIGHT
    pause: BySeverity = (60, 30, 15, 10)
    """Minutes after the last level's wait before the first level is told again."""


class Bucket(BaseModel):
    """So many messages at once, and one more every `seconds` after that."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    burst: Annotated[int, Field(ge=1, le=1000)]
    seconds: Annotated[float, Field(gt=0, le=86_400)]


BUCKETS = (
    Bucket(burst=3, seconds=300),
    Bucket(burst=4, seconds=120),
    Bucket(burst=6, seconds=30),
    Bucket(burst=10, seconds=10),
)
# A chat robot of DingTalk or WeCom takes 20 messages a minute and is silent for ten minutes after the 21st.
A_MINUTE = {"apprise": 18, "webpush": 60, "siren": 60, "webhook": 600, "hook": 60}
LIGHT_QUIET = Hours(time(22), time(7))


class PushPolicy(BaseModel):
    """How messages reach a person: receipts, throttle, limits, quiet hours, bundling."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    receipt: BySeverity = (10, 5, 3, 2)
    """Minutes without a receipt before a person's next channel is tried."""
    throttle: tuple[Bucket, Bucket, Bucket, Bucket] = BUCKETS
    """What one person gets, by severity; all that the person was sent counts."""
    a_minute: Mapping[str, Annotated[int, Field(ge=1, le=100_000)]] = A_MINUTE
    """Messages in any 60 seconds to one address, by channel."""
    a_minute_else: Annotated[int, Field(ge=1, le=100_000)] = 18
    """The same for a channel that is not in `a_minute`."""
    quiet: tuple[Quiet, Quiet, Quiet, Quiet] = (LIGHT_QUIET, LIGHT_QUIET, None, None)
    """Hours in which whoever is not on duty is left alone, by severity."""
    bundle_seconds: Annotated[float, Field(ge=0, le=3600)] = 60
    """So long after a message the next ones of the burst are one message."""
    catch_up_minutes: Annotated[float, Field(gt=0, le=1440)] = 5
    """What has waited longer than this (the channel was down) goes as one message, nothing jumps the queue."""
    receipt_hours: Annotated[float, Field(gt=0, le=720)] = 24
    """So long a link that confirms is good."""
    map_url: str = "geo:{lat:.5f},{lon:.5f}"
    """Where a place is shown; `{lat}` and `{lon}` are degrees WGS84 (maps of GCJ-02 are some 500 m off with them)."""

    @field_validator("map_url")
    @classmethod
    def _fills(cls, template: str) -> str:
        try:
            template.format(lat=31.5, lon=119.5)
        except (LookupError, ValueError, AttributeError, TypeError) as error:
            raise ValueError(f"only {{lat}} and {{lon}} can be filled in: {template!r}") from error
        return template
