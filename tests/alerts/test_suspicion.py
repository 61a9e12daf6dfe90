"""What speaks for or against an enterprise beside the wind."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.suspicion import BOUNDS, CAUGHT, CLEARED, FADES, from_findings, from_monitors, weights
from ingest.registry import Finding

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def finding(alert: str, enterprise: str | None, ago: timedelta) -> Finding:
    return Finding(alert_id=alert, at=NOW - ago, enterprise_id=enterprise, cause="emission" if enterprise else "none")


def test_a_monitor_in_excess_accuses_a_quiet_one_clears_a_silent_one_says_nothing() -> None:
    seen = {"LOUD": 8.0, "QUIET": -1.0, "SILENT": math.nan}
    factors = from_monitors(seen, ["LOUD", "QUIET", "SILENT", "WITHOUT"])
    assert factors.tolist() == [CAUGHT, CLEARED, 1.0, 1.0]


def test_more_excess_never_accuses_less() -> None:
    z = np.linspace(-5, 10, 61)
    factors = from_monitors({str(i): v for i, v in enumerate(z.tolist())}, [str(i) for i in range(61)])
    assert (np.diff(factors) >= 0).all()
    assert np.diff(factors).max() < 2.0  # no cliff


def test_each_finding_adds_one_and_fades() -> None:
    findings = [finding("A1", "E1", timedelta(0)), finding("A2", "E1", FADES), finding("A3", None, timedelta(0))]
    assert from_findings(findings, ["E1", "E2"], NOW) == pytest.approx([2.5, 1.0])


def test_what_is_found_later_or_was_corrected_does_not_count() -> None:
    corrected = [finding("A1", "E1", timedelta(hours=5)), finding("A1", "E2", timedelta(hours=4))]
    later = finding("A2", "E1", -timedelta(minutes=1))
    factors = from_findings([*corrected[::-1], later], ["E1", "E2"], NOW)
    assert factors[0] == 1.0
    assert factors[1] == pytest.approx(2.0, abs=0.01)


def test_an_enterprise_that_is_gone_is_passed_over() -> None:
    assert from_findings([finding("A1", "GONE", timedelta(0))], ["E1"], NOW).tolist() == [1.0]


def test_all_reasons_together_stay_within_bounds() -> None:
    assert weights(np.array([5.0, 0.5, 5.0]), np.array([1.0, 1.0, 90.0])).tolist() == [5.0, 0.5, BOUNDS[1]]
