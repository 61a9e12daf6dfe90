"""The reverse ranking of enterprises: how many points each has for what, the worst first; our own, no standard has one.

Points are the sum of its parts: so many (see RankingPolicy) for each exceedance, each sign of fabrication and each
cause that was found at it within the month, for each deadline that is over, for being off-line now, and for the share
of the month's data that is not valid. Who has no monitor is not asked for data. Equal points are an equal rank.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field

DIGITS = 2  # of points: what differs by less is a tie


class RankingPolicy(BaseModel):
    """Points of the reverse ranking."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exceedance: float = Field(default=10, ge=0, le=1000)
    """For each alert of an exceedance that began within the month."""
    fabrication: float = Field(default=20, ge=0, le=1000)
    """For each alert of signs of fabrication that began within the month."""
    finding: float = Field(default=15, ge=0, le=1000)
    """For each cause that was found at it within the month; false alarms are none."""
    overdue: float = Field(default=5, ge=0, le=1000)
    """For each deadline that is over and not met."""
    offline: float = Field(default=5, ge=0, le=1000)
    """For a monitor that is not heard and under no mark."""
    invalid: float = Field(default=40, ge=0, le=1000)
    """For data of which none is valid; in proportion."""


class Standing(Protocol):
    """How an enterprise stands."""

    @property
    def enterprise_id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def valid_month(self) -> float | None: ...
    @property
    def exceedances(self) -> int: ...
    @property
    def fabrication(self) -> int: ...
    @property
    def findings(self) -> int: ...
    @property
    def overdue(self) -> int: ...


class Ranked(NamedTuple):
    """The place of an enterprise, 1 the worst; `points` by part, those of 0 left out; `tied` with so many others."""

    enterprise_id: str
    rank: int
    score: float
    points: Mapping[str, float]
    tied: int


def points_of(one: Standing, policy: RankingPolicy) -> dict[str, float]:
    """The parts of the score that are not 0."""
    invalid = 0.0 if one.valid_month is None else 1.0 - one.valid_month
    parts = {
        "exceedance": policy.exceedance * one.exceedances,
        "fabrication": policy.fabrication * one.fabrication,
        "finding": policy.finding * one.findings,
        "overdue": policy.overdue * one.overdue,
        "offline": policy.offline * (one.state == "offline"),
        "invalid": policy.invalid * invalid,
    }
    return {name: round(value, DIGITS) for name, value in parts.items() if round(value, DIGITS) > 0}


def ranked(standings: Iterable[Standing], policy: RankingPolicy) -> Sequence[Ranked]:
    """All of them, the worst first, those of equal points by their id: 1, 2, 2, 4."""
    parts = {one.enterprise_id: points_of(one, policy) for one in standings}
    scores = {name: round(sum(of.values()), DIGITS) for name, of in parts.items()}
    order = sorted(scores, key=lambda name: (-scores[name], name))
    first: dict[float, int] = {}
    many: dict[float, int] = {}
    for place, name in enumerate(order, 1):
        first.setdefault(scores[name], place)
        many[scores[name]] = many.get(scores[name], 0) + 1
    return [Ranked(name, first[scores[name]], scores[name], parts[name], many[scores[name]] - 1) for name in order]
