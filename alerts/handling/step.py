"""The one state machine of an alert's handling: what may follow what, by whose hand, and what it changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.handling.illegal import Illegal, ahead, cannot, missing, reason
from alerts.handling.outing import OUTING
from alerts.handling.rules import RULES, SIGNING
from alerts.handling.stage import Act, Action, Effect, Handling, done
from alerts.handling.words import ACTION_ZH


def step(handling: Handling, act: Act, now: datetime) -> Handling:
    """The handling after an act at `now`; raises Illegal with the reason where it may not be.

    A clock that was set back never makes a step older than the one before it. What changes nothing, such as a comment,
    leaves the version as it is.
    """
    rule = RULES[act.action]
    if act.actor.role not in rule.roles:
        raise Illegal("role", f"{act.actor.role} 不能{ACTION_ZH[act.action]} · {act.actor.role} may not {act.action}")
    if handling.stage not in rule.stages:
        raise Illegal("stage", cannot(handling, act.action))
    now = max(now, handling.since)
    after = _EFFECTS[act.action](handling, act, now)
    if after == handling:
        return handling
    since = now if after.stage != handling.stage else handling.since
    return replace(after, version=handling.version + 1, since=since)


def _acknowledge(handling: Handling, act: Act, now: datetime) -> Handling:
    return replace(
        handling, stage="acknowledged", acknowledged_by=act.actor.who, times=done(handling, now, "acknowledge")
    )


def _release(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001 - as every effect has it
    return replace(handling, stage="open", acknowledged_by=None)


def _deadline(act: Act, now: datetime) -> datetime:
    return ahead("deadline", act.deadline, now, "整改期限", "a deadline")


def _of_enterprise(handling: Handling, act: Act) -> None:
    """An enterprise only has a say where it was the one that was found."""
    found = handling.enterprise_id and f"enterprise:{handling.enterprise_id}"
    if act.actor.role == "enterprise" and act.actor.who != found:
        raise Illegal("role", "这条告警与该企业无关 · this alert is not that enterprise's")


def _rectify(handling: Handling, act: Act, now: datetime) -> Handling:
    if handling.stage == "reported":
        if act.actor.role not in SIGNING:
            raise Illegal("role", "整改由值班室下达 · rectification is ordered by the desk")
        return replace(handling, stage="rectifying", rectify_by=_deadline(act, now))
    _of_enterprise(handling, act)
    return replace(handling, stage="rectified", times=done(handling, now, "rectify"))


def _verify(handling: Handling, act: Act, now: datetime) -> Handling:
    if act.passed is None:
        raise missing("passed", "核实结果", "the result")
    if act.passed:
        return replace(handling, stage="verified", times=done(handling, now, "verify"))
    reason(act)
    if handling.stage == "reported" and act.actor.role not in SIGNING:
        raise Illegal("role", "整改由值班室下达 · rectification is ordered by the desk")
    return replace(handling, stage="rectifying", rectify_by=_deadline(act, now))


def _hand_over(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    """The incoming officer answers for what the outgoing one had taken."""
    if act.person is None:
        raise missing("person", "交给谁", "to whom")
    return replace(handling, acknowledged_by=act.person)


def _propose(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    reason(act)
    return replace(handling, proposed_by=act.actor.who)


def _close(handling: Handling, act: Act, now: datetime) -> Handling:
    reason(act)
    return replace(handling, stage="closed", closed_by=act.actor.who, times=done(handling, now, "close"))


def _false_alarm(handling: Handling, act: Act, now: datetime) -> Handling:
    return replace(_close(handling, act, now), stage="false_alarm", cause=None, enterprise_id=None)


def _reopen(handling: Handling, act: Act, now: datetime) -> Handling:
    reason(act)
    return Handling(
        "open",
        now,
        handling.version,
        cleared_at=handling.cleared_at,
        case_number=handling.case_number,
        muted_until=handling.muted_until,
        times={"open": now},
    )


def _recheck(handling: Handling, act: Act, now: datetime) -> Handling:
    if act.passed is None:
        return replace(handling, recheck_at=ahead("at", act.at, now, "回头看的时间", "the time to look again"))
    if handling.stage not in ("verified", "closed"):
        raise Illegal("stage", cannot(handling, "recheck"))
    return replace(handling, recheck_at=None) if act.passed else _reopen(handling, act, now)


def _merge(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    if not act.into:
        raise missing("into", "并入哪一条", "the alert to merge into")
    return replace(handling, stage="merged", merged_into=act.into, before=handling.stage)


def _split(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    return replace(handling, stage=handling.before or "open", merged_into=None, before=None)


def _link(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    if not act.case_number:
        raise missing("case_number", "案号", "a case number")
    return replace(handling, case_number=act.case_number)


def _silence(handling: Handling, act: Act, now: datetime) -> Handling:
    reason(act)
    return replace(handling, muted_until=ahead("until", act.until, now, "静音到何时", "an end"))


def _comment(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    _of_enterprise(handling, act)
    if not act.why.strip() and not act.photos:
        raise missing("why", "内容", "a text")
    return handling


def _clear(handling: Handling, act: Act, now: datetime) -> Handling:
    """What nobody was sent to ends with the air; what somebody is at goes on to its sign-off.

    Where another alert was merged into it, the air of that one must be clean as well.
    """
    handling = replace(handling, cleared_at=handling.cleared_at or now)
    if act.passed is False or handling.stage not in ("open", "acknowledged"):
        return handling
    ended = done(handling, now, "close")
    return replace(handling, stage="closed", closed_by=act.actor.who, before=handling.stage, times=ended)


def _resume(handling: Handling, act: Act, now: datetime) -> Handling:  # noqa: ARG001
    """Late readings show that the air was not clean, there or where what was merged into it is: what ended goes on."""
    if act.passed is not False:
        handling = replace(handling, cleared_at=None)
    if handling.stage != "closed" or handling.closed_by != act.actor.who:
        return handling
    times = {step: at for step, at in handling.times.items() if step != "close"}
    return replace(handling, stage=handling.before or "open", before=None, closed_by=None, times=times)


_EFFECTS: Mapping[Action, Effect] = {
    **OUTING,
    "acknowledge": _acknowledge,
    "release": _release,
    "lapse": _release,
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
    "resume": _resume,
}
