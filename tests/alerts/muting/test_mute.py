"""What a mute covers: no more than it names, and never what nobody may hide."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.kind import KINDS
from alerts.muting.holding import area_of
from alerts.muting.mute import NEVER, Mute, covers
from tests.support.muted import HOUR, NOW, box, middle, subject

OWNERS = {"MN1": "E0001"}


def _mute(**changed: Any) -> Mute:
    told: dict[str, Any] = {
        "mute_id": 1,
        "scope": "cell",
        "place": "2-3",
        "area": None,
        "kinds": frozenset(),
        "pollutants": frozenset(),
        "start": NOW,
        "end": NOW + HOUR,
        "planned_works": False,
    }
    return Mute(**(told | changed))


def _polygon(*cell: int) -> Mute:
    ring = box(*cell)["coordinates"]
    return _mute(scope="polygon", place="", area=area_of(f'{{"type": "Polygon", "coordinates": {ring}}}'))


def test_mute_holds_from_its_start_to_its_end_and_no_longer() -> None:
    mute = _mute()
    assert not mute.holds_at(NOW - timedelta(seconds=1))
    assert mute.holds_at(NOW)
    assert mute.holds_at(NOW + HOUR - timedelta(seconds=1))
    assert not mute.holds_at(NOW + HOUR)
    assert not covers(mute, subject(), OWNERS, NOW + HOUR)


def test_mute_that_was_ended_early_is_over_then() -> None:
    mute = _mute(ended=NOW + HOUR / 2)
    assert mute.holds_at(NOW + HOUR / 2 - timedelta(seconds=1))
    assert not mute.holds_at(NOW + HOUR / 2)


def test_cell_is_where_the_alert_was_found_first_or_its_source_is_estimated() -> None:
    assert covers(_mute(place="2-3"), subject(), OWNERS, NOW)
    assert not covers(_mute(place="3-3"), subject(), OWNERS, NOW)
    lon, lat = middle(7, 7)
    assert covers(_mute(place="7-7"), subject(lon=lon, lat=lat), OWNERS, NOW)


def test_plume_that_reaches_a_muted_cell_is_not_hidden_by_it() -> None:
    stays = [{"ix": ix, "iy": 3, "from": NOW.isoformat(), "to": None} for ix in (5, 4, 2)]
    lon, lat = middle(6, 3)
    assert not covers(_mute(place="2-3"), subject(cells=stays, lon=lon, lat=lat), OWNERS, NOW)


def test_polygon_covers_the_estimated_source_or_the_middle_of_any_cell() -> None:
    stays = [{"ix": ix, "iy": 3, "from": NOW.isoformat(), "to": None} for ix in (5, 4)]
    lon, lat = middle(7, 7)
    found = subject(cells=stays, lon=lon, lat=lat)
    assert covers(_polygon(7, 7), found, OWNERS, NOW)
    assert covers(_polygon(4, 3), found, OWNERS, NOW)
    assert not covers(_polygon(3, 3), found, OWNERS, NOW)


def test_device_is_the_one_that_found_it() -> None:
    evidence = {"lead": "S1", "devices": ["S1", "S2"]}
    assert covers(_mute(scope="device", place="S1"), subject(evidence=evidence), OWNERS, NOW)
    assert not covers(_mute(scope="device", place="S2"), subject(evidence=evidence), OWNERS, NOW)
    assert covers(_mute(scope="device", place="MN1"), subject(kind="exceedance", source="MN1"), OWNERS, NOW)


def test_enterprise_is_the_first_candidate_or_the_owner_of_the_monitor_that_found_it() -> None:
    of = _mute(scope="enterprise", place="E0001")
    two = [{"enterprise_id": "E0002", "score": 0.5}, {"enterprise_id": "E0001", "score": 0.4}]
    assert covers(of, subject(candidates=two[1:]), OWNERS, NOW)
    assert not covers(of, subject(candidates=two), OWNERS, NOW)
    assert covers(of, subject(candidates=two, evidence={"lead": "MN1"}), OWNERS, NOW)
    assert covers(of, subject(kind="exceedance", source="MN1", candidates=[]), OWNERS, NOW)


def test_of_enterprises_that_are_equally_likely_none_is_the_first() -> None:
    side_by_side = [{"enterprise_id": "E0001", "score": 0.5}, {"enterprise_id": "E0002", "score": 0.5}]
    assert not covers(_mute(scope="enterprise", place="E0001"), subject(candidates=side_by_side), OWNERS, NOW)


def test_kinds_and_pollutants_narrow_it() -> None:
    assert covers(_mute(kinds=frozenset({"hotspot"})), subject(), OWNERS, NOW)
    assert not covers(_mute(kinds=frozenset({"park"})), subject(), OWNERS, NOW)
    assert covers(_mute(pollutants=frozenset({"pm25", "pm10"})), subject(), OWNERS, NOW)
    assert not covers(_mute(pollutants=frozenset({"no2"})), subject(), OWNERS, NOW)


def test_pollutant_that_was_not_named_is_not_hidden_behind_one_that_was() -> None:
    mute = _mute(pollutants=frozenset({"pm25"}))
    assert not covers(mute, subject(pollutants=["pm25", "no2"]), OWNERS, NOW)


def test_legal_limit_is_muted_by_who_exceeds_it_and_never_by_a_place_on_the_map() -> None:
    exceedance = subject(kind="exceedance", source="MN1")
    assert covers(_mute(scope="device", place="MN1"), exceedance, OWNERS, NOW)
    assert not covers(_mute(place="2-3"), exceedance, OWNERS, NOW)
    assert not covers(_polygon(2, 3), exceedance, OWNERS, NOW)


@pytest.mark.parametrize("kind", sorted(NEVER))
def test_notice_of_the_whole_district_and_drill_are_never_muted(kind: str) -> None:
    everywhere = [_mute(), _polygon(2, 3), _mute(scope="enterprise", place="E0007"), _mute(scope="device", place="2-3")]
    assert kind in KINDS
    assert not any(covers(mute, subject(kind=kind), OWNERS, NOW) for mute in everywhere)


def test_outage_of_the_whole_district_is_never_muted() -> None:
    assert not covers(_mute(), subject(kind="offline", source="district"), OWNERS, NOW)
