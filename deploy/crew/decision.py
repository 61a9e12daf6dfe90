"""Who of the simulated people does what next with an alert, and when: the same for the same alert, moment and seed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import cos, pi, radians, sin
from typing import Any

from alerts.handling.stage import Cause, Handling, Stage
from deploy.crew import lines
from deploy.crew.case import Case, Crew, Place, Plan, Step

BY_HAND = "user:"
"""How those begin who are no people of the roster: whoever has signed in to try it, and is let."""
LEFT_MIN = (18.0, 12.0, 7.0, 5.0)
"""Minutes for which an alert of each severity lies: a little more than the desk has before its leader is told."""
PATIENCE = timedelta(minutes=25)
"""For the air to get better after somebody has said that it is put right."""
DEADLINES_H = (4, 24, 48)
MOST_AT_ONCE = 4
"""Alerts that the desk has people out for before it lets further ones wait."""
OUT: frozenset[Stage] = frozenset({"acknowledged", "dispatched", "accepted", "arrived"})
LEFT, DECLINES, FIRST_IS_IT, SECOND_IS_IT = 0.35, 0.2, 0.8, 0.9
METRES_A_DEGREE = 111_195.0
STRAY_M = 60.0, 380.0


def steps(alerts: Sequence[Mapping[str, Any]], crew: Crew, now: datetime, seed: int) -> Iterator[Step]:
    """What is due now of all that is under way, the oldest first; everybody does one thing at a time."""
    busy: set[str] = set()
    out = sum(alert["handling"]["stage"] in OUT for alert in alerts)
    ahead = 0
    for alert in sorted(alerts, key=lambda one: (one["opened_at"], one["id"])):
        is_new = alert["handling"]["stage"] == "open"
        if is_new and out >= MOST_AT_ONCE:
            continue
        step = next_step(alert, crew, now, seed, waits=ahead > 0)
        ahead += is_new
        if step and step.who not in busy:
            busy.add(step.who)
            out += is_new
            yield step


def next_step(alert: Mapping[str, Any], crew: Crew, now: datetime, seed: int, *, waits: bool = False) -> Step | None:
    """What is due now with an alert (as the API tells it), if anything is; what somebody took by hand stays theirs."""
    case = Case(alert, Handling.read(alert["handling"]), crew, now, seed, waits)
    handling = case.handling
    if any((who or "").startswith(BY_HAND) for who in (handling.acknowledged_by, handling.accepted_by)):
        return None
    plan = _PLANS[handling.stage](case) if handling.stage in _PLANS else None
    since = max(handling.since, handling.cleared_at or handling.since, crew.began)
    return plan.step if plan and now >= since + timedelta(seconds=plan.after_s) else None


def _open(case: Case) -> Plan | None:
    if case.is_over:
        return None  # ends by itself
    severity = case.alert["severity"]
    if case.waits and severity <= 3 and case.happens("left", LEFT):
        lies_s = 60 * LEFT_MIN[severity - 1] + case.delay("acknowledge")
        return case.plan(lies_s, case.crew.one_of("leader", "duty"), "acknowledge", why=lines.AFTER_CLIMBING)
    return case.plan(case.delay("acknowledge"), case.crew.one_of("duty", "leader"), "acknowledge")


def _acknowledged(case: Case) -> Plan | None:
    officer = case.crew.one_of("duty", "leader")
    if cause := lines.FROM_THE_DESK.get(case.alert["kind"]):
        return case.plan(case.delay("desk"), officer, "report", cause=cause, why=lines.FOUND[cause])
    if case.is_no_alarm and case.happens("seen at the desk", 0.5):
        return case.plan(case.delay("desk"), officer, "false-alarm", why=lines.NO_ALARM_AT_DESK)
    team, why = _team(case)
    dispatcher = case.crew.one_of("dispatcher", "duty", "leader") if team else ""
    return case.plan(case.delay("dispatch"), dispatcher, "dispatch", team=team, why=why)


def _is_first_order(case: Case) -> bool:
    """Versions: 1 opened, 2 acknowledged, 3 dispatched; after a refusal there are more."""
    return case.handling.version <= 3


def _team(case: Case) -> tuple[str, str]:
    """The township whose team is sent, and what it is told: its own, where that cannot go or there is none, another."""
    own, teams = _township(case), sorted(case.crew.teams)
    others = [township for township in teams if township != own]
    if own in teams and (_is_first_order(case) or not others):
        return own, lines.SENT if case.alert["candidates"] else lines.SENT_TO_LOOK
    return (case.random("other team").choice(others), lines.SENT_ELSEWHERE) if others else ("", "")


def _township(case: Case) -> str:
    """Of the station nearest to the estimated source."""
    lon, lat = case.alert["lon"], case.alert["lat"]
    narrow = cos(radians(lat))
    near = min(
        (place for place in case.crew.places if place.township),
        key=lambda place: ((place.lon - lon) * narrow) ** 2 + (place.lat - lat) ** 2,
        default=Place(lon, lat, ""),
    )
    return near.township


def _dispatched(case: Case) -> Plan | None:
    person = case.handling.person or case.crew.teams.get(case.handling.team or "")
    if _is_first_order(case) and len(case.crew.teams) > 1 and case.happens("declines", DECLINES):
        return case.plan(case.delay("accept"), person, "decline", why=case.random("why").choice(lines.DECLINED))
    return case.plan(case.delay("accept"), person, "accept")


def _accepted(case: Case) -> Plan | None:
    random = case.random("place")
    away, way = random.uniform(*STRAY_M) / METRES_A_DEGREE, random.uniform(0, 2 * pi)
    lat = round(case.alert["lat"] + away * sin(way), 6)
    lon = round(case.alert["lon"] + away * cos(way) / cos(radians(lat)), 6)
    there = {"lon": lon, "lat": lat, "accuracy_m": round(random.uniform(4, 25))}
    return case.plan(case.delay("arrive"), case.handling.accepted_by, "arrive", photo=True, **there)


def _arrived(case: Case) -> Plan | None:
    if case.is_no_alarm:
        officer = case.crew.one_of("duty", "leader")
        return case.plan(case.delay("report"), officer, "false-alarm", why=lines.NO_ALARM_ON_SITE)
    cause, enterprise = _finding(case)
    found = {"cause": cause, "why": lines.DRILLED if case.is_drill else lines.FOUND[cause]}
    named = {"enterprise_id": enterprise} if enterprise else {}
    return case.plan(
        case.delay("report"), case.handling.accepted_by, "report", photo=bool(enterprise), **found, **named
    )


def _finding(case: Case) -> tuple[Cause, str]:
    """What it was, and who: mostly the first candidate."""
    if case.is_drill:
        return "other", ""
    named = [one["enterprise_id"] for one in case.alert["candidates"]]
    kind, roll = lines.family(case.alert["pollutants"]), case.random("who").random()
    enterprise = next((one for one, share in zip(named, (FIRST_IS_IT, SECOND_IS_IT), strict=False) if roll < share), "")
    causes = lines.AT_ENTERPRISE if enterprise else lines.ELSEWHERE
    return case.random("cause").choice(causes[kind]), enterprise


def _reported(case: Case) -> Plan | None:
    officer = case.crew.one_of("duty", "leader")
    if case.is_drill and not case.is_over:
        return case.plan(case.delay("order"), officer, "end")
    cause = case.handling.cause
    if case.handling.enterprise_id is None or cause is None:
        return _over(case)
    deadline = case.now.replace(minute=0, second=0, microsecond=0) + _until(case)
    why = lines.ORDERED.get(cause, lines.USUALLY_ORDERED)
    named = case.handling.enterprise_id
    return case.plan(case.delay("order"), officer, "rectify", names=named, deadline=deadline.isoformat(), why=why)


def _until(case: Case) -> timedelta:
    return timedelta(hours=1 + case.random("deadline").choice(DEADLINES_H))


def _rectifying(case: Case) -> Plan | None:
    enterprise = case.handling.enterprise_id
    if enterprise and case.happens("says it itself", 0.8):
        return case.plan(case.delay("rectify"), f"enterprise:{enterprise}", "rectify", why=lines.BY_ENTERPRISE)
    return case.plan(case.delay("rectify"), case.handling.accepted_by, "rectify", photo=True, why=lines.BY_FIELD)


def _rectified(case: Case) -> Plan | None:
    looks = case.crew.one_of("chief", "duty", "leader")
    if case.is_clean:
        return case.plan(case.delay("verify"), looks, "verify", passed=True, why=lines.VERIFIED)
    deadline = (case.now + _until(case)).replace(minute=0, second=0, microsecond=0)
    said = {"passed": False, "why": lines.STILL_HIGH, "deadline": deadline.isoformat()}
    return case.plan(PATIENCE.total_seconds(), looks, "verify", **said)


def _over(case: Case) -> Plan | None:
    """The dispatcher proposes, the leader signs; not before the air is clean."""
    if not case.is_clean:
        return None
    proposed_s = case.delay("propose")
    if case.handling.proposed_by is None and (dispatcher := case.crew.one_of("dispatcher")):
        return case.plan(proposed_s, dispatcher, "propose", why=lines.PROPOSED)
    return case.plan(proposed_s + case.delay("close"), case.crew.one_of("leader", "duty"), "close", why=lines.CLOSED)


_PLANS: Mapping[Stage, Callable[[Case], Plan | None]] = {
    "open": _open,
    "acknowledged": _acknowledged,
    "dispatched": _dispatched,
    "accepted": _accepted,
    "arrived": _arrived,
    "reported": _reported,
    "rectifying": _rectifying,
    "rectified": _rectified,
    "verified": _over,
}
