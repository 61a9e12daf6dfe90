"""The way of an outlet's VOC monitor onto the network: needed or not, the steps in their order, and until when each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from alerts.enterprise.outlet_policy import OnboardingPolicy
from alerts.handling.stage import Role

Step = Literal["installed", "tested", "accepted", "networked"]
Act = Literal["installed", "tested", "accepted", "networked", "refused", "waived"]
Stage = Literal["begun", "installed", "tested", "accepted", "networked", "waived"]
Class = Literal["chemical", "other"]

STEPS: tuple[Step, ...] = get_args(Step)
SAID: frozenset[str] = frozenset({"installed", "tested"})
"""What the enterprise says, with proof; the system sees `networked` by itself, the rest is for the authority."""
AUTHORITY: frozenset[Role] = frozenset({"admin", "leader", "bureau"})
_AFTER: dict[Stage, Step] = {"begun": "installed", "installed": "tested", "tested": "accepted", "accepted": "networked"}


class NotYours(Exception):  # noqa: N818
    """The step is not for who wants to do it."""


class NotNow(Exception):  # noqa: N818
    """The step does not follow on what was done so far."""


class NotProven(ValueError):  # noqa: N818
    """What is said cannot be taken; `field` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Design(NamedTuple):
    """What an outlet is designed for from a day on; `industry_class` is "" where the enterprise's industry tells it."""

    since: date
    flow_m3h: float
    industry_class: Literal["chemical", "other", ""] = ""


class Need(NamedTuple):
    """Whether an outlet needs a monitor, by which threshold (m³/h), and since when it does."""

    required: bool
    industry_class: Class
    threshold_m3h: float
    since: date | None


def need_of(designs: Sequence[Design], industry: str, policy: OnboardingPolicy) -> Need:
    """By the newest of the designs (oldest first): at or above the threshold of its class of industry it is needed.

    Local rule: from 10,000 m³/h on in the chemical industry, from 30,000 m³/h on in others. It is needed since the
    design from which on it always was: a larger fan does not give an enterprise new time.
    """
    since: date | None = None
    for design in designs:
        if design.flow_m3h < _threshold(_class_of(design, industry, policy), policy):
            since = None
        elif since is None:
            since = design.since
    last = _class_of(designs[-1], industry, policy)
    return Need(since is not None, last, _threshold(last, policy), since)


def _class_of(design: Design, industry: str, policy: OnboardingPolicy) -> Class:
    if design.industry_class:
        return design.industry_class
    told = industry.lower()
    return "chemical" if any(word.lower() in told for word in policy.chemical_industries) else "other"


def _threshold(industry_class: Class, policy: OnboardingPolicy) -> float:
    return policy.chemical_m3h if industry_class == "chemical" else policy.other_m3h


class Done(NamedTuple):
    """What was done on a day, in the order in which it was said; `why` is the note or reason."""

    act: Act
    on: date
    why: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an outlet is; `on` are the days of the steps that hold, `refusal` why the last test was sent back."""

    stage: Stage = "begun"
    on: tuple[tuple[Step, date], ...] = ()
    seen: date | None = None
    refusal: str = ""
    before: Stage = "begun"  # the waiver

    @property
    def next_step(self) -> Step | None:
        """What is to be done; None where nothing is."""
        return _AFTER.get(self.stage)


def standing(done: Sequence[Done], need: Need) -> Standing:
    """What the steps come to. A monitor that sent by the day on which it came to be needed owes no steps."""
    so_far = Standing()
    for one in done:
        so_far = _after(so_far, one)
    seen = so_far.seen
    existing = seen is not None and (need.since is None or seen <= need.since)
    if seen is not None and (existing or so_far.stage == "accepted"):
        day = seen if existing else max(seen, dict(so_far.on)["accepted"])
        return replace(so_far, stage="networked", on=(*so_far.on, ("networked", day)))
    return so_far


def _after(so_far: Standing, one: Done) -> Standing:
    if one.act == "networked":
        return replace(so_far, seen=one.on)
    if one.act == "waived":
        return replace(so_far, stage="waived", before=so_far.stage)
    if one.act == "refused":
        if so_far.stage == "waived":
            return replace(so_far, stage=so_far.before)
        return replace(so_far, stage="installed", on=so_far.on[:1], refusal=one.why)
    return replace(so_far, stage=one.act, on=(*so_far.on, (one.act, one.on)), refusal="")


def check(act: Act, role: Role, standing: Standing, proof: tuple[date, int], today: date) -> None:
    """Whether somebody may do this now; `proof` is the day it is said to have been done, and how many files show it.

    Raises NotYours, NotNow and NotProven.
    """
    _must_be_the_side(act, role)
    if act not in _allowed(standing):
        step = standing.next_step or "—"
        raise NotNow(f"现为 {standing.stage}，下一步是 {step} · it is {standing.stage} now: the next step is {step}")
    on, files = proof
    if act in SAID and not files:
        raise NotProven("files", "请附证明文件 · attach the papers that prove it")
    earliest = max((day for _, day in standing.on), default=date.min)
    if on > today:
        raise NotProven("on", "不能是将来的日期 · must not lie in the future")
    if act in STEPS and on < earliest:
        raise NotProven("on", f"不能早于上一步 {earliest} · must not lie before the step before it, {earliest}")


def _must_be_the_side(act: Act, role: Role) -> None:
    if act in SAID and role != "enterprise":
        raise NotYours(f"只有企业可以申报这一步 · the enterprise says this itself, not {role}")
    if act not in SAID and role not in AUTHORITY:
        raise NotYours(f"只有带班领导、局领导或管理员可以决定 · leaders and the bureau decide this, not {role}")


def _allowed(standing: Standing) -> frozenset[Act]:
    """What may be done in a stage; a refusal sends a test back, or takes a waiver back."""
    if standing.stage == "waived":
        return frozenset({"refused"})
    step = standing.next_step
    if step is None:
        return frozenset()
    told: set[Act] = {"waived"}
    if step != "networked":
        told.add(step)
    if standing.stage == "tested":
        told.add("refused")
    return frozenset(told)


def due_days(need: Need, due: date | None, policy: OnboardingPolicy) -> dict[Step, date]:
    """Until when each step has to be done; none where no monitor is needed.

    From the day since when it is needed, or backwards from the day by which it has to be networked (`due`).
    """
    if need.since is None:
        return {}
    days = (policy.installed_days, policy.tested_days, policy.accepted_days, policy.networked_days)
    zero = need.since if due is None else due - timedelta(days=policy.networked_days)
    return {step: zero + timedelta(days=n) for step, n in zip(STEPS, days, strict=True)}


def overdue_since(need: Need, stands: Standing, due: dict[Step, date], today: date) -> date | None:
    """The last day on which the next step would have been in time; None where it still is, or nothing is owed."""
    step = stands.next_step
    last = due.get(step) if step and need.required else None
    return last if last is not None and last < today else None
