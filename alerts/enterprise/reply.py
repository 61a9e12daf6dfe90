"""What an enterprise may answer to an alert, until when, and what becomes of an appeal."""

from datetime import datetime
from typing import Literal, NamedTuple

from alerts.enterprise.release import may_sign
from alerts.handling.illegal import Illegal, missing
from alerts.handling.stage import Actor

Kind = Literal["reply", "appeal", "rectification"]
Decision = Literal["upheld", "dismissed"]
KIND_ZH = {"reply": "答复", "appeal": "申诉", "rectification": "整改报告"}
DECISION_ZH = {"upheld": "申诉成立", "dismissed": "申诉驳回"}


class Known(NamedTuple):
    """What the enterprise knows of the alert that it answers to."""

    stage: str  # as it is shown to it
    reply_by: datetime | None  # None: its name was not released, so that nothing is due
    appeal_by: datetime | None
    rectify_by: datetime | None
    appealed: bool


def answer(kind: Kind, known: Known, text: str, actor: Actor, now: datetime) -> datetime | None:
    """When this answer was due, None where nothing was; raises Illegal where it may not be given.

    A late reply or report is better than none. A late appeal is none: others rely on what stands.
    """
    if actor.role != "enterprise":
        raise Illegal("role", f"由企业提交 · this is the enterprise's to say, not of {actor.role}")
    if not text.strip():
        raise missing("text", "内容", "a text")
    if kind == "reply":
        return known.reply_by
    if kind == "rectification":
        if known.stage != "rectifying":
            raise Illegal("stage", "目前没有要求贵单位整改 · nothing is ordered of this enterprise to be put right now")
        return known.rectify_by
    if known.appeal_by is None:
        raise Illegal("stage", "未认定贵单位，无可申诉 · nothing was said of this enterprise that it could appeal")
    if known.appealed:
        raise Illegal("stage", "已申诉过 · it has been appealed already")
    if now >= known.appeal_by:
        over = known.appeal_by.isoformat(timespec="seconds")
        raise Illegal("stage", f"申诉期已过（{over}） · the time to appeal was over at {over}")
    return known.appeal_by


def decide(state: str | None, why: str, actor: Actor) -> None:
    """Raises Illegal where an appeal in this state (None: it is no appeal) cannot be decided, or not by this one."""
    may_sign(actor)
    if not why.strip():
        raise missing("why", "理由", "a reason")
    if state is None:
        raise Illegal("stage", "这不是申诉 · this letter is no appeal: there is nothing to decide")
    if state != "open":
        raise Illegal("stage", f"已有决定：{DECISION_ZH[state]} · it is {state} already")
