"""An alert that nobody takes climbs the escalation: a rung is a line of the log, and is told like any transition."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from alerts.handling.air import line_up
from alerts.outbox import PUSH, tell_all
from alerts.policy import Policy
from alerts.push.ladder import Rung, climbed, rungs
from sql.queries import Record

MOST = 500  # alerts at one go


async def climb(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """Look at the alerts whose wait is over, and at no others."""
    if await PUSH.is_climb_due.fetchval(on, now=now):
        async with on.transaction():
            await _climb(on, policy, now)


async def _climb(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    await line_up(on)
    due = await PUSH.due_climbs.fetch(on, now=now, most=MOST)
    after = {row["alert_id"]: _after(row, policy, now) for row in due}
    await PUSH.begin_ladder.execute(on, rows=[plain(alert_id, rung) for alert_id, rung in after.items()])
    reached = [one for row in due for one in _reached(row, after[row["alert_id"]], policy)]
    seqs = [row["seq"] for row in await PUSH.log_rungs.fetch(on, rows=reached, now=now)]
    if seqs:
        await tell_all(on, seqs, max(row["severity"] for row in due))


def _before(row: Record) -> Rung | None:
    """Where it was; of an alert that somebody had meanwhile it begins anew."""
    return None if row["anew"] else Rung(row["level"], row["round"], row["since"], row["next_at"])


def _after(row: Record, policy: Policy, now: datetime) -> Rung:
    before = _before(row)
    return rungs(policy.escalation, row["severity"], before.since if before else now, now, policy.tz, before)


def _reached(row: Record, after: Rung, policy: Policy) -> Sequence[dict[str, Any]]:
    levels = climbed(policy.escalation, _before(row), after)
    return [{"alert_id": row["alert_id"], "details": {"level": level, "round": after.round}} for level in levels]


def plain(alert_id: str, rung: Rung) -> dict[str, Any]:
    """A rung of an alert as a row."""
    times = {"since": rung.since.isoformat(), "next_at": rung.next_at.isoformat()}
    return {"alert_id": alert_id, **rung._asdict(), **times}
