"""The rules of the duty desk as they hold now: the district's policy, as campaigns under way change it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from alerts.muting.campaigns import policy_now
from alerts.policy import Policy
from service.database import Connection


async def _rules(request: Request, connection: Connection) -> Policy:
    policy: Policy = request.app.state.settings.policy
    return await policy_now(connection, policy, datetime.now(UTC))


Rules = Annotated[Policy, Depends(_rules, scope="function")]
