"""The one state machine of an alert's handling: what may follow what, by whose hand, and what it changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from alerts.handling.place import NEAR_M, UNSURE_M
from alerts.handling.rules import RULES, SIGNING
from alerts.handling.stage import Act, Action, Handling
from alerts.handling.words import ACTION_ZH, STAGE_ZH

Reason = Literal["role", "stage", "missing", "assignee", "time", "place"]


class Illegal(Exception):  # noqa: N818
    """A step that cannot be taken; `reason` is for programs, the message for people, in two languages."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def step(handling: Handling, act: Act, now: datetime) -> Handling:
    """The handling after an act at `now`; raises Illegal with the reason where it may not be.

    A clock that was set back never makes a step older than the one before it.
    """
    rule = RULES[act.action]
    if act.actor.role not in rule.roles:
        raise Illegal("role", f"{act.actor.role} 不能{ACTION_ZH[act.action]} · {act.actor.role} may not {act.action}")
    if handling.stage not in rule.stages:
        raise Illegal("stage", _cannot(handling, act.action))
    now = max(now, handling.since)
    after = _EFFECTS[act.action](handling, act, now)
    if act.action == "comment":
        return after
    since = now if after.stage != handling.stage else handling.since
    return replace(after, version=handling.version + 1, since=since)


def _cannot(handling: Handling, action: Action) -> str:
    by = handling.acknowledged_by if handling.stage == "acknowledged" else handling.closed_by
    who = f"（{by}）" if by else ""
    since = handling.since.isoformat(timespec="seconds")
    return (
        f"现在是“{STAGE_ZH[handling.stage]}”{who}，不能{ACTION_ZH[action]}"
        f" · cannot {action}: it is {handling.stage}{f' by {by}' if by else ''} since {since}"
    )


def _missing(zh: str, en: str) -> Illegal:
    return Illegal("missing", f"缺少{zh} · {en} is needed")


def _done(handling: Handling, now: datetime, *steps: str) -> dict[str, datetime]:
    """The first time of each step counts."""
    return {**dict.fromkeys(steps, now), **handling.times}


def _reason(act: Act) -> None:
    if not act.why.strip():
        raise _missing("理由", "a reason (why)")


def _acknowledge(handling: Handling, act: Act, now: datetime) -> Handling:
    return replace(
        handling, stage="acknowledged", acknowledged_by=act.actor.who, times=_done(handling, now, "acknowledge")
    )


def _release(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001 - as every effect has it
    return replace(handling, stage="open", acknowledged_by=None)


def _dispatch(handling: Handling, act: Act, now: datetime) -> Handling:
    if (act.person is None) == (act.team is None):
        raise _missing("派给谁：person 或 team 之一", "one of person and team")
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
        times=_done(handling, now, "acknowledge"),
    )


def _is_assignee(handling: Handling, act: Act) -> bool:
    actor = act.actor
    mine = handling.person == actor.who if handling.person else handling.team == actor.township
    return mine or handling.accepted_by == actor.who or actor.role in ("leader", "admin")


def _assigned(handling: Handling, act: Act) -> None:
    if not _is_assignee(handling, act):
        to = handling.accepted_by or handling.person or handling.team
        raise Illegal("assignee", f"派给的是 {to}，不是 {act.actor.who} · it was sent to {to}, not to {act.actor.who}")


def _accept(handling: Handling, act: Act, now: datetime) -> Handling:
    _assigned(handling, act)
    return replace(handling, stage="accepted", accepted_by=act.actor.who, times=_done(handling, now, "accept"))


def _decline(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    _assigned(handling, act)
    _reason(act)
    kept = {step: at for step, at in handling.times.items() if step not in ("dispatch", "accept")}
    return replace(handling, stage="acknowledged", person=None, team=None, accepted_by=None, times=kept)


def _near(act: Act) -> None:
    """Who is far off says why: a locked gate, a source that turned out to be elsewhere."""
    far = (act.distance_m or 0.0) - min(act.accuracy_m or 0.0, UNSURE_M)
    if far > NEAR_M and not act.why.strip():
        metres = f"{act.distance_m:.0f} m"
        raise Illegal("place", f"离告警位置 {metres}：走近，或写明理由 · {metres} from the alert: go nearer or say why")


def _arrive(handling: Handling, act: Act, now: datetime) -> Handling:
    _assigned(handling, act)
    if act.lon is None or act.lat is None:
        raise _missing("位置 lon、lat", "the position (lon, lat)")
    _near(act)
    return replace(
        handling,
        stage="arrived",
        accepted_by=handling.accepted_by or act.actor.who,
        distance_m=act.distance_m,
        times=_done(handling, now, "accept", "arrive"),
    )


def _report(handling: Handling, act: Act, now: datetime) -> Handling:
    if handling.stage == "arrived":
        if act.actor.role == "field":
            _assigned(handling, act)
    elif act.actor.role == "field":
        raise Illegal("stage", "先到场，再报告 · arrive first: only the desk reports without a visit")
    if act.cause is None:
        raise _missing("原因 cause", "a cause")
    return replace(
        handling,
        stage="reported",
        cause=act.cause,
        enterprise_id=act.enterprise_id,
        times=_done(handling, now, "report"),
    )


def _rectify(handling: Handling, act: Act, now: datetime) -> Handling:
    if handling.stage == "reported":
        if act.actor.role not in SIGNING:
            raise Illegal("role", "整改由值班室下达 · rectification is ordered by the desk")
        if act.deadline is None:
            raise _missing("整改期限 deadline", "a deadline")
        if act.deadline <= now:
            raise Illegal("time", "整改期限已过 · the deadline lies in the past")
        return replace(handling, stage="rectifying", rectify_by=act.deadline)
    if act.actor.role == "enterprise" and act.actor.who != f"enterprise:{handling.enterprise_id}":
        raise Illegal("assignee", "不是这家企业的整改 · this is not for that enterprise to put right")
    return replace(handling, stage="rectified", times=_done(handling, now, "rectify"))


def _verify(handling: Handling, act: Act, now: datetime) -> Handling:
    if act.passed is None:
        raise _missing("核实结果 passed", "the result (passed)")
    if act.passed:
        return replace(handling, stage="verified", times=_done(handling, now, "verify"))
    _reason(act)
    if act.deadline is None or act.deadline <= now:
        raise _missing("新的整改期限 deadline", "a new deadline, in the future,")
    return replace(handling, stage="rectifying", rectify_by=act.deadline)


def _hand_over(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    """The incoming officer answers for what the outgoing one had taken."""
    if act.person is None:
        raise _missing("交给谁 person", "to whom (person)")
    return replace(handling, acknowledged_by=act.person)


def _propose(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    _reason(act)
    return replace(handling, proposed_by=act.actor.who)


def _close(handling: Handling, act: Act, now: datetime) -> Handling:
    _reason(act)
    return replace(handling, stage="closed", closed_by=act.actor.who, times=_done(handling, now, "close"))


def _false_alarm(handling: Handling, act: Act, now: datetime) -> Handling:
    return replace(_close(handling, act, now), stage="false_alarm", enterprise_id=None)


def _reopen(handling: Handling, act: Act, now: datetime) -> Handling:
    _reason(act)
    return Handling(
        "open",
        now,
        handling.version,
        cleared_at=handling.cleared_at,
        case_number=handling.case_number,
        times={"open": now},
    )


def _recheck(handling: Handling, act: Act, now: datetime) -> Handling:
    if act.passed is False:
        return _reopen(handling, act, now)
    if act.passed:
        return replace(handling, recheck_at=None)
    if act.at is None or act.at <= now:
        raise _missing("回头看的时间 at，须在将来", "the time to look again (at), in the future,")
    return replace(handling, recheck_at=act.at)


def _merge(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    if not act.into:
        raise _missing("并入哪一条 into", "the alert to merge into (into)")
    return replace(handling, stage="merged", merged_into=act.into, before=handling.stage)


def _split(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    return replace(handling, stage=handling.before or "open", merged_into=None, before=None)


def _link(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    if not act.case_number:
        raise _missing("案号 case_number", "a case number")
    return replace(handling, case_number=act.case_number)


def _silence(handling: Handling, act: Act, now: datetime) -> Handling:
    _reason(act)
    if act.until is None or act.until <= now:
        raise _missing("静音到何时 until，须在将来", "an end (until), in the future,")
    return replace(handling, muted_until=act.until)


def _comment(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    if not act.why.strip() and not act.photos:
        raise _missing("内容 why", "a text (why)")
    return handling


def _clear(handling: Handling, act: Act, now: datetime) -> Handling:
    """What nobody was sent to ends with the air; what somebody is at goes on to its sign-off."""
    if handling.stage in ("open", "acknowledged"):
        ended = _done(handling, now, "close")
        return replace(handling, stage="closed", closed_by=act.actor.who, cleared_at=now, times=ended)
    return replace(handling, cleared_at=handling.cleared_at or now)


_EFFECTS: Mapping[Action, Callable[[Handling, Act, datetime], Handling]] = {
    "acknowledge": _acknowledge,
    "release": _release,
    "lapse": _release,
    "dispatch": _dispatch,
    "accept": _accept,
    "decline": _decline,
    "arrive": _arrive,
    "report": _report,
    "rectify": _rectify,
    "verify": _verify,
    "handover": _hand_over,
    "propose": _propose,
    "close": _close,
    "false-alarm": _false_alarm,
    "reopen": _reopen,
    "recheck": _recheck,
    "merge": _merge,
    "split": _split,
    "link": _link,
    "silence": _silence,
    "comment": _comment,
    "clear": _clear,
}
