"""A budget of alarms: the threshold that keeps to it, and what is counted as alarm and as found."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import injection
from alerts.alert import Alert, Stay
from alerts.budget import FACTORS, Point, Proposal, Runs, Tally, keeping, propose, scaled, tally, unconfirmed
from alerts.detector.tuning import DEFAULT
from alerts.injection import TOLERANCE, Touch
from alerts.trial import Outcome, Scope, Trial, run, scope
from tests.support.hotspot import hotspot
from tests.support.loop import PRIMED
from tests.support.scenario import EMISSIONS, MINUTES, START, write_scenario

FIRST = round(START.timestamp()) // 60
DAYS = 4
HERE = Scope(("pm25",), ("grid",), frozenset())
CELL, BESIDE = (3, 4), (3, 5)


def at(minute: int) -> datetime:
    """The end of a minute number."""
    return datetime.fromtimestamp((minute + 1) * 60, UTC)


def alert(minute: int, *cells: tuple[int, int], minutes: int = 30, **changed: object) -> Alert:
    """Decided in a minute number."""
    stays = tuple(Stay(*cell, at(minute), at(minute + minutes)) for cell in cells or (CELL,))
    end = at(minute + minutes)
    return hotspot(**{"id": f"A{minute}", "opened_at": at(minute), "closed_at": end, "cells": stays, **changed})


def touch(snr: float, cell: tuple[int, int] = CELL, first: int = FIRST, last: int = FIRST + 20) -> Touch:
    return Touch(cell, first, last, snr)


def runs(alarms: dict[float, int]) -> tuple[list[float], Runs]:
    """A detector that gives so many alerts in DAYS days at the lowest threshold not above the one it is asked for."""
    asked: list[float] = []

    def all_of(trials: Sequence[Trial]) -> list[Outcome]:
        outcomes = []
        for trial in trials:
            factor = trial.tuning.grid.numbers.threshold / DEFAULT.grid.numbers.threshold
            count = alarms[max(step for step in alarms if step <= factor + 0.01)]
            found = [alert(FIRST + 100 * i, (i, 0)) for i in range(count)]
            if trial.pollutants is None:
                asked.append(round(factor, 2))
            outcomes.append(Outcome(tuple(found), range(FIRST, FIRST + DAYS * 1440), ()))
        return outcomes

    return asked, all_of


def proposal(alarms: dict[float, int], budget: float) -> tuple[Proposal, list[float]]:
    asked, all_of = runs(alarms)
    return propose(Trial(Path(), DEFAULT, ("pm25",)), HERE, budget, all_of), asked


def test_the_threshold_keeps_to_the_budget_and_is_no_higher_than_it_must_be() -> None:
    found, asked = proposal({0: 40, 1.5: 12, 2: 2}, 3)
    assert found.chosen is not None
    assert found.chosen.alarms == 12 / DAYS
    assert found.chosen.tuning.grid.numbers.threshold == pytest.approx(DEFAULT.grid.numbers.threshold * 1.56, abs=0.05)
    assert found.chosen.tuning == scaled(DEFAULT, found.chosen.factor, ["grid"])
    assert found.current.alarms == 40 / DAYS
    assert found.current.tuning == DEFAULT
    # a threshold has three digits, so its factor is known to about a hundredth
    assert sorted(asked) == pytest.approx([point.factor for point in found.points], abs=0.02)
    assert len(asked) == len(FACTORS) + 3


def test_a_threshold_under_which_alerts_melt_into_one_is_not_taken_for_a_quiet_one() -> None:
    found, _ = proposal({0: 1, 0.7: 40, 1.2: 4}, 1)
    assert found.chosen is not None
    assert found.chosen.factor > 1


def test_a_budget_out_of_reach_has_no_threshold_and_one_that_is_kept_anyway_changes_nothing() -> None:
    assert proposal({0: 40}, 3)[0].chosen is None
    found, _ = proposal({0: 4}, 3)
    assert found.chosen == found.current


def test_where_a_lower_threshold_finds_more_it_is_taken() -> None:
    _, all_of = runs({0: 4})

    def better_below(trials: Sequence[Trial]) -> list[Outcome]:
        low = [trial.tuning.grid.numbers.threshold < 0.6 * DEFAULT.grid.numbers.threshold for trial in trials]
        seen = (alert(FIRST + 5, (99, 0)),)
        made = [
            outcome._replace(footprints=((touch(4, (99, 0)),),), alerts=seen if is_low else ())
            for outcome, is_low in zip(all_of(trials), low, strict=True)
        ]
        return [one._replace(alerts=()) if t.pollutants is None else one for one, t in zip(made, trials, strict=True)]

    chosen = propose(Trial(Path(), DEFAULT, ("pm25",)), HERE, 3, better_below).chosen
    assert chosen is not None
    assert (chosen.factor, chosen.weak) == (FACTORS[0], Tally(1, 1))


def test_only_profiles_in_use_get_another_threshold() -> None:
    changed = scaled(DEFAULT, 2, ["fence"])
    assert changed.grid == DEFAULT.grid
    assert changed.fence.numbers.threshold == 2 * DEFAULT.fence.numbers.threshold
    assert changed.fence._replace(numbers=DEFAULT.fence.numbers) == DEFAULT.fence


def test_every_hotspot_counts_that_no_finding_confirms_and_nothing_else() -> None:
    today = [alert(FIRST, id="true"), alert(FIRST + 200, id="open")]
    others = [alert(FIRST + 3, id="earlier"), alert(FIRST + 202), alert(FIRST, BESIDE, id="new")]
    rule = alert(FIRST, kind="offline")
    assert [one.id for one in unconfirmed([*others, rule], today, {"true"})] == [f"A{FIRST + 202}", "new"]


def test_alarms_of_the_first_days_do_not_count(tmp_path: Path) -> None:
    early, late = alert(FIRST - 10), alert(FIRST + 10)

    def all_of(trials: Sequence[Trial]) -> list[Outcome]:
        return [Outcome((early, late), range(FIRST, FIRST + 1440), ()) for _ in trials]

    assert propose(Trial(tmp_path, DEFAULT, ("pm25",)), HERE, 9, all_of).current.alarms == 1


def test_an_emission_is_found_by_an_alert_that_is_not_there_without_it() -> None:
    assert tally([[touch(4)]], [], [], [alert(FIRST + 5)]) == (Tally(1, 1), Tally(0, 0))
    assert tally([[touch(8)]], [], [], [alert(FIRST + 20 + TOLERANCE)]) == (Tally(0, 0), Tally(1, 1))
    missed = Tally(0, 1)
    for injected in ([], [alert(FIRST - 1)], [alert(FIRST + 21 + TOLERANCE)], [alert(FIRST + 5, BESIDE)]):
        assert tally([[touch(4)]], [], [], injected)[0] == missed
    assert tally([[touch(4)]], [], [alert(FIRST + 8)], [alert(FIRST + 5)])[0] == missed
    assert tally([[touch(4)]], [], [], [alert(FIRST + 5, kind="offline")])[0] == missed


def test_where_the_recording_is_in_alarm_anyway_nothing_is_counted() -> None:
    today = [alert(FIRST - 20)]
    assert tally([[touch(9)]], today, today, today) == (Tally(0, 0), Tally(0, 0))
    beside = [touch(9), touch(4, BESIDE)]  # judged by what is seen of it elsewhere
    assert tally([beside], today, today, [*today, alert(FIRST + 5, BESIDE)]) == (Tally(1, 1), Tally(0, 0))
    assert tally([[touch(2.9)]], [], [], [alert(FIRST + 5)]) == (Tally(0, 0), Tally(0, 0))


def test_the_share_of_none_is_no_number() -> None:
    point = Point(1, DEFAULT, 0, Tally(1, 2), Tally(3, 4), ())
    assert point.all == Tally(4, 6)
    assert str(Tally(0, 0).share) == "nan"
    assert keeping([point], 0) == [point]


def test_a_trial_finds_strong_emissions_put_into_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injection, "A_DAY", 0.6)
    folder = write_scenario(tmp_path / "scenario")
    here = scope(folder, DEFAULT)
    assert here == Scope(("pm25",), ("grid",), frozenset())
    trial = Trial(folder, DEFAULT, ("pm25",), seed=3)
    plain, injected = run(trial._replace(pollutants=None)), run(trial)
    assert plain.counted == injected.counted == range(FIRST + PRIMED, FIRST + MINUTES)
    assert len(plain.alerts) <= len(EMISSIONS)
    assert all(one.opened_at >= START + timedelta(minutes=EMISSIONS[0][0]) for one in plain.alerts)
    assert plain.footprints == ()
    assert run(trial).footprints == injected.footprints != run(trial._replace(seed=4)).footprints
    weak, strong = tally(injected.footprints, plain.alerts, plain.alerts, injected.alerts)
    assert strong.of > 0
    assert strong.found == strong.of
    assert weak.of <= len(injected.footprints)


def test_findings_with_an_enterprise_confirm(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path / "scenario")
    (folder / "findings.csv").write_text(
        "alert_id,at,enterprise_id,cause,note\n"
        "A1,2024-11-03T08:00:00+08:00,NEAR,dust,\n"
        "A2,2024-11-03T08:00:00+08:00,,nothing,\n"
    )
    assert scope(folder, DEFAULT).confirmed == {"A1"}
