"""The score of a company that operates monitors, as it is told: with its parts and what it rests on."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.operator_score import Name, Score
from alerts.enterprise.operators import Link

PARTS: list[dict[str, Any]] = [
    {"name": "valid", "value": 0.962, "weight": 40},
    {"name": "repair", "value": 0.8, "weight": 20},
    {"name": "sound", "value": 0.991, "weight": 20},
    {"name": "calibration", "value": 1.0, "weight": 20},
]
SCORED: dict[str, Any] = {
    "score": 94.3,
    "parts": PARTS,
    "monitors": 6,
    "owed_hours": 12960,
    "valid_hours": 12467.5,
    "out_hours": 116.6,
    "faults": 5,
    "late_repairs": 1,
}
OPERATED: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "enterprise_id": "E0007",
    "enterprise": "江宇化工有限公司",
    "outlet": "DA001",
    "from": "2025-01-01",
    "to": None,
}


class Share(BaseModel):
    """A part of a score, 0 to 1, null where nothing can be told; then the others weigh the more."""

    name: Name
    value: float | None
    weight: float


class Scored(BaseModel):
    """0 to 100: valid data, repairs in time, hours without fault, regular calibration, by the district's weights."""

    model_config = ConfigDict(json_schema_extra={"examples": [SCORED]})

    score: Annotated[float | None, Field(description="null: nothing can be told")]
    parts: list[Share]
    monitors: int
    owed_hours: Annotated[float, Field(description="operated, and not under a mark of stop")]
    valid_hours: float
    out_hours: Annotated[float, Field(description="under a mark of fault, or an alert of fault or offline")]
    faults: int
    late_repairs: int


class Operated(BaseModel):
    """A monitor that a company operates, from when to when, both days included."""

    model_config = ConfigDict(json_schema_extra={"examples": [OPERATED]}, populate_by_name=True)

    mn: str
    enterprise_id: str
    enterprise: str
    outlet: str
    from_on: Annotated[date, Field(alias="from")]
    to_on: Annotated[date | None, Field(alias="to")]


def scored(score: Score) -> dict[str, Any]:
    """The fields of `Scored`."""
    hours = {name: round(getattr(score, name), 2) for name in ("owed_hours", "valid_hours", "out_hours")}
    return {
        **score._asdict(),
        **hours,
        "score": score.score if score.score is None else round(score.score, 2),
        "parts": [
            Share(name=part.name, value=part.value if part.value is None else round(part.value, 4), weight=part.weight)
            for part in score.parts
        ],
    }


def operated(link: Link) -> dict[str, Any]:
    """The fields of `Operated`."""
    return {name: getattr(link, name) for name in Operated.model_fields}
