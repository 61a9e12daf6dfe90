"""Campaigns (首季争优, 臭氧攻坚 …): dated profiles that give the desk other rules while they last."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from alerts.policy import Policy

logger = logging.getLogger(__name__)
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")

# The roster is planned ahead and the zone is the district's: neither may be another one for some weeks.
SECTIONS = ("desk", "sla", "escalation", "push", "mute")


class OverrideError(ValueError):
    """Rules that are none; `field` names the section and value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Campaign:
    """From `start` (included) to `end` (not), or to `ended` if somebody has ended it before."""

    campaign_id: int
    name: str
    start: datetime
    end: datetime
    tags: tuple[str, ...] = ()
    pollutants: tuple[str, ...] = ()  # empty: all
    overrides: Mapping[str, Any] | None = None
    ended: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether it is under way."""
        return self.start <= at < (self.end if self.ended is None else min(self.end, self.ended))


def policy_at(policy: Policy, campaigns: Iterable[Campaign], at: datetime) -> Policy:
    """The rules that hold then: of campaigns that say something different, the one that started later.

    Rules that do not go together, as the policy file or another campaign has changed since, are left out, and said so.
    """
    under_way = [one for one in campaigns if one.overrides and one.holds_at(at)]
    for campaign in sorted(under_way, key=lambda one: (one.start, one.campaign_id)):
        try:
            policy = Policy.model_validate(_merged(policy.model_dump(mode="json"), campaign.overrides or {}))
        except ValidationError as error:
            logger.warning("campaign %d %s: its rules do not hold: %s", campaign.campaign_id, campaign.name, error)
    return policy


def checked(policy: Policy, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a policy, its values as they will hold; raises OverrideError, which names what is wrong."""
    for section, values in overrides.items():
        if section not in SECTIONS:
            raise OverrideError(section, f"只可改 · a campaign may change only {', '.join(SECTIONS)}")
        if not isinstance(values, dict):
            raise OverrideError(section, "须为一组规则 · must be a set of rules")
        if not _storable(values):
            raise OverrideError(section, "含无法保存的字符 · has a text that cannot be stored")
    try:
        valid = Policy.model_validate(_merged(policy.model_dump(mode="json"), overrides))
    except ValidationError as error:
        first = error.errors()[0]
        raise OverrideError(".".join(map(str, first["loc"])), first["msg"]) from error
    return _part(valid.model_dump(mode="json"), overrides)


def _storable(value: Any) -> bool:
    """Whether no text has a NUL or half a surrogate pair; without recursion, as JSON may be nested deep."""
    rest = [value]
    while rest:
        match rest.pop():
            case dict(inner):
                rest += [*inner.keys(), *inner.values()]
            case list(inner):
                rest += inner
            case str(text) if _UNSTORABLE.search(text):
                return False
    return True


def _merged(policy: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The policy with the values that the overrides name; lists are taken whole."""
    merged = dict(policy)
    for name, value in overrides.items():
        inner = merged.get(name)
        merged[name] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _part(policy: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Of the policy what is named."""
    return {
        name: _part(policy[name], value) if isinstance(policy[name], dict) and isinstance(value, dict) else policy[name]
        for name, value in named.items()
    }
