"""Who may do what in which stage of an alert's handling."""

from collections.abc import Mapping
from typing import NamedTuple

from alerts.handling.stage import ENDED, STAGES, Action, Role, Stage


class Rule(NamedTuple):
    """From which stages, and by which roles."""

    stages: frozenset[Stage]
    roles: frozenset[Role]


def _any(*names: Stage) -> frozenset[Stage]:
    return frozenset(names)


def _by(*names: Role) -> frozenset[Role]:
    return frozenset(names)


SIGNING = _by("duty", "leader", "chief", "bureau", "admin")
"""Who may sign off; a third-party dispatcher and the field may only propose."""
DESK = SIGNING | _by("dispatcher")
STANDING_IN = _by("duty", "leader", "admin")
"""Who may act for whom was sent, when that one only has a phone; who did it is in the log."""
FIELD = STANDING_IN | _by("field", "chief")
EVERYBODY = DESK | _by("field", "enterprise")
LIVE: frozenset[Stage] = frozenset(STAGES) - ENDED
TAKEN: frozenset[Stage] = LIVE - _any("open")
ALL: frozenset[Stage] = frozenset(STAGES)

RULES: Mapping[Action, Rule] = {
    "acknowledge": Rule(_any("open"), DESK),
    "release": Rule(_any("acknowledged"), DESK),
    "lapse": Rule(_any("acknowledged"), _by("timer")),
    "dispatch": Rule(_any("open", "acknowledged", "dispatched", "accepted", "arrived", "reported"), DESK),
    "accept": Rule(_any("dispatched"), FIELD),
    "decline": Rule(_any("dispatched", "accepted"), FIELD),
    "arrive": Rule(_any("dispatched", "accepted"), FIELD),
    "report": Rule(_any("acknowledged", "arrived", "reported"), SIGNING | _by("field")),
    "rectify": Rule(_any("reported", "rectifying"), SIGNING | _by("field", "enterprise")),
    "verify": Rule(_any("reported", "rectified"), SIGNING | _by("field")),
    "handover": Rule(TAKEN, SIGNING),
    "propose": Rule(TAKEN, DESK | _by("field")),
    "close": Rule(LIVE - _any("open", "rectifying"), SIGNING),
    "false-alarm": Rule(_any("open", "acknowledged", "dispatched", "accepted", "arrived", "reported"), SIGNING),
    "reopen": Rule(_any("closed", "false_alarm", "verified"), SIGNING),
    "recheck": Rule(_any("reported", "rectifying", "rectified", "verified", "closed"), SIGNING | _by("field")),
    "merge": Rule(LIVE, DESK),
    "split": Rule(_any("merged"), DESK),
    "link": Rule(ALL, DESK),
    "silence": Rule(LIVE, SIGNING),
    "comment": Rule(ALL, EVERYBODY),
    "clear": Rule(ALL, _by("detector")),
    "resume": Rule(ALL, _by("detector")),
}
