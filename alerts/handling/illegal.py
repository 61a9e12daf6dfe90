"""Why a step cannot be taken, in words for programs and for people."""

from datetime import datetime
from typing import Literal

from alerts.handling.stage import Act, Action, Handling
from alerts.handling.words import ACTION_ZH, STAGE_ZH

Reason = Literal["role", "stage", "missing", "assignee", "time", "place"]


class Illegal(Exception):  # noqa: N818
    """A step that cannot be taken; `reason` is for programs, the message for people, in two languages.

    `field` is the name of what is missing or wrong in the act, "" where it is none.
    """

    def __init__(self, reason: Reason, message: str, field: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field


def cannot(handling: Handling, action: Action) -> str:
    """What to say where the stage forbids it: who was there before, and since when."""
    by = handling.acknowledged_by if handling.stage == "acknowledged" else handling.closed_by
    who = f"（{by}）" if by else ""
    since = handling.since.isoformat(timespec="seconds")
    return (
        f"现在是“{STAGE_ZH[handling.stage]}”{who}，不能{ACTION_ZH[action]}"
        f" · cannot {action}: it is {handling.stage}{f' by {by}' if by else ''} since {since}"
    )


def missing(field: str, zh: str, en: str) -> Illegal:
    """What to raise where a field is missing."""
    return Illegal("missing", f"缺少{zh}（{field}） · {en} ({field}) is needed", field)


def ahead(field: str, at: datetime | None, now: datetime, zh: str, en: str) -> datetime:
    """A time that lies in the future; raises Illegal where it is missing or does not."""
    if at is None:
        raise missing(field, zh, en)
    if at <= now:
        raise Illegal("time", f"{zh}（{field}）须在将来 · {en} ({field}) must lie in the future", field)
    return at


def reason(act: Act) -> None:
    """Raises Illegal where nobody says why."""
    if not act.why.strip():
        raise missing("why", "理由", "a reason")
