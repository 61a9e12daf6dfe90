"""Campaigns: other rules while they last, of several the later one, and never rules that are none."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from alerts.muting.campaign import Campaign, OverrideError, checked, policy_at
from alerts.muting.campaigns import CAMPAIGN, campaigns_at, policy_now
from alerts.policy import Policy
from tests.service.seed import NOW

DAY = timedelta(days=1)
BASE = Policy()
OZONE = Campaign(1, "臭氧攻坚", NOW - DAY, NOW + DAY, overrides={"sla": {"arrive": 20}, "mute": {"never_from": 3}})
SPRINT = Campaign(2, "首季争优", NOW, NOW + DAY, overrides={"sla": {"arrive": [20, 20, 10, 5]}})


async def _make(pool: asyncpg.Pool, one: Campaign, **changed: Any) -> int:
    told: dict[str, Any] = {
        "name": one.name,
        "start": one.start,
        "end": one.end,
        "tags": list(one.tags),
        "pollutants": list(one.pollutants),
        "overrides": one.overrides or {},
        "author": "P1",
        "now": NOW,
    }
    number: int = await CAMPAIGN.make.fetchval(pool, **(told | changed))
    return number


def test_rules_are_the_districts_own_before_and_after() -> None:
    assert policy_at(BASE, [OZONE], NOW - DAY - timedelta(seconds=1)) == BASE
    assert policy_at(BASE, [OZONE], NOW + DAY) == BASE
    assert policy_at(BASE, [], NOW) == BASE


def test_only_what_the_campaign_names_is_different() -> None:
    policy = policy_at(BASE, [OZONE], NOW)
    assert policy.sla.arrive == (20, 20, 20, 20)
    assert policy.mute.never_from == 3
    assert policy.model_copy(update={"sla": BASE.sla, "mute": BASE.mute}) == BASE
    assert policy.sla.close == BASE.sla.close


def test_of_two_campaigns_the_later_one_wins_whatever_their_order() -> None:
    for campaigns in ([OZONE, SPRINT], [SPRINT, OZONE]):
        policy = policy_at(BASE, campaigns, NOW)
        assert policy.sla.arrive == (20, 20, 10, 5)
        assert policy.mute.never_from == 3
    assert policy_at(BASE, [OZONE, SPRINT], NOW - timedelta(seconds=1)).sla.arrive == (20, 20, 20, 20)


def test_campaign_that_was_ended_changes_nothing_any_more() -> None:
    assert policy_at(BASE, [replace(OZONE, ended=NOW)], NOW) == BASE


def test_rules_that_hold_no_more_are_left_out_and_said_so(caplog: pytest.LogCaptureFixture) -> None:
    broken = replace(SPRINT, overrides={"sla": {"fly": 3}})
    with caplog.at_level(logging.WARNING):
        assert policy_at(BASE, [OZONE, broken], NOW) == policy_at(BASE, [OZONE], NOW)
    assert "首季争优" in caplog.text


def test_overrides_are_kept_as_they_will_hold() -> None:
    assert checked(BASE, {"sla": {"arrive": 20}}) == {"sla": {"arrive": [20.0] * 4}}
    assert checked(BASE, {}) == {}


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"zone": "UTC"}, "zone"),
        ({"roster": {"rest_hours": 1}}, "roster"),
        ({"nothing": {}}, "nothing"),
        ({"sla": 5}, "sla"),
        ({"sla": {"fly": 3}}, "sla.fly"),
        ({"sla": {"arrive": 0}}, "sla.arrive"),
        ({"sla": {"arrive": float("nan")}}, "sla.arrive"),
        ({"mute": {"never_from": 10**30}}, "mute.never_from"),
        ({"escalation": {"levels": []}}, "escalation.levels"),
    ],
    ids=str,
)
def test_rules_that_are_none_are_named(overrides: dict[str, Any], field: str) -> None:
    with pytest.raises(OverrideError) as told:
        checked(BASE, overrides)
    assert told.value.field.startswith(field)
    assert str(told.value)


async def test_campaigns_of_a_time_are_those_under_way(pool: asyncpg.Pool) -> None:
    tagged = replace(OZONE, tags=("臭氧",), pollutants=("o3",))
    first = await _make(pool, tagged)
    second = await _make(pool, SPRINT)
    await _make(pool, SPRINT, start=NOW + DAY, end=NOW + 2 * DAY)
    assert await campaigns_at(pool, NOW) == [
        replace(tagged, campaign_id=first),
        replace(SPRINT, campaign_id=second),
    ]
    assert await campaigns_at(pool, NOW - 2 * DAY) == []


async def test_rules_of_now_follow_what_is_under_way(pool: asyncpg.Pool) -> None:
    assert await policy_now(pool, BASE, NOW) is BASE
    number = await _make(pool, OZONE)
    assert (await policy_now(pool, BASE, NOW)).mute.never_from == 3
    await CAMPAIGN.end.execute(pool, campaign_id=number, now=NOW, who="P1", why="")
    assert await policy_now(pool, BASE, NOW) is BASE
