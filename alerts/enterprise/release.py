"""Whose name the desk may release for an alert, to whom it then is known, and what is due from then on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from alerts.enterprise.deadline import working_days_after
from alerts.enterprise.policy import EnterprisePolicy
from alerts.handling.illegal import Illegal, missing
from alerts.handling.rules import SIGNING
from alerts.handling.stage import Actor

ReleasedAs = Literal["found", "candidate"]
AS_ZH = {"found": "已查明的排放源", "candidate": "可能的排放源"}
AS_EN = {"found": "the source that was found", "candidate": "a possible source"}


class Naming(NamedTuple):
    """Which enterprise is to be told of which alert, as what, and why; `why` stays at the desk."""

    alert_id: str
    enterprise_id: str
    released_as: ReleasedAs
    why: str


class Concern(NamedTuple):
    """Who has to do with an alert, and as what the name is released already."""

    kind: str
    found: str | None
    candidates: frozenset[str]
    owner: str | None  # of the monitor that it is about
    released: ReleasedAs | None


class Terms(NamedTuple):
    """Until when an enterprise whose name was released is to answer, and may appeal."""

    reply_by: datetime
    appeal_by: datetime


class Calendar(NamedTuple):
    """The working days of the district."""

    is_workday: Callable[[date], bool]
    zone: tzinfo


def check(naming: Naming, concern: Concern, actor: Actor) -> None:
    """Raises Illegal where this name may not be released, or not by this one."""
    may_sign(actor)
    who = naming.enterprise_id
    if not naming.why.strip():
        raise missing("why", "理由", "a reason")
    if concern.kind == "drill":
        raise Illegal("stage", "演练不涉及真实企业 · a drill concerns no enterprise")
    if naming.released_as == "found" and concern.found != who:
        raise Illegal("stage", f"查明的不是 {who} · it is not {who} that was found: report first", "as")
    if naming.released_as == "candidate" and who not in concern.candidates | {concern.owner}:
        raise Illegal("stage", f"{who} 不在候选之列 · {who} is no candidate of this alert", "enterprise_id")
    if concern.released == naming.released_as:
        raise Illegal("stage", f"已向 {who} 公布 · released to {who} already", "enterprise_id")


def may_sign(actor: Actor) -> None:
    """Raises Illegal where somebody may not decide for the desk."""
    if actor.role not in SIGNING:
        raise Illegal(
            "role", f"{actor.role} 不能决定 · {actor.role} may not decide this; {', '.join(sorted(SIGNING))} may"
        )


def terms(policy: EnterprisePolicy, at: datetime, calendar: Calendar) -> Terms:
    """What is due of a name that is released at a time; an appeal by the end of the last working day."""
    over = working_days_after(at, policy.appeal_days, calendar.is_workday, calendar.zone)
    return Terms(at + timedelta(hours=policy.reply_hours), over.astimezone(UTC))


def words(naming: Naming, due: Terms, zone: tzinfo) -> dict[str, str]:
    """What the enterprise is told; not why, and not by whom."""
    until = f"{due.reply_by.astimezone(zone):%m-%d %H:%M}"
    of = naming.alert_id
    return {
        "zh": f"告警 {of} 涉及贵单位（{AS_ZH[naming.released_as]}），请于 {until} 前在企业窗口答复",
        "en": f"Alert {of} concerns you as {AS_EN[naming.released_as]}: answer in the window by {until}",
    }


def taken_back(alert_id: str) -> dict[str, str]:
    """What the enterprise is told when its name is taken back."""
    return {
        "zh": f"告警 {alert_id} 不再涉及贵单位，无需答复",
        "en": f"Alert {alert_id} does not concern you any more: no answer is needed",
    }
