"""An enterprise that has not answered yet is told once, some time before the answer is due."""

from datetime import datetime, timedelta

import asyncpg

from alerts.enterprise.naming import RELEASE
from alerts.policy import Policy
from alerts.push.tell import tell_enterprise

AT_ONCE = 50
SEVERITY = 2


async def turn(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """One look at the clock: each release comes up once, whether it was answered or not."""
    until = now + timedelta(hours=policy.enterprise.remind_hours)
    if not await RELEASE.is_due.fetchval(on, until=until):
        return
    async with on.transaction():
        for row in await RELEASE.take_due.fetch(on, until=until, now=now, most=AT_ONCE):
            if not row["answered"]:
                due = f"{row['reply_by'].astimezone(policy.tz):%m-%d %H:%M}"
                words = {
                    "zh": f"告警 {row['alert_id']} 尚未答复，期限 {due}",
                    "en": f"Alert {row['alert_id']} is not answered yet: it is due by {due}",
                }
                more = {"alert_id": row["alert_id"], "reply_by": row["reply_by"].isoformat()}
                key = f"reminder-{row['release_id']}"
                await tell_enterprise(on, [row["enterprise_id"]], "deadline", words, SEVERITY, now, key, more)
