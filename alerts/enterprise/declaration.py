"""What an enterprise declares of its monitor: who may do what in which state, and which time of it is in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

from alerts.enterprise.policy import EnterprisePolicy
from alerts.handling.illegal import Illegal, missing
from alerts.handling.stage import Actor

Kind = Literal["stop", "fault", "maintenance", "calibration", "startup"]
State = Literal["declared", "accepted", "refused", "withdrawn"]
Step = Literal["declare", "correct", "end", "withdraw", "accept", "refuse"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_ZH: Mapping[str, str] = {
    "stop": "停运",
    "fault": "故障",
    "maintenance": "维护",
    "calibration": "校准",
    "startup": "启动",
}
STATE_ZH: Mapping[str, str] = {"declared": "待审核", "accepted": "已认可", "refused": "已退回", "withdrawn": "已撤回"}
LIVE: frozenset[State] = frozenset({"declared", "accepted"})
DECLARING = frozenset({"enterprise", "duty", "leader", "admin"})
"""Who may declare; the desk in the name of an enterprise that only has a phone. Who did it is in the log."""
REVIEWING = frozenset({"duty", "leader", "bureau", "admin"})
TOLERANCE = timedelta(minutes=5)  # by which the clock of who declares may be fast
LONGEST = timedelta(days=366)
MOST_PROOFS = 20


class Span(NamedTuple):
    """A time of a monitor, `end` excluded; without `end` it goes on."""

    start: datetime
    end: datetime | None

    def meets(self, other: "Span") -> bool:
        """Whether they have any time in common."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody declares, or corrects it to; `proofs` are ids of files of the enterprise's window."""

    kind: Kind
    span: Span
    reason: str
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """One as it stands; one that `waits` is not in force before it is accepted. `version` goes up with every step."""

    wish: Wish
    made_at: datetime
    made_by: str
    state: State = "declared"
    waits: bool = False
    version: int = 1
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    review_reason: str = ""
    declaration_id: int = 0


class Others(NamedTuple):
    """The other declarations of the same monitor."""

    declarations: tuple[Declaration, ...]

    def of_kind(self, kind: Kind) -> Iterable[Declaration]:
        """Those of a kind that stand."""
        return (one for one in self.declarations if one.state in LIVE and one.wish.kind == kind)

    def refused(self, span: Span) -> bool:
        """Whether the desk has refused some of this time before: what comes again waits to be looked at."""
        return any(one.state == "refused" and one.wish.span.meets(span) for one in self.declarations)


def declare(wish: Wish, others: Others, actor: Actor, policy: EnterprisePolicy, now: datetime) -> Declaration:
    """A new declaration, in force at once; the one that says the same already. Raises Illegal."""
    _by_enterprise(actor)
    twin = next((one for one in others.of_kind(wish.kind) if one.wish.span.start == wish.span.start), None)
    if twin is not None and twin.wish == wish:
        return twin
    _apart(wish, others)
    _sound(wish, now)
    if wish.span.start < now - timedelta(days=policy.mark_back_days):
        raise _too_far_back("start", policy)
    if wish.span.start > _latest(wish.kind, policy, now):
        raise _too_far_ahead(wish.kind, policy)
    return Declaration(wish, now, actor.who, waits=others.refused(wish.span))


def correct(
    old: Declaration, wish: Wish, others: Others, actor: Actor, policy: EnterprisePolicy, now: datetime
) -> Declaration:
    """Another span, reason or proofs before the review; afterwards only less time. Raises Illegal."""
    _by_enterprise(actor)
    _live(old, "更正", "corrected")
    if wish == old.wish:
        return old
    _apart(wish, others)
    _sound(wish, now)
    before, after = old.wish.span, wish.span
    if old.state == "accepted" and not _within(after, before):
        raise Illegal(
            "stage",
            "已认可的标记只能缩短，多出的请另行申报 · an accepted mark can only be made shorter: declare the rest anew",
        )
    first_new = _first_new(before, after)
    if first_new is not None and first_new < now - timedelta(days=policy.mark_back_days):
        raise _too_far_back("start" if after.start < before.start else "end", policy)
    if after.start > max(before.start, _latest(wish.kind, policy, now)):
        raise _too_far_ahead(wish.kind, policy)
    waits = old.waits or others.refused(after)
    return replace(old, wish=wish, waits=waits, version=old.version + 1)


def finish(old: Declaration, at: datetime, actor: Actor, now: datetime) -> Declaration:
    """It ends at a time, which is earlier than was said or was still open; it needs no new review. Raises Illegal."""
    _by_enterprise(actor)
    _live(old, "结束", "ended")
    span = old.wish.span
    if span.end == at:
        return old
    if at <= span.start:
        raise Illegal("time", "结束时间（at）须晚于开始 · the end (at) must lie after the start", "at")
    if span.end is not None and at > span.end:
        raise Illegal("time", "结束只能提前，延长请更正 · it can only end earlier: to prolong it, correct it", "at")
    if at - now > LONGEST:
        raise Illegal("time", "结束时间（at）太远 · the end (at) is too far ahead", "at")
    if old.wish.kind == "fault" and at > now + TOLERANCE:
        raise _not_repaired_yet("at")
    return replace(old, wish=replace(old.wish, span=Span(span.start, at)), version=old.version + 1)


def withdraw(old: Declaration, actor: Actor) -> Declaration:
    """It is taken back; again is the same. Raises Illegal."""
    _by_enterprise(actor)
    if old.state == "withdrawn":
        return old
    _live(old, "撤回", "withdrawn")
    return replace(old, state="withdrawn", version=old.version + 1)


class Verdict(NamedTuple):
    """What the desk says; `seen` is the version that it has looked at, needed to change what was said before."""

    state: Literal["accepted", "refused"]
    reason: str
    seen: int | None = None


def review(old: Declaration, verdict: Verdict, others: Others, actor: Actor, now: datetime) -> Declaration:
    """Accept or refuse; the same by the same person again is the same. Raises Illegal."""
    if actor.role not in REVIEWING:
        raise Illegal("role", f"{actor.role} 不能审核标记 · {actor.role} may not review marks")
    if actor.who == old.made_by:
        raise Illegal("role", "不能审核自己申报的标记 · nobody reviews what he has declared himself")
    if verdict.state == "refused" and not verdict.reason.strip():
        raise missing("reason", "退回的理由", "a reason")
    if (verdict.state, actor.who, verdict.reason) == (old.state, old.reviewed_by, old.review_reason):
        return old
    if verdict.seen is not None and verdict.seen != old.version:
        raise Illegal("stage", f"已有变化，现在是第 {old.version} 版 · it has changed, and is at version {old.version}")
    if old.state == "withdrawn" or old.state == verdict.state or (old.state != "declared" and verdict.seen is None):
        raise Illegal("stage", _standing(old))
    if old.state == "refused":
        _apart(old.wish, others)
    return replace(
        old,
        state=verdict.state,
        waits=old.waits and verdict.state == "refused",
        version=old.version + 1,
        reviewed_at=now,
        reviewed_by=actor.who,
        review_reason=verdict.reason,
    )


def in_force(declaration: Declaration, policy: EnterprisePolicy) -> Span | None:
    """The time in which readings are no evidence because of it; before the review at most so many days of it."""
    if declaration.state not in LIVE or declaration.waits:
        return None
    start, end = declaration.wish.span
    if declaration.state == "accepted":
        return Span(start, end)
    last = start + timedelta(days=policy.mark_unreviewed_days)
    return Span(start, last if end is None else min(end, last))


def minus(span: Span | None, without: Span | None) -> list[Span]:
    """What of a time is not in another."""
    if span is None:
        return []
    if without is None or not span.meets(without):
        return [span]
    left = []
    if span.start < without.start:
        left.append(Span(span.start, without.start))
    if without.end is not None and (span.end is None or without.end < span.end):
        left.append(Span(without.end, span.end))
    return left


def _by_enterprise(actor: Actor) -> None:
    if actor.role not in DECLARING:
        raise Illegal("role", f"{actor.role} 不能申报标记 · {actor.role} may not declare marks")


def _live(old: Declaration, zh: str, en: str) -> None:
    if old.state not in LIVE:
        raise Illegal("stage", f"{_standing(old)}；不能{zh} · it cannot be {en}")


def _standing(old: Declaration) -> str:
    by = f"（{old.reviewed_by}）" if old.reviewed_by else ""
    said = f" by {old.reviewed_by} at {old.reviewed_at:%Y-%m-%dT%H:%M:%SZ}" if old.reviewed_by else ""
    more = "；要改判请附 version · to decide otherwise say its version" if old.reviewed_by else ""
    return f"现在是“{STATE_ZH[old.state]}”{by} · it is {old.state}{said}{more}"


def _apart(wish: Wish, others: Others) -> None:
    for one in others.of_kind(wish.kind):
        if one.wish.span.meets(wish.span):
            number = one.declaration_id
            raise Illegal(
                "stage",
                f"与同类标记 {number} 重叠，请更正那一条 · it overlaps with mark {number} of this kind: correct that",
            )


def _sound(wish: Wish, now: datetime) -> None:
    start, end = wish.span
    if end is not None and end <= start:
        raise Illegal("time", "结束（end）须晚于开始（start） · the end must lie after the start", "end")
    if end is not None and (end - start > LONGEST or end - now > LONGEST):
        raise Illegal("time", f"结束（end）太远 · the end is too far: {LONGEST.days} days at most", "end")
    if wish.kind == "fault" and end is not None and end > now + TOLERANCE:
        raise _not_repaired_yet("end")
    if not wish.reason.strip():
        raise missing("reason", "原因", "a reason")
    if len(wish.proofs) > MOST_PROOFS:
        raise Illegal("missing", f"证明文件最多 {MOST_PROOFS} 个 · at most {MOST_PROOFS} proofs", "proofs")


def _latest(kind: Kind, policy: EnterprisePolicy, now: datetime) -> datetime:
    """Until when one may begin: nobody plans a fault."""
    return now + (TOLERANCE if kind == "fault" else max(TOLERANCE, timedelta(days=policy.mark_ahead_days)))


def _not_repaired_yet(field: str) -> Illegal:
    """Otherwise a failure would be repaired in time by saying so."""
    message = f"故障修复后再报结束时间（{field}） · when a fault ends ({field}) is said once it is repaired"
    return Illegal("time", message, field)


def _too_far_back(field: str, policy: EnterprisePolicy) -> Illegal:
    days = f"{policy.mark_back_days:g}"
    return Illegal("time", f"最多补报 {days} 天内的时间 · nothing older than {days} days can be declared", field)


def _too_far_ahead(kind: Kind, policy: EnterprisePolicy) -> Illegal:
    if kind == "fault":
        return Illegal("time", "故障不能预先申报 · a fault cannot lie in the future", "start")
    days = f"{policy.mark_ahead_days:g}"
    return Illegal("time", f"最多提前 {days} 天申报 · it may begin at most {days} days ahead", "start")


def _within(span: Span, outer: Span) -> bool:
    return minus(span, outer) == []


def _first_new(before: Span, after: Span) -> datetime | None:
    """The first moment that was not declared before."""
    return next((span.start for span in minus(after, before)), None)
