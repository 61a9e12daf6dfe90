"""What somebody asks to have muted, and whether it may be: bounds in time, and scopes that fit the alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.muting.mute import BY_PLACE, LEGAL, NEVER, Scope
from alerts.muting.policy import MutePolicy
from alerts.muting.subject import DISTRICT, Subject

AHEAD = timedelta(days=366)  # so far ahead a mute may begin


class MuteError(ValueError):
    """A mute that cannot be made; `field` is the parameter that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wish:
    """A mute as it is asked for; a start that is over is taken as now."""

    scope: Scope
    place: str
    start: datetime
    end: datetime
    reason: str
    polygon: Mapping[str, Any] | None = None  # GeoJSON, WGS84
    kinds: tuple[str, ...] = ()
    pollutants: tuple[str, ...] = ()
    planned_works: bool = False
    alert_id: str | None = None  # from which it was made


@dataclass(frozen=True, slots=True)
class Silencing:
    """A mute that is asked for from an alert; without a scope, what fits the alert."""

    reason: str
    until: datetime
    scope: Scope | None = None
    planned_works: bool = False


def check(wish: Wish, policy: MutePolicy, now: datetime) -> None:
    """Raises MuteError for a mute of the past, too long, too far ahead, or of what cannot be muted."""
    start = max(wish.start, now)
    if start > now + AHEAD:
        raise MuteError("start", f"不能早于开始 {AHEAD.days} 天设定 · must lie within {AHEAD.days} days from now")
    if wish.end <= start:
        raise MuteError("end", "必须晚于开始和现在 · must lie after the start and after now")
    if wish.end - start > timedelta(days=policy.longest_days):
        raise MuteError(
            "end", f"最长 {policy.longest_days:g} 天 · at most {policy.longest_days:g} days after the start"
        )
    if wish.kinds and set(wish.kinds) <= NEVER:
        raise MuteError("kinds", f"不能静默 · cannot be muted: {', '.join(sorted(wish.kinds))}")
    if wish.scope in BY_PLACE and wish.kinds and set(wish.kinds) <= NEVER | LEGAL:
        raise MuteError(
            "scope", "超标只能按设备或企业静默 · a limit that is exceeded is muted by device or enterprise only"
        )


def scope_for(subject: Subject, asked: Scope | None, owner: str | None) -> tuple[Scope, str]:
    """Scope and place of a mute for this alert; `owner` is the enterprise whose monitor found it. Raises MuteError."""
    if subject.kind in NEVER or subject.source == DISTRICT:
        raise MuteError(
            "alert_id",
            "全区提示和演练不能静默，请确认 · notices of the district and drills cannot be muted: acknowledge it",
        )
    if asked == "polygon":
        raise MuteError("scope", "多边形请用 POST /mutes · make a mute of a polygon by POST /mutes")
    if asked == "cell" and subject.kind in LEGAL:
        raise MuteError(
            "scope", "超标只能按设备或企业静默 · a limit that is exceeded is muted by device or enterprise only"
        )
    scope = asked or ("cell" if subject.first and subject.kind not in LEGAL else "device")
    place = {
        "cell": subject.first,
        "device": subject.device,
        "enterprise": subject.enterprise or owner,
    }[scope]
    if place is None:
        raise MuteError("scope", f"此告警没有 {scope} · this alert has no {scope}: choose another scope")
    return scope, place
