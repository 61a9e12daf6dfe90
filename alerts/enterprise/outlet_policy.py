"""What a district decides about outlets: who needs a monitor when, how operators are scored, what is changed when."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["activated_carbon", "filter", "catalyst", "reagent", "gas", "lamp", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Days = Annotated[int, Field(ge=1, le=3660)]
Flow = Annotated[float, Field(gt=0, le=100_000_000)]
Weight = Annotated[float, Field(ge=0, le=100)]


class OnboardingPolicy(BaseModel):
    """Which outlets need a VOC monitor, and how many days each step may take from when they need one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chemical_m3h: Flow = 10_000
    """Design flow of an outlet of the chemical industry from which on it needs a monitor."""
    other_m3h: Flow = 30_000
    """The same of other industries."""
    chemical_industries: tuple[str, ...] = ("化工", "石化", "炼油", "医药", "chemical")
    """An enterprise is of the chemical industry where its industry holds one of these words."""
    installed_days: Days = 90
    tested_days: Days = 120
    accepted_days: Days = 150
    networked_days: Days = 180
    tell_at: time = time(8, 30)
    """When the desk is told each day of what is newly overdue, in the district's time."""

    @model_validator(mode="after")
    def _in_order(self) -> "OnboardingPolicy":
        days = (self.installed_days, self.tested_days, self.accepted_days, self.networked_days)
        if list(days) != sorted(days):
            raise ValueError("installed_days, tested_days, accepted_days, networked_days must not go down")
        return self


class OperatorPolicy(BaseModel):
    """How the work of a company that operates monitors is scored (`alerts.enterprise.operator_score`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_days: Annotated[int, Field(ge=7, le=366)] = 90
    """Over how many days that are over."""
    calibration_days: Annotated[float, Field(gt=0, le=366)] = 30
    """At least so often a monitor is calibrated."""
    valid_weight: Weight = 40
    repair_weight: Weight = 20
    sound_weight: Weight = 20
    calibration_weight: Weight = 20


class LedgerPolicy(BaseModel):
    """When what treatment consumes is due again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    carbon_hours: Annotated[float, Field(gt=0, le=8784)] = 500
    """Activated carbon is due after so many hours in which the outlet's treatment ran, where its power is known."""
    soon_days: Annotated[int, Field(ge=0, le=366)] = 7
    """So many days before, it is due soon."""
    interval_days: Mapping[Kind, Days] = {
        "activated_carbon": 90,
        "filter": 90,
        "catalyst": 730,
        "reagent": 30,
        "gas": 180,
        "lamp": 365,
    }
    """Days after which a kind is due again where nobody said when; a kind that is not named is not due by itself."""
