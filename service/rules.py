"""The rules of the duty desk: the district's policy, and as campaigns under way change it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from alerts.muting.campaigns import policy_now
from alerts.policy import Policy
from service.database import Connection


def _own(request: Request) -> Policy:
    policy: Policy = request.app.state.settings.policy
    return policy


OwnRules = Annotated[Policy, Depends(_own)]
"""The district's own, for what no campaign may change, such as the roster."""


async def _rules(own: OwnRules, connection: Connection) -> Policy:
    return await policy_now(connection, own, datetime.now(UTC))


Rules = Annotated[Policy, Depends(_rules, scope="function")]
