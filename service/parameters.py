"""The types of query and path parameters: what does not fit is refused with its name."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from ingest.channel import COLUMN, FACTOR, POLLUTANTS
from ingest.grid import Cell

# In a query string an unescaped + is a blank; before an offset it can have been nothing else.
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+ -]\d\d:\d\d)")
_FIRST_YEAR, _LAST_YEAR = 1990, 2199
_WORD, _MOST_WORDS = r"[a-z][a-z0-9_-]{0,31}", 20


class Strict(BaseModel):
    """The query parameters of a route; one that it does not have is refused, not overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _instant(text: object) -> datetime:
    match = _RFC3339.fullmatch(str(text))
    if not match:
        raise ValueError("must be a time with an offset (RFC 3339), for example 2026-11-21T08:00:00+08:00")
    day, clock, offset = match.groups()
    at = datetime.fromisoformat(f"{day}T{clock}{offset.replace(' ', '+').upper()}")
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(f"must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return at


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T08:00:00+08:00"]}),
]


def _day(text: object) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(text), re.ASCII):
        raise ValueError("must be a day, for example 2026-11-21")
    day = date.fromisoformat(str(text))
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


Day = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-21"]})
]


def cell_of(text: str) -> Cell:
    """The cell of `ix-iy`; raises ValueError where it is none."""
    match = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text, re.ASCII)
    if not match:
        raise ValueError("must be a cell ix-iy, for example 12-34")
    return int(match[1]), int(match[2])


def _cell(text: str) -> str:
    cell_of(text)
    return text


# As text: FastAPI would take a tuple for a parameter that is given several times.
CellKey = Annotated[str, AfterValidator(_cell), WithJsonSchema({"type": "string", "examples": ["12-34"]})]
CellIndex = Annotated[int, Field(ge=0, lt=100_000)]


def _minutes(text: object) -> int:
    match = re.fullmatch(r"(\d{1,4})(m|h)", str(text), re.ASCII)
    minutes = int(match[1]) * (60 if match[2] == "h" else 1) if match else 0
    if not 1 <= minutes <= 24 * 60:
        raise ValueError("must be whole minutes or hours between 1m and 24h, for example 5m or 1h")
    return minutes


Step = Annotated[
    int,
    BeforeValidator(_minutes),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,4}[mh]$", "examples": ["1m", "5m", "1h"]}),
]


def _judged(name: str) -> str:
    if name not in POLLUTANTS and not FACTOR.fullmatch(name):
        wrong = "is not a pollutant" if name in COLUMN else "is unknown"
        raise ValueError(f"{wrong}; there are {', '.join(POLLUTANTS)} and HJ 212 air codes such as a24088")
    return name


PollutantName = Annotated[
    str, AfterValidator(_judged), WithJsonSchema({"type": "string", "examples": ["pm25", "a24088"]})
]


def _words(told: list[str]) -> list[str]:
    words = sorted({word for text in told for word in text.split(",")})
    if len(words) > _MOST_WORDS or not all(re.fullmatch(_WORD, word) for word in words):
        raise ValueError(f"must be at most {_MOST_WORDS} words of a-z, 0-9, _ and -, for example hotspot,fault")
    return words


# Judged as a whole, so that what is wrong is named by the parameter and not by a place in it.
Words = Annotated[
    list[str],
    AfterValidator(_words),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "examples": [["hotspot"], ["hotspot", "fault"]]}),
]
EventNumber = Annotated[int, Field(ge=0, lt=2**63)]
