"""Rosters of any kind: right in every minute, in parts as at once, and changed only where they were meant to be."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.roster.definition import Definitions
from alerts.roster.plan import draw, plan
from alerts.roster.shift import Shift
from tests.alerts.roster.minutes import agrees, presence
from tests.alerts.roster.rosters import Scene, leaves, scenes, spans, substitutes, swaps
from tests.support.naive_roster import MINUTE, Walk


@settings(max_examples=100, deadline=None)
@given(scenes(), st.data())
def test_a_plan_is_the_walk_over_every_minute(scene: Scene, data: st.DataObject) -> None:
    walk = Walk(scene.definitions, scene.start, (scene.end - scene.start) // MINUTE)
    found = draw(scene.definitions, scene.start, scene.end)
    agrees(found, walk, scene.start, scene.end)
    assert {doubt.swap for doubt in found.doubts if doubt.why == "lapsed"} == set(walk.lapsed)
    start, end = data.draw(spans(scene.start))
    agrees(draw(scene.definitions, start, end), walk, start, end)


@settings(max_examples=100, deadline=None)
@given(scenes(), st.integers(1, 15), st.integers(1, 15))
def test_parts_of_a_plan_are_the_whole(scene: Scene, one: int, other: int) -> None:
    cuts = [scene.start, *(scene.start + timedelta(days=days) for days in sorted((one, other))), scene.end]
    parts = [shift for start, end in pairwise(cuts) if start < end for shift in plan(scene.definitions, start, end)]
    whole = plan(scene.definitions, scene.start, scene.end)
    assert whole == sorted(set(parts), key=whole.index)
    assert len({(shift.person_id, shift.start, shift.post) for shift in whole}) == len(whole)


@settings(max_examples=150, deadline=None)
@given(scenes(), st.data())
def test_what_is_added_changes_nothing_outside_of_its_spans(scene: Scene, data: st.DataObject) -> None:
    definitions, start, end = scene
    before = plan(definitions, start, end)
    more, touched = data.draw(st.one_of(_with_leave(scene), _with_substitute(scene), _with_swap(scene, before)))
    apart = np.ones((end - start) // MINUTE, dtype=bool)
    for first, last in touched:
        apart[(first - start) // MINUTE : (last - start) // MINUTE] = False
    was, now = (presence(shifts, start, len(apart)) for shifts in (before, plan(more, start, end)))
    for seat in was.keys() | now.keys():
        never = np.zeros(len(apart), dtype=np.int32)
        assert np.array_equal(was.get(seat, never)[apart], now.get(seat, never)[apart]), seat


Added = tuple[Definitions, list[tuple[datetime, datetime]]]


def _with_leave(scene: Scene) -> st.SearchStrategy[Added]:
    was = scene.definitions
    return leaves(scene.start).map(
        lambda leave: (replace(was, leaves=(*was.leaves, leave)), [(leave.start, leave.end)])
    )


def _with_substitute(scene: Scene) -> st.SearchStrategy[Added]:
    was = scene.definitions
    return substitutes(scene.start).map(
        lambda one: (replace(was, substitutes=(*was.substitutes, one)), [(one.start, one.end)])
    )


def _with_swap(scene: Scene, shifts: list[Shift]) -> st.SearchStrategy[Added]:
    was = scene.definitions
    return swaps(scene.start, shifts).map(
        lambda swap: (
            replace(was, swaps=(*was.swaps, swap)),
            [(side.start, side.end) for side in (swap.one, swap.other)],
        )
    )
