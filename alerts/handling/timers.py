"""The clocks of handling: steps that take too long, alerts that are nobody's again, places to be looked at again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import asyncpg

from alerts.handling.desk import HANDLING, Entry, act, log
from alerts.handling.lapse import Holder, lapse
from alerts.handling.sla import Clock, broken, next_due
from alerts.handling.stage import TIMER, Act, Handling
from alerts.policy import Policy
from alerts.roster.duty import ROLES, OnDuty, on_duty, responsible
from sql.queries import Queries, Record

SLA = Queries("sla")
AT_ONCE, BATCHES = 50, 20
"""Alerts in a transaction, and transactions a turn: other turns must not wait for a flood."""


class Post(NamedTuple):
    """What a turn knows of the roster."""

    now: datetime
    policy: Policy
    here: Sequence[OnDuty]


async def turn(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """Look at every alert whose clock says so, a batch in a transaction; nobody waits for us while there is none."""
    if not await SLA.is_due.fetchval(on, now=now):
        return
    here = [*await on_duty(on, now), *await responsible(on, now, ROLES, policy.roster.handover_lapse)]
    post = Post(now, policy, here)
    for _ in range(BATCHES):
        if await _batch(on, post) < AT_ONCE:
            break


async def _batch(on: asyncpg.Connection, post: Post) -> int:
    async with on.transaction():
        await HANDLING.line_up.execute(on)
        rows = await SLA.due.fetch(on, now=post.now, most=AT_ONCE)
        again = [await _look(on, post, row) for row in rows]
        await SLA.look_again.execute(on, ids=[row["alert_id"] for row in rows], at=again)
    return len(rows)


async def _look(on: asyncpg.Connection, post: Post, row: Record) -> datetime | None:
    """One alert: what is over is written and told; gives when to look again."""
    handling, now = Handling.read(row["body"]), post.now
    severity = row["severity"]
    for clock in broken(handling, severity, post.policy.sla, now):
        await _breach(on, row, clock, handling, now)
    if handling.recheck_at is not None and handling.recheck_at <= now:
        await _recheck(on, row, handling, now)
    gone = lapse(
        handling, row["touched"] or handling.since, severity, await _holder(on, handling, post), post.policy.desk, now
    )
    if gone.why is not None:
        await act(on, row["alert_id"], Act("lapse", TIMER, gone.why), now)
    coming = [next_due(handling, severity, post.policy.sla, now), gone.again, _recheck_due(handling, now)]
    return min((at for at in coming if at is not None), default=None)


async def _breach(on: asyncpg.Connection, row: Record, clock: Clock, handling: Handling, now: datetime) -> None:
    """Written once, and told while it lasts: what was done late needs nobody's phone."""
    who = handling.accepted_by or handling.person or handling.team or handling.acknowledged_by or ""
    new = await SLA.put_breach.fetchval(
        on, alert_id=row["alert_id"], step=clock.step, since=clock.since, due_at=clock.due, now=now, who=who
    )
    if new and clock.done is None:
        why = f"{clock.step}: {clock.due.isoformat(timespec='seconds')}"
        await log(on, row["alert"], Entry("breach", TIMER, why, {"step": clock.step}), now)


async def _recheck(on: asyncpg.Connection, row: Record, handling: Handling, now: datetime) -> None:
    """Told once a day until somebody has looked again."""
    why = handling.recheck_at.isoformat(timespec="seconds") if handling.recheck_at else ""
    await log(on, row["alert"], Entry("recheck-due", TIMER, why), now)


def _recheck_due(handling: Handling, now: datetime) -> datetime | None:
    if handling.recheck_at is None:
        return None
    return handling.recheck_at if handling.recheck_at > now else now + timedelta(days=1)


async def _holder(on: asyncpg.Connection, handling: Handling, post: Post) -> Holder:
    """Who took the alert, as the roster has it; only asked of one that is acknowledged."""
    who = handling.acknowledged_by
    if handling.stage != "acknowledged" or who is None:
        return Holder(False, False, None)
    mine = [one for one in post.here if one.person_id == who]
    if mine:
        return Holder(True, True, max(one.end for one in mine))
    then = await on_duty(on, handling.since)
    return Holder(any(one.person_id == who for one in then), False, None)
