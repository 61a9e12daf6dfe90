"""Whether an alert is held back: by whom, and until when; the one decision that push and clocks ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from alerts.muting.mute import Mute, covers
from alerts.muting.policy import MutePolicy
from alerts.muting.regional import Regional, floods
from alerts.muting.subject import Subject


@dataclass(frozen=True, slots=True)
class Held:
    """Why nobody is told of an alert at present; `until` None: as long as the regional notice stands."""

    reason: Literal["mute", "regional"]
    until: datetime | None
    mutes: tuple[int, ...] = ()  # all that cover it, the one that lasts longest first
    regional: str | None = None  # alert_id of the notice


@dataclass(frozen=True, slots=True)
class Ground:
    """What may hold alerts back now; `owners`: monitor → enterprise."""

    mutes: Sequence[Mute]
    regionals: Sequence[Regional]
    owners: Mapping[str, str]


def hold(ground: Ground, subject: Subject, policy: MutePolicy, now: datetime) -> Held | None:
    """The reason to hold an alert back, None where people are to be told; mutes come before regional notices."""
    covering = [mute for mute in ground.mutes if covers(mute, subject, ground.owners, now)]
    if covering and (subject.severity < policy.never_from or any(mute.planned_works for mute in covering)):
        lasting = sorted(covering, key=lambda mute: (mute.until, mute.mute_id), reverse=True)
        return Held("mute", lasting[0].until, tuple(mute.mute_id for mute in lasting))
    for regional in ground.regionals:
        if floods(regional, subject, policy.regional_below):
            return Held("regional", None, regional=regional.alert_id)
    return None
