"""What the words in `qc` mean: every reason and its grade."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from ingest.flag import LETTERS, Grade, Qc, grade
from service.parameters import Strict
from service.resources import API

router = APIRouter(prefix=API, tags=["stations"])

EXAMPLE: dict[str, Any] = {"reason": "calibration", "grade": "fail", "letter": "C"}
_LETTER_OF = {code: letter for letter, code in LETTERS.items()}


class Reason(BaseModel):
    """Why a value is not simply good; `letter` is HJ 212's, null for our own checks."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    reason: str
    grade: Grade
    letter: str | None


class Reasons(BaseModel):
    """A value that was not sent is `missing` whatever its reason; good and suspect ones count for means."""

    reasons: list[Reason]


REASONS = Reasons(
    reasons=[Reason(reason=code.name.lower(), grade=grade(code), letter=_LETTER_OF.get(code)) for code in Qc]
)


@router.get("/quality", operation_id="listReasons", summary="质控原因与级别 · reasons and their grades")
async def list_reasons(_: Annotated[Strict, Query()]) -> Reasons:
    """The grades are named as QARTOD's primary flags: good, unknown, suspect, fail, missing."""
    return REASONS
