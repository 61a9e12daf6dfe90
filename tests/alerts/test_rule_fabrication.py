"""Invented values are found in time, and strange but honest monitors are left alone."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pytest

from alerts.detector.panel import Panel
from alerts.detector.wind import Breeze
from alerts.rules import fabrication_signs as signs
from alerts.rules.condition import Condition, Seen
from alerts.rules.fabrication import Fabrication
from alerts.rules.fabrication_hours import HOURS, STATS
from alerts.rules.fabrication_rows import rows_of
from alerts.watch import Watch
from ingest.flag import Qc
from ingest.layout import Frame, Layout
from ingest.registry import Registry
from tests.support import fabricated
from tests.support.stacks import DAY, frames, honest, part, plant

DAYS = 8
SINCE = 4 * DAY + 600  # a working day's morning
EACH = 4  # monitors of a kind
KINDS = {
    "constant": fabricated.hold,
    "hugging_limit": fabricated.clip,
    "too_smooth": fabricated.smoothen,
    "replay": fabricated.repeat,
    "last_digit": fabricated.type_in,
    "ratio_break": lambda stacks, since: fabricated.scale(stacks, since, ("nmhc",)),
    "sudden_step_down": fabricated.scale,
    "idle_at_work": fabricated.zero,
}
WITHIN = {  # hours in which most are found, as measured over 60 monitors a kind
    "constant": 12,
    "hugging_limit": 12,
    "too_smooth": 24,
    "replay": 24,
    "last_digit": 24,
    "ratio_break": 24,
    "sudden_step_down": 97,
    "idle_at_work": 24,
}
HONEST = slice(len(KINDS) * EACH + 2, None)
ABSENT, MARKED = len(KINDS) * EACH, len(KINDS) * EACH + 1
N = HONEST.start + 18


class Told(NamedTuple):
    """What was said of a monitor, and when."""

    minute: int
    condition: Condition


def neighbour(registry: Registry) -> Panel:
    """The panel in which the station next to all monitors may rise."""
    return Watch(registry).admit("tvoc", "fence")


def seen(layout: Layout, frame: Frame, panels: Iterable[Panel] = ()) -> Seen:
    """A minute as a watch would show it."""
    clock = round(frame.minute.timestamp()) // 60
    return Seen(layout, frame, list(panels), Breeze(0, 0, False), clock, frame.minute + timedelta(minutes=1))


def occasions() -> list[int]:
    """When the neighbour rises, for 20 minutes each: twice a day or so, never at a fixed hour."""
    rng = np.random.default_rng(3)
    return [int(day * DAY + half * 720 + rng.integers(0, 600)) for day in range(1, DAYS) for half in (0, 1)]


@pytest.fixture(scope="module")
def told() -> list[Told]:
    """All that is said of a district in which some fabricate and most do not."""
    registry, stacks = plant(N), honest(N, DAYS, seed=8)
    for k, fabricate in enumerate(KINDS.values()):
        fabricate(part(stacks, slice(k * EACH, (k + 1) * EACH)), SINCE)
    marked = part(stacks, slice(MARKED, MARKED + 1))
    fabricated.hold(marked, SINCE)
    marked.qc[:, SINCE:] = Qc.CALIBRATION
    times = occasions()
    for at in times:
        for values in part(stacks, slice(ABSENT, ABSENT + 1)).values.values():
            values[:, at - 2 : at + 25] = np.nan
    layout, panel, up = Layout.of(registry), neighbour(registry), {at + i for at in times for i in range(20)}
    place = int(np.flatnonzero(panel.network.order == layout.index["NEXT"])[0])
    rule, said = Fabrication(registry, layout), []
    for minute, frame in enumerate(frames(stacks, layout)):
        panel.state.alarm[place] = minute in up
        said += [Told(minute, condition) for condition in rule.step(seen(layout, frame, [panel]))]
    return said


def found(told: list[Told], monitors: Iterable[int], sign: str) -> Iterator[float]:
    """Hours from the beginning of the fabrication to the sign, one for each monitor where it was found."""
    for i in monitors:
        hours = [
            (one.minute - SINCE) / 60
            for one in told
            if one.condition.source == f"MN{i:04d}" and sign in str(one.condition.evidence["signs"])
        ]
        yield from hours[:1]


@pytest.mark.parametrize("sign", KINDS)
def test_what_is_invented_is_found_in_time(told: list[Told], sign: str) -> None:
    first = list(KINDS).index(sign) * EACH
    hours = list(found(told, range(first, first + EACH), sign))
    assert sum(0 < h <= WITHIN[sign] for h in hours) >= 2


def test_who_is_absent_whenever_the_neighbours_rise_is_found_within_two_days(told: list[Told]) -> None:
    said = [one for one in told if one.condition.source == f"MN{ABSENT:04d}"]
    assert said[0].condition.evidence["sign"] == "absent_when_neighbours_rise"
    assert said[0].minute < 4 * DAY
    assert {one.condition.pollutant for one in said} == {"a25002"}  # once a monitor, not once a channel


def test_strange_but_honest_monitors_are_left_alone_for_20_monitor_weeks(told: list[Told]) -> None:
    assert (N - HONEST.start) * DAYS >= 20 * 7
    assert [one for one in told if one.condition.source >= f"MN{HONEST.start:04d}"] == []
    assert [one for one in told if one.minute < SINCE and one.condition.source != f"MN{ABSENT:04d}"] == []


def test_marked_values_are_never_judged(told: list[Told]) -> None:
    assert [one for one in told if one.condition.source == f"MN{MARKED:04d}"] == []


def test_a_condition_can_be_argued_about(told: list[Told]) -> None:
    for _, condition in told:
        assert condition.kind == "fabrication"
        assert 1 <= condition.severity <= 4
        assert condition.score >= 1
        assert condition.devices == (condition.source,)
        signs = condition.evidence["signs"]
        assert isinstance(signs, dict)
        assert condition.evidence["sign"] == next(iter(signs))


def test_a_broken_ratio_is_told_once_for_a_pair(told: list[Told]) -> None:
    said = [one.condition for one in told if "ratio_break" in str(one.condition.evidence["signs"])]
    assert {condition.pollutant for condition in said} == {"a25002"}
    assert all(str(condition.evidence.get("compared_with", "nmhc")).endswith("nmhc") for condition in said)


def test_a_restart_in_the_middle_changes_nothing() -> None:
    registry, stacks = plant(3), honest(3, 1, seed=4)
    fabricated.repeat(stacks, 600, lag=60)
    layout, cut = Layout.of(registry), 640
    minutes = list(frames(stacks, layout))[:900]
    whole = Watch(registry)
    changes = [whole.close(frame) for frame in minutes]
    first, second = Watch(registry), Watch(registry)
    for frame in minutes[:cut]:
        first.close(frame)
    second.load(first.dump())
    assert [second.close(frame) for frame in minutes[cut:]] == changes[cut:]
    assert {change.alert.kind for one in changes[cut:] for change in one} >= {"fabrication"}


def test_the_order_of_the_registry_does_not_matter() -> None:
    registry = plant(5)
    turned = registry.model_copy(update={"monitors": registry.monitors[::-1]})
    keys, rows = rows_of(registry, Layout.of(registry))
    again, same = rows_of(turned, Layout.of(turned))
    assert keys == again
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(rows, same, strict=True))


def test_the_memory_is_less_than_5_kb_a_channel_and_forgets_what_a_silence_passed_over() -> None:
    registry, stacks = plant(2), honest(2, 2)
    layout = Layout.of(registry)
    rule = Fabrication(registry, layout)
    assert sum(array.nbytes for array in rule.memory.values()) < 5000 * len(rule.keys)
    minutes = list(frames(stacks, layout))
    for frame in minutes[:1000]:
        rule.step(seen(layout, frame))
    rule.step(seen(layout, Frame.empty(layout, minutes[0].minute + timedelta(days=8))))
    assert not rule.memory["pairs"].any()
    assert np.isnan(rule.memory["hours"]).sum() >= len(rule.keys) * (HOURS - 1) * STATS


def test_absences_are_weighed_against_how_often_one_is_absent_anyhow() -> None:
    assert signs.absent(occasions=3, absences=3, usual=0.09)[0] >= 1
    assert signs.absent(occasions=3, absences=3, usual=0.6)[0] == 0
    assert signs.absent(occasions=2, absences=2, usual=0.06)[0] == 0
    assert signs.absent(occasions=40, absences=4, usual=2.0)[0] == 0


def test_a_coarse_resolution_may_stand_longer_than_a_fine_one() -> None:
    assert signs.constant(minutes=150, cycle=5, seen=5000, steps=900)[0] >= 1
    assert signs.constant(minutes=150, cycle=20, seen=5000, steps=9)[0] == 0
    assert signs.constant(minutes=1500, cycle=500, seen=5000, steps=9)[0] == 0
    assert signs.constant(minutes=1500, cycle=500, seen=5000, steps=900)[0] >= 1


def test_digits_that_a_channel_never_had_are_its_resolution() -> None:
    halves = np.zeros(10)
    halves[[0, 5]] = 0.5
    even = np.full(10, 0.1)
    assert signs.last_digit(halves, halves, 5000, 20, 100)[0] == 0
    assert signs.last_digit(halves, even, 5000, 20, 100)[0] > 1
    assert signs.last_digit(halves, even, 5000, 1, 100)[0] == 0


def test_a_channel_is_compared_with_its_own_monitor_first_and_then_with_a_sister() -> None:
    registry = plant(2, flow=False)
    only = [row for row in registry.monitors if row.channel == "nmhc"]
    sister = [*registry.monitors, only[0].model_copy(update={"mn": "MN9999"})]
    registry = registry.model_copy(update={"monitors": tuple(sister)})
    layout = Layout.of(registry)
    keys, rows = rows_of(registry, layout)
    mates = {key: keys[mate] for key, mate in zip(keys, rows.mate.tolist(), strict=True)}
    assert mates["MN0000/nmhc"] == "MN0000/a25002"
    assert mates["MN9999/nmhc"] == "MN0000/nmhc"
    assert rows.first.tolist() == [True, False, True, False, True]  # one alert for a pair
    assert layout.devices[rows.near[0, 0]].id == "NEXT"
    assert layout.devices[rows.near[0, 1]].id == "MN0001"  # the sister is nobody else's
