"""What the steps of an outing change: somebody is sent, goes, arrives and says what it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from alerts.handling.illegal import Illegal, missing, reason
from alerts.handling.place import NEAR_M, UNSURE_M
from alerts.handling.rules import STANDING_IN
from alerts.handling.stage import Act, Action, Effect, Handling, done


def _dispatch(handling: Handling, act: Act, now: datetime) -> Handling:
    if (act.person is None) == (act.team is None):
        raise missing("person", "派给谁：person 或 team 之一", "one of person and team")
    again = {step: at for step, at in handling.times.items() if step not in ("accept", "arrive", "report")}
    handling = replace(handling, times={**again, "dispatch": now})
    return replace(
        handling,
        stage="dispatched",
        acknowledged_by=handling.acknowledged_by or act.actor.who,
        person=act.person,
        team=act.team,
        accepted_by=None,
        distance_m=None,
        times=done(handling, now, "acknowledge"),
    )


def _is_assignee(handling: Handling, act: Act) -> bool:
    actor = act.actor
    mine = handling.person == actor.who if handling.person else handling.team == actor.township
    return mine or handling.accepted_by == actor.who or actor.role in STANDING_IN


def _assigned(handling: Handling, act: Act) -> None:
    if not _is_assignee(handling, act):
        _not_sent(handling, act)


def _not_sent(handling: Handling, act: Act) -> NoReturn:
    to = handling.accepted_by or handling.person or handling.team
    raise Illegal("assignee", f"派给的是 {to}，不是 {act.actor.who} · it was sent to {to}, not to {act.actor.who}")


def _accept(handling: Handling, act: Act, now: datetime) -> Handling:
    _assigned(handling, act)
    return replace(handling, stage="accepted", accepted_by=act.actor.who, times=done(handling, now, "accept"))


def _decline(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    _assigned(handling, act)
    if handling.accepted_by not in (None, act.actor.who) and act.actor.role not in STANDING_IN:
        _not_sent(handling, act)
    reason(act)
    kept = {step: at for step, at in handling.times.items() if step not in ("dispatch", "accept")}
    return replace(handling, stage="acknowledged", person=None, team=None, accepted_by=None, times=kept)


def _near(act: Act) -> None:
    """Who is far off says why: a locked gate, a source that turned out to be elsewhere."""
    far = (act.distance_m or 0.0) - min(act.accuracy_m or 0.0, UNSURE_M)
    if far > NEAR_M and not act.why.strip():
        metres = f"{act.distance_m:.0f} m"
        raise Illegal(
            "place", f"离告警位置 {metres}：走近，或写明理由 · {metres} from the alert: go nearer or say why", "why"
        )


def _arrive(handling: Handling, act: Act, now: datetime) -> Handling:
    _assigned(handling, act)
    if act.lon is None or act.lat is None:
        raise missing("lon" if act.lon is None else "lat", "位置", "the position")
    _near(act)
    return replace(
        handling,
        stage="arrived",
        accepted_by=handling.accepted_by or act.actor.who,
        distance_m=act.distance_m,
        times=done(handling, now, "accept", "arrive"),
    )


def _report(handling: Handling, act: Act, now: datetime) -> Handling:
    if act.actor.role == "field":
        if handling.stage == "acknowledged":
            raise Illegal("stage", "先到场，再报告 · arrive first: only the desk reports without a visit")
        _assigned(handling, act)
    if act.cause is None:
        raise missing("cause", "原因", "a cause")
    return replace(
        handling,
        stage="reported",
        cause=act.cause,
        enterprise_id=act.enterprise_id,
        times=done(handling, now, "report"),
    )


OUTING: Mapping[Action, Effect] = {
    "dispatch": _dispatch,
    "accept": _accept,
    "decline": _decline,
    "arrive": _arrive,
    "report": _report,
}
