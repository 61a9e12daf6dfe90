"""Campaigns in the database, and the rules that they make hold."""

from datetime import datetime

from alerts.muting.campaign import Campaign, policy_at
from alerts.policy import Policy
from sql.queries import Connection, Queries

CAMPAIGN = Queries("campaign")


async def campaigns_at(on: Connection, at: datetime) -> list[Campaign]:
    """The campaigns that are under way at a time, in the order of their starts."""
    rows = await CAMPAIGN.under_way.fetch(on, at=at)
    return [
        Campaign(**{**row, "tags": tuple(row["tags"]), "pollutants": tuple(row["pollutants"])})
        for row in map(dict, rows)
    ]


async def policy_now(on: Connection, policy: Policy, now: datetime) -> Policy:
    """The district's policy as the campaigns that are under way change it."""
    campaigns = await campaigns_at(on, now)
    return policy_at(policy, campaigns, now) if campaigns else policy
