"""Judging values as evidence: pure checks over arrays, each naming its reason."""

from ingest.quality.drift import Drift, drift, neighbours
from ingest.quality.hour import CONTEXT, Window, judge_hour
from ingest.quality.humidity import CORRECTION, corrected
from ingest.quality.plausible import MONITOR_RANGE, implausible, judge, judge_monitors
from ingest.quality.stacked import STACKED_M, stacked
from ingest.quality.thresholds import Limits, Thresholds, ThresholdsError, shipped

__all__ = [
    "CONTEXT",
    "CORRECTION",
    "MONITOR_RANGE",
    "STACKED_M",
    "Drift",
    "Limits",
    "Thresholds",
    "ThresholdsError",
    "Window",
    "corrected",
    "drift",
    "implausible",
    "judge",
    "judge_hour",
    "judge_monitors",
    "neighbours",
    "shipped",
    "stacked",
]
