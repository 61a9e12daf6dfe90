"""A value with all that is said of it: HJ 212's letter, reasons with their grades, in words of two languages."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.standing import Span
from ingest.flag import Grade, Qc, grade
from ingest.marks import QC as MARKED
from ingest.validity import hour_of
from service.resources.air.quality import LETTER_OF, WORDS
from sql.queries import Record

HOUR = timedelta(hours=1)
CALIBRATION: dict[str, Any] = {"reason": "calibration", "grade": "fail", "zh": "校准", "en": "calibration"}
MARK: dict[str, Any] = {
    "mn": "010000A8900016F000169DC0",
    "kind": "calibration",
    "from": "2026-11-20T02:00:00+00:00",
    "to": "2026-11-20T02:30:00+00:00",
    "reason": "零点校准",
}


class Mark(NamedTuple):
    """What kind of mark was in force when."""

    kind: str
    span: Span


class Finding(BaseModel):
    """Why a value is not simply good."""

    model_config = ConfigDict(json_schema_extra={"examples": [CALIBRATION]})

    reason: Annotated[str, Field(description="as `GET /quality` lists them")]
    grade: Grade
    zh: str
    en: str


class OwnMark(BaseModel):
    """A time in which what a monitor sends is no evidence; `to` is null while it lasts."""

    model_config = ConfigDict(json_schema_extra={"examples": [MARK]})

    mn: str
    kind: Annotated[str, Field(description="`stop`, `maintenance`, `calibration`, `fault` …")]
    from_at: Annotated[datetime, Field(alias="from")]
    to: datetime | None
    reason: str


def findings(codes: Iterable[int]) -> list[dict[str, str]]:
    """Each reason that is none of GOOD once, with its grade and words."""
    return [finding(code) for code in sorted(set(codes) - {Qc.GOOD})]


def finding(code: int) -> dict[str, str]:
    """A reason with its grade and words; one that this version does not know by its number."""
    name = Qc(code).name.lower() if code in WORDS else f"code_{code}"
    zh, en = WORDS.get(code, (name, name))
    return {"reason": name, "grade": grade(code).value, "zh": zh, "en": en}


def letter(code: int) -> str | None:
    """HJ 212's letter, None for what our own checks say."""
    return LETTER_OF.get(Qc(code)) if code in WORDS else None


def reasons(gate: int, found: Iterable[int], marks: Iterable[str]) -> list[dict[str, str]]:
    """What is wrong with a value: the gate's reason, else a mark's, and what was found of it."""
    of_marks = {int(MARKED[kind]) for kind in marks if kind in MARKED} if gate == Qc.GOOD else set()
    return findings({gate, *of_marks, *found})


def told_marks(rows: Iterable[Record], names: dict[int, str]) -> list[dict[str, Any]]:
    """Marks as they are told; `names` are the MNs by number."""
    return [
        {
            "mn": names[row["device"]],
            "kind": row["kind"],
            "from": row["start_at"],
            "to": row["end_at"],
            "reason": row["reason"],
        }
        for row in rows
    ]


def span_of_mark(row: Record) -> Span:
    """When a mark is in force."""
    return Span(row["start_at"], row["end_at"])


def marks_by_hour(rows: Iterable[Record], first: datetime, to: datetime) -> dict[tuple[int, datetime], list[Mark]]:
    """The marks that are in force in each hour of a span, by monitor and hour."""
    by_hour: dict[tuple[int, datetime], list[Mark]] = {}
    for row in rows:
        mark = Mark(row["kind"], span_of_mark(row))
        hour, end = hour_of(max(row["start_at"], first)), min(row["end_at"] or to, to)
        while hour < end:
            by_hour.setdefault((row["device"], hour), []).append(mark)
            hour += HOUR
    return by_hour
