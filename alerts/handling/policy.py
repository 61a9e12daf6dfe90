"""What a district decides about the handling of its alerts: sections `sla` and `desk` of the policy."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Minutes = Annotated[float, Field(gt=0, le=60 * 24 * 31)]


def _each(told: object) -> object:
    """One number holds for every severity."""
    return (told,) * 4 if isinstance(told, int | float) and not isinstance(told, bool) else told


BySeverity = Annotated[tuple[Minutes, Minutes, Minutes, Minutes], BeforeValidator(_each)]
"""Of the severities 1, 2, 3 and 4; one number for all."""


class SlaPolicy(BaseModel):
    """Minutes that a step may take; no national text prescribes any: these are local rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    acknowledge: BySeverity = (5, 5, 5, 5)
    """From the alert on."""
    dispatch: BySeverity = (10, 10, 10, 10)
    """From the acknowledgement on, and so on step by step."""
    accept: BySeverity = (5, 5, 5, 5)
    arrive: BySeverity = (30, 30, 30, 30)
    report: BySeverity = (60, 60, 60, 60)
    close: BySeverity = (1440, 1440, 1440, 1440)
    """From the alert on; while the enterprise puts something right, its own deadline holds instead."""


class DeskPolicy(BaseModel):
    """When an alert that somebody has taken is nobody's again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lapse: BySeverity = (60, 45, 30, 20)
    """Minutes in which nothing happens to an alert that is only acknowledged."""
