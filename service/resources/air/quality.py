"""What the words in `qc` mean: every reason and its grade."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from ingest.flag import LETTERS, Grade, Qc, grade
from service.parameters import Strict
from service.resources import API

router = APIRouter(prefix=API, tags=["stations"])

EXAMPLE: dict[str, Any] = {
    "reason": "calibration",
    "grade": "fail",
    "letter": "C",
    "zh": "校准",
    "en": "calibration",
}
LETTER_OF = {code: letter for letter, code in LETTERS.items()}
WORDS: dict[int, tuple[str, str]] = {
    Qc.GOOD: ("正常", "good"),
    Qc.STOPPED: ("停运", "stopped"),
    Qc.MAINTENANCE: ("维护", "maintenance"),
    Qc.MANUAL: ("手工输入", "set by hand"),
    Qc.FAULT: ("设备故障", "instrument fault"),
    Qc.CALIBRATION: ("校准", "calibration"),
    Qc.OVER_RANGE: ("超量程上限", "above the measuring range"),
    Qc.COMMUNICATION: ("仪器通讯异常", "no contact with the instrument"),
    Qc.STARTUP: ("启动", "start-up"),
    Qc.IMPLAUSIBLE: ("数值不可能", "impossible value"),
    Qc.UNKNOWN: ("未带标记", "sent without a flag"),
    Qc.BEYOND_SPAN: ("超出量程", "beyond the span"),
    Qc.STEP: ("突变", "sudden step"),
    Qc.SPIKE: ("尖峰", "spike"),
    Qc.FLAT: ("恒值", "flat line"),
    Qc.NOISE: ("噪声过大", "too noisy"),
    Qc.CROSSED: ("PM2.5 高于 PM10", "PM2.5 above PM10"),
    Qc.HUMID: ("湿度过高", "too humid"),
    Qc.DRIFT: ("漂移", "drift"),
    Qc.STACKED: ("点位重叠", "same place as another device"),
    Qc.CLOCK: ("时钟偏差", "clock wrong"),
}
"""What each reason is called, in Chinese and English."""


class Reason(BaseModel):
    """Why a value is not simply good; `letter` is HJ 212's, null for our own checks."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    reason: str
    grade: Grade
    letter: str | None
    zh: str
    en: str


class Reasons(BaseModel):
    """A value that was not sent is `missing` whatever its reason; good and suspect ones count for means."""

    reasons: list[Reason]


REASONS = Reasons(
    reasons=[
        Reason(
            reason=code.name.lower(),
            grade=grade(code),
            letter=LETTER_OF.get(code),
            zh=WORDS[code][0],
            en=WORDS[code][1],
        )
        for code in Qc
    ]
)


@router.get("/quality", operation_id="listReasons", summary="质控原因与级别 · reasons and their grades")
async def list_reasons(_: Annotated[Strict, Query()]) -> Reasons:
    """The grades are named as QARTOD's primary flags: good, unknown, suspect, fail, missing."""
    return REASONS
