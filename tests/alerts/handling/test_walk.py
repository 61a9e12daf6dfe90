"""However people, clocks and the detector walk through an alert: what always holds."""

from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alerts.handling.illegal import Illegal
from alerts.handling.stage import ENDED, Act, Action, Actor, Cause, Handling, Role
from alerts.handling.step import step

BEGIN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ACTIONS: tuple[Action, ...] = get_args(Action)
PEOPLE: tuple[Role, ...] = ("duty", "leader", "dispatcher", "chief", "field", "bureau", "admin", "enterprise")
ACTORS = [Actor("detector", "detector"), Actor("timer", "timer"), Actor("enterprise:E7", "enterprise")]
ACTORS += [Actor(f"{role}{n}", role, township=f"T{n}") for role in PEOPLE[:-1] for n in (1, 2)]
BY_ACTION = {"clear": ACTORS[:1], "resume": ACTORS[:1], "lapse": ACTORS[1:2]}

times = st.integers(-600, 600).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def acts(draw: st.DrawFn) -> Act:
    """An act as somebody may try it, sensible or not."""
    action = draw(st.sampled_from(ACTIONS))
    return Act(
        action,
        draw(st.sampled_from(BY_ACTION.get(action, ACTORS[2:]))),
        draw(st.sampled_from(["", "because"])),
        person=draw(st.sampled_from([None, "field1"])),
        team=draw(st.sampled_from([None, "T1", "T2"])),
        lon=draw(st.sampled_from([None, 120.0])),
        lat=31.0,
        distance_m=draw(st.sampled_from([3.0, 4000.0])),
        cause=draw(st.sampled_from([None, *get_args(Cause)])),
        enterprise_id=draw(st.sampled_from([None, "E7", "E8"])),
        deadline=BEGIN + timedelta(days=draw(st.sampled_from([0, 900]))),
        passed=draw(st.sampled_from([None, True, False])),
        at=BEGIN + timedelta(days=draw(st.sampled_from([0, 900]))),
        into="B",
        case_number=draw(st.sampled_from([None, "C1", "C2"])),
        until=BEGIN + timedelta(days=900),
    )


class Walk(RuleBasedStateMachine):
    """One alert."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = BEGIN
        self.handling = Handling("open", BEGIN, times={"open": BEGIN})
        self.refused: Illegal | None = None

    @rule(moved=times)
    def time_passes_or_the_clock_is_set_back(self, moved: timedelta) -> None:
        self.clock += moved

    @rule(act=acts())
    def somebody_tries(self, act: Act) -> None:
        self._try(act)

    @precondition(lambda self: self.handling.stage not in ("open", *ENDED))
    @rule(act=acts(), far=st.booleans())
    def whoever_was_sent_goes_on(self, act: Act, far: bool) -> None:
        going = {"dispatched": "accept", "accepted": "arrive", "arrived": "report", "rectifying": "rectify"}
        action = going.get(self.handling.stage, act.action)
        told = {name: getattr(act, name) for name in Act.__slots__}
        self._try(Act(**told | {"action": action, "actor": Actor("admin", "admin"), "distance_m": 9e3 if far else 1.0}))

    def _try(self, act: Act) -> None:
        before = self.handling
        try:
            after = step(before, act, self.clock)
        except Illegal as error:
            self.refused = error
            return
        assert after.version == before.version + (after != before)
        assert after.since >= before.since
        assert (after.since > before.since) <= (after.stage != before.stage)
        assert Handling.read(after.body()) == after
        if before.stage in ENDED and after.stage != before.stage:
            assert act.action in ("reopen", "recheck", "split", "resume")
        if after.stage in ("closed", "false_alarm") and after.stage != before.stage:
            assert act.actor.role not in ("dispatcher", "field", "enterprise", "timer")
        if act.action == "comment":
            assert after == before
        self.handling = after

    @invariant()
    def a_refusal_says_why_in_two_languages_and_names_what_is_missing(self) -> None:
        if error := self.refused:
            assert " · " in str(error)
            assert (error.reason in ("missing", "time", "place")) == (error.field != "")

    @invariant()
    def steps_lie_between_the_opening_and_now(self) -> None:
        handling = self.handling
        assert all(handling.times["open"] <= at <= handling.since for at in handling.times.values())

    @invariant()
    def what_is_known_fits_the_stage(self) -> None:
        handling = self.handling
        stage = handling.stage
        assert (stage == "merged") == (handling.merged_into is not None)
        assert (handling.closed_by is not None) == (stage in ("closed", "false_alarm"))
        if stage == "open":
            assert handling.acknowledged_by is None
        if stage in ("dispatched", "accepted", "arrived"):
            assert (handling.person is None) != (handling.team is None)
            assert handling.acknowledged_by
        if stage in ("accepted", "arrived"):
            assert handling.accepted_by
        if stage in ("reported", "rectifying"):
            assert handling.cause
        if stage == "rectifying":
            assert handling.rectify_by


Walk.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestWalk = Walk.TestCase
