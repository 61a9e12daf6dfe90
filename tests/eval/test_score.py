"""What is found, false, lumped and fragmented is counted as such."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.eval.claim import ClaimError, parse, read_claims
from tests.eval.score import Metrics, metrics, pool, tally
from tests.eval.truth import Truth, read_truth

START = datetime(2026, 11, 1, tzinfo=UTC)
LON, LAT = 120.02, 31.66
MINUTES, WARM = 2 * 1440, 1440
T0 = 2000
LATER = 2300


def _event(number: int, t0: int, cell: int, snr: float = 8.0) -> dict[str, Any]:
    """An emission of an hour from E001 that stands at one station."""
    touched = {f"S{cell}": [t0 + 5, t0 + 60]}
    place = {"lon": LON + 0.003 + 0.00526 * cell, "lat": LAT + 0.002}
    about = {"enterprise_id": "E001", "snr": snr, "t_detectable": t0 + 9, "touched": touched}
    return {"id": number, "t0": t0, "t1": t0 + 60, **place, **about}


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    """A street of eight cells, a station each, two strong emissions at once, a weak one, and a strong one later."""
    (tmp_path / "grid.csv").write_text(f"cell_m,epsg,lon0,lat0,nx,ny\n500,4549,{LON},{LAT},8,1\n")
    stations = "".join(f"S{i},micro,{LON + 0.003 + 0.00526 * i},{LAT + 0.002}\n" for i in range(8))
    (tmp_path / "stations.csv").write_text("station_id,kind,lon,lat\n" + stations)
    events = [_event(0, T0, 0), _event(1, T0, 2, snr=4.0), _event(2, T0, 3, snr=2.0), _event(3, LATER, 0)]
    told = {"start": START.isoformat(), "minutes": MINUTES, "warm_minutes": WARM, "events": events}
    told |= {"faults": [["S7", 3, T0, T0 + 12], ["S6", 1, T0, T0 + 12]], "episodes": [[LATER, LATER + 100]]}
    (tmp_path / "truth.json").write_text(json.dumps(told))
    return read_truth(tmp_path)


def _alert(number: int, first: int, cells: tuple[int, ...], minutes: int = 30, best: str = "E001") -> dict[str, Any]:
    """An alert of some cells that the minute `first` decides."""
    opened, closed = ((START + timedelta(minutes=minute + 1)).isoformat() for minute in (first, first + minutes))
    stays = [{"ix": ix, "iy": 0, "from": opened, "to": closed} for ix in cells]
    about = {"lon": LON + 0.003, "lat": LAT + 0.002, "candidates": [{"enterprise_id": best, "score": 0.9}]}
    return {"id": number, "kind": "hotspot", "opened_at": opened, "closed_at": closed, "cells": stays, **about}


def _scored(truth: Truth, *alerts: dict[str, Any]) -> Metrics:
    return metrics(pool([tally(truth, [claim for alert in alerts if (claim := parse(alert, truth))])]))


def test_without_alerts_nothing_is_found_and_nothing_is_false(truth: Truth) -> None:
    figures = _scored(truth)
    assert (figures["events"], figures["found"], figures["false_alarms"]) == (3, 0, 0)
    assert figures["precision"] is None


def test_an_alert_in_the_plume_finds_its_emission(truth: Truth) -> None:
    figures = _scored(truth, _alert(1, T0 + 12, (0,)))
    assert (figures["found"], figures["true_alerts"], figures["false_alarms"]) == (1, 1, 0)
    assert figures["minutes_to_detect"]["p50"] == 13, "to the end of the deciding minute"
    assert figures["minutes_after_detectable"]["p50"] == 3
    assert figures["location_error_m"]["p50"] < 1
    assert (figures["top1"], figures["top3"]) == (1, 1)
    assert figures["false_minute_share"] == 0


def test_ten_minutes_after_the_plume_it_still_counts_later_it_is_false(truth: Truth) -> None:
    assert _scored(truth, _alert(1, T0 + 70, (0,)))["found"] == 1
    late = _scored(truth, _alert(1, T0 + 71, (0,)))
    assert (late["found"], late["false_alarms"], late["precision"]) == (0, 1, 0)


def test_false_alarms_are_told_from_faults_and_fronts(truth: Truth) -> None:
    figures = _scored(truth, _alert(1, T0 + 12, (7,)), _alert(2, T0 + 12, (6,)), _alert(3, LATER + 20, (5,)))
    assert figures["false_alarms"] == 3
    assert (figures["false_alarms_on_fault"], figures["false_alarms_in_episode"]) == (1, 1), "a gap is no such fault"
    assert figures["false_alarms_per_1000_cell_days"] == pytest.approx(1000 * 3 / 8)
    assert figures["false_minute_share"] == pytest.approx(90 / (8 * 1440))


def test_one_alert_for_two_emissions_is_lumping(truth: Truth) -> None:
    figures = _scored(truth, _alert(1, T0 + 12, (0, 1, 2)))
    assert (figures["found"], figures["events_per_true_alert"], figures["alerts_per_event"]) == (2, 2, 1)
    assert figures["false_onsets_per_1000_station_days"] == pytest.approx(1000 / 8)
    assert figures["pod_by_snr"]["3-6"] == {"events": 1, "found": 1, "pod": 1}


def test_two_alerts_for_one_emission_are_fragments(truth: Truth) -> None:
    figures = _scored(truth, _alert(1, T0 + 12, (0,), 5), _alert(2, T0 + 40, (0,), 5))
    assert (figures["found"], figures["true_alerts"], figures["alerts_per_event"]) == (1, 2, 2)


def test_an_emission_too_weak_to_count_makes_its_alert_true_all_the_same(truth: Truth) -> None:
    figures = _scored(truth, _alert(1, T0 + 12, (3,)))
    assert (figures["found"], figures["events"], figures["false_alarms"]) == (0, 3, 0)


def test_an_alert_of_the_warm_up_counts_for_nothing(truth: Truth) -> None:
    assert _scored(truth, _alert(1, WARM - 1, (5,)))["alerts"] == 0


def test_the_wrong_enterprise_is_not_the_right_one(truth: Truth) -> None:
    figures = _scored(truth, _alert(1, T0 + 12, (0,), best="E002"))
    assert (figures["found"], figures["top1"], figures["top3"]) == (1, 0, 0)


def test_scenarios_pool(truth: Truth) -> None:
    one = tally(truth, [claim for claim in [parse(_alert(1, T0 + 12, (0,)), truth)] if claim])
    figures = metrics(pool([one, tally(truth, [])]))
    assert (figures["found"], figures["events"], figures["cell_days"]) == (1, 6, 16)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"closed_at": START.isoformat()}, "closed_at: before opened_at"),
        ({"cells": []}, "cells: empty"),
        ({"cells": [{"ix": 8, "iy": 0}]}, r"cells\[0\].ix: 8,0 is outside the 8 x 1 grid"),
        ({"opened_at": "yesterday"}, "opened_at: not an ISO 8601 time"),
        ({"candidates": [{"score": 1}]}, r"candidates\[0\].enterprise_id: missing"),
        ({"lon": float("nan")}, "lon: not a number"),
    ],
)
def test_a_line_that_cannot_be_scored_is_named(truth: Truth, tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text(json.dumps(_alert(1, T0, (0,))) + "\n" + json.dumps(_alert(2, T0, (0,)) | change) + "\n")
    with pytest.raises(ClaimError, match=f"alerts.jsonl:2: {told}"):
        read_claims(path, truth)
