"""What an alert rests on, as the API describes it: enough to draw it and to argue about it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

EXAMPLE: dict[str, Any] = {
    "id": "hotspot-pm25-20261121T0012Z-10-7",
    "kind": "hotspot",
    "profile": "grid",
    "pollutant": "pm25",
    "pollutants": ["pm25", "pm10"],
    "source": "10-7",
    "status": "open",
    "severity": 3,
    "opened_at": "2026-11-21T00:12:00+00:00",
    "closed_at": None,
    "cells": [{"ix": 10, "iy": 7, "from": "2026-11-21T00:12:00+00:00", "to": None}],
    "lon": 120.073951,
    "lat": 31.697418,
    "peak_at": "2026-11-21T00:16:00+00:00",
    "peak_value": 271.8,
    "background": 50.1,
    "excess": 221.7,
    "score": 9.7,
    "candidates": [{"enterprise_id": "E0007", "score": 0.6108}],
    "attribution": "wind",
    "detector": "hotgrid-2",
    "late": False,
    "evidence": {
        "value": 127.1,
        "background": 47.9479,
        "excess": 79.1521,
        "score": 5.891,
        "lead": "MS0062",
        "devices": ["MS0054", "MS0062"],
        "neighbours": 3,
        "neighbour_ids": ["MS0061", "MS0063", "MS0073"],
        "qc": {
            "flag": "good",
            "repeated": 0,
            "gap_min": 0,
            "sd": 0.0463,
            "roughness": 0.0678,
            "suspected_step": False,
        },
        "triage": {"verdict": "hotspot", "sign": "hotspot", "usable_neighbours": 3},
        "severity": [["2026-11-21T00:12:00+00:00", 1], ["2026-11-21T00:16:00+00:00", 3]],
        "pollutants": {
            "pm25": {
                "value": 271.8,
                "background": 50.1273,
                "excess": 221.6727,
                "score": 9.7,
                "device": "MS0054",
                "at": "2026-11-21T00:16:00+00:00",
            },
            "pm10": {
                "value": 402.3,
                "background": 81.2,
                "excess": 321.1,
                "score": 9.1,
                "device": "MS0054",
                "at": "2026-11-21T00:16:00+00:00",
            },
        },
        "wind": [1.43, -0.92],
        "nobody_registered": 0.1204,
        "source": {"lon": 120.073951, "lat": 31.697418, "within_m": 204.1, "registered": True},
    },
}


class Condition(BaseModel):
    """What speaks for or against the device itself; a value with a flag other than `good` is no evidence."""

    model_config = ConfigDict(extra="allow")

    flag: str
    repeated: Annotated[int, Field(description="times that the value before was sent again")]
    gap_min: Annotated[int, Field(description="minutes without a value before this one")]
    sd: Annotated[float, Field(description="usual scatter, log units")]
    roughness: Annotated[float, Field(description="scatter from one value to the next, log units")]
    suspected_step: bool


class Peak(BaseModel):
    """Where and when a pollutant was highest above its background; concentrations in the pollutant's unit."""

    model_config = ConfigDict(extra="allow")

    value: float
    background: float
    excess: float
    score: float
    device: str
    at: datetime


class Likely(BaseModel):
    """Where the source is likely to be; not `registered`: rather nobody of the registry than any of it."""

    lon: float
    lat: float
    within_m: Annotated[float, Field(description="radius that most likely holds it, m")]
    registered: bool


class Triage(BaseModel):
    """Whether a fault of the device `lead` may have made the alarm."""

    verdict: Literal["hotspot", "unsure"]
    sign: Annotated[str, Field(description="`hotspot`, or of a fault: `stuck`, `noisy`, `lonely`, `few_neighbours`")]
    usable_neighbours: int


Span = tuple[datetime, Annotated[int, Field(ge=1, le=4)]]


class Evidence(BaseModel):
    """What the alert rests on. A hotspot has the fields from `value` on; what a rule found has its `sign`, the figures
    of that sign by their names, and where a registry's unit is meant the `unit`. There may be more fields."""

    model_config = ConfigDict(extra="allow")

    sign: Annotated[str, Field(description="what a rule found, in a word: `hour_mean`, `stuck`, `silent` …")] = ""
    unit: Annotated[str, Field(description="of the figures of a rule")] = ""
    value: Annotated[float | None, Field(description="that the decision rested on, of the device `lead`")] = None
    background: float | None = None
    excess: float | None = None
    score: float | None = None
    lead: Annotated[str | None, Field(description="the device that opened it")] = None
    devices: Annotated[list[str] | int | None, Field(description="that were ever in it")] = None
    neighbours: Annotated[int | None, Field(description="usable ones, that made the background")] = None
    neighbour_ids: Annotated[list[str], Field(description="the same by name, nearest first")] = []
    qc: Annotated[Condition | None, Field(description="of the device `lead` when it opened the alert")] = None
    triage: Annotated[Triage | None, Field(description="of the device `lead` when it opened the alert")] = None
    severity: Annotated[list[Span], Field(description="every step up and down: since when, what")] = []
    pollutants: Annotated[dict[str, Peak], Field(description="the peak of each")] = {}
    wind: Annotated[list[float] | None, Field(description="m/s, east and north, where it blows to")] = None
    nobody_registered: Annotated[float | None, Field(description="probability that it is nobody of the registry")] = (
        None
    )
    source: Annotated[Likely | None, Field(description="null without an answer of the wind")] = None
