"""An alert as the enterprise that it concerns is shown it, and what it wrote about it, as the API describes them."""

from collections.abc import Mapping
from datetime import datetime
from math import atan2, degrees, hypot
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.file import File
from alerts.enterprise.release import ReleasedAs
from alerts.enterprise.reply import Kind
from alerts.handling.stage import Cause
from service.resources.desk.handled import CAUSES
from service.resources.enterprise.files import EXAMPLE as FILE
from service.resources.enterprise.files import WindowFile
from sql.queries import Record

SECTORS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
EXAMPLE: dict[str, Any] = {
    "alert_id": "hotspot-pm25-20261121T0012Z-10-7",
    "kind": "hotspot",
    "pollutant": "pm25",
    "status": "open",
    "severity": 3,
    "opened_at": "2026-11-21T00:12:00+00:00",
    "closed_at": None,
    "stage": "rectifying",
    "cause": "treatment_fault",
    "released_as": "found",
    "released_at": "2026-11-21T01:02:10+00:00",
    "monitor": None,
    "evidence": {
        "peak_at": "2026-11-21T00:16:00+00:00",
        "peak_value": 271.8,
        "background": 50.1,
        "excess": 221.7,
        "unit": None,
        "sign": None,
        "wind": {"sector": "WNW", "degrees": 303, "speed": 1.7},
    },
    "reply_by": "2026-11-23T01:02:10+00:00",
    "appeal_by": "2026-11-27T16:00:00+00:00",
    "rectify_by": "2026-11-22T10:00:00+00:00",
}
LETTER: dict[str, Any] = {
    "letter_id": 118,
    "kind": "appeal",
    "text": "当时 RTO 运行正常，见附件记录",
    "files": [FILE],
    "at": "2026-11-21T06:41:00+00:00",
    "due_at": "2026-11-27T16:00:00+00:00",
    "late": False,
    "state": "dismissed",
    "decided_at": "2026-11-22T02:10:00+00:00",
    "decided_why": "旁路阀开启有照片为证",
}


class OwnMonitor(BaseModel):
    """The enterprise's own monitor that the alert is about; degrees WGS84."""

    device_id: str
    outlet: str
    lon: float
    lat: float


class Wind(BaseModel):
    """Where the wind came from when the alert opened."""

    sector: Annotated[str, Field(description=", ".join(SECTORS))]
    degrees: Annotated[int, Field(ge=0, lt=360, description="from north, clockwise")]
    speed: Annotated[float, Field(description="m/s")]


class OwnEvidence(BaseModel):
    """What was measured; concentrations in the pollutant's unit, or in `unit` where that is given."""

    peak_at: datetime
    peak_value: float
    background: Annotated[float, Field(description="of an exceedance its limit")]
    excess: float
    unit: str | None
    sign: Annotated[str | None, Field(description="what a rule found, in a word")]
    wind: Wind | None


class OwnAlert(BaseModel):
    """An alert of one's own monitor, or one that the desk has released to the enterprise."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    alert_id: str
    kind: str
    pollutant: str
    status: Annotated[Literal["open", "closed"], Field(description="of the air, or of the fault")]
    severity: Annotated[int, Field(ge=1, le=4, description="4 is the gravest")]
    opened_at: datetime
    closed_at: datetime | None
    stage: Annotated[
        Literal["inquiry", "reported", "rectifying", "rectified", "verified", "closed", "false_alarm"],
        Field(description="how far the desk is with this enterprise; `inquiry` 核查中: it has not concluded yet"),
    ]
    cause: Annotated[Cause | None, Field(description=CAUSES)]
    released_as: Annotated[
        ReleasedAs | None,
        Field(description="`found` 已查明的排放源; `candidate` 可能的排放源; null: the alert is of its own monitor"),
    ]
    released_at: datetime | None
    monitor: OwnMonitor | None
    evidence: OwnEvidence
    reply_by: Annotated[datetime | None, Field(description="答复期限 · null: nothing is due")]
    appeal_by: Annotated[datetime | None, Field(description="申诉期限")]
    rectify_by: Annotated[datetime | None, Field(description="整改期限")]


class OwnLetter(BaseModel):
    """A reply, an appeal or a rectification report of the enterprise; `state` of an appeal and why it was decided."""

    model_config = ConfigDict(json_schema_extra={"examples": [LETTER]})

    letter_id: int
    kind: Kind
    text: str
    files: list[WindowFile]
    at: datetime
    due_at: datetime | None
    late: bool
    state: Literal["open", "upheld", "dismissed"] | None
    decided_at: datetime | None
    decided_why: str | None


class OwnAlertDetail(OwnAlert):
    """An alert with what the enterprise has written about it, in the order it was written."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"letters": [LETTER]}]})

    letters: list[OwnLetter]


def shown(row: Record) -> dict[str, Any]:
    """A row of the view `enterprise_alert` as it is answered."""
    told = dict(row)
    evidence = {name: told[name] for name in OwnEvidence.model_fields}
    monitor = {name: told[name] for name in OwnMonitor.model_fields}
    return told | {
        "evidence": evidence | {"wind": wind_of(told["wind"])},
        "monitor": monitor if told["device_id"] is not None else None,
    }


def wind_of(blows: object) -> dict[str, Any] | None:
    """The wind of [m/s east, m/s north], where it blows to; None where it is not known."""
    if not (isinstance(blows, list) and len(blows) == 2 and all(isinstance(part, int | float) for part in blows)):
        return None
    east, north = blows
    came = degrees(atan2(-east, -north)) % 360
    return {
        "sector": SECTORS[round(came / 22.5) % 16],
        "degrees": round(came) % 360,
        "speed": round(hypot(east, north), 1),
    }


def letter(row: Record, files: Mapping[str, File]) -> OwnLetter:
    """A letter as it is answered, with the files that belong to it."""
    told = dict(row)
    late = told["due_at"] is not None and told["at"] > told["due_at"]
    attached = [WindowFile.model_validate(files[name]) for name in told["files"] if name in files]
    return OwnLetter(**told | {"files": attached, "late": late})
