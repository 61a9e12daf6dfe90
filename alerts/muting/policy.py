"""What a district decides about muting and about what counts as a recurrence."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class MutePolicy(BaseModel):
    """Bounds of what people and regional notices may keep quiet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest_days: Annotated[float, Field(gt=0, le=366)] = 31
    """How long a mute may last."""
    never_from: Annotated[int, Field(ge=1, le=5)] = 4
    """Severity from which an alert rings in spite of a mute that is not of planned works; 5: none does."""
    regional_below: Annotated[int, Field(ge=1, le=5)] = 4
    """Severity below which a hotspot is kept quiet by a regional notice of its pollutant; 1: none is."""
    recurrence_days: Annotated[int, Field(ge=1, le=366)] = 30
    """How far back the same cell or enterprise counts as a recurrence."""
