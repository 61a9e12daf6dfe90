"""What happens by the clock: deadlines follow what is seen, who misses one is told of, hidden exceedances are found."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from alerts.enterprise import retrial
from alerts.enterprise.failures import DEADLINE, rule_of, settle
from alerts.policy import Policy
from alerts.push.tell import tell_people
from alerts.roster.duty import on_duty, responsible
from sql.queries import Record

AT_ONCE = 50
TOLD = ("leader", "bureau")
SUBJECT = "deadline-missed"
SEVERITY = 2
NAMED = 3


async def turn(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """One look at the clock; nothing is read while nothing is due."""
    await retrial.turn(on, policy, now)
    if not await DEADLINE.is_due.fetchval(on, now=now):
        return
    await _follow(on, policy, now)
    await _tell(on, policy, now)


async def _follow(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """Alerts of failures have opened or closed."""
    async with on.transaction():
        rows = await DEADLINE.take_failures.fetch(on, most=AT_ONCE)
        if not rows:
            return
        rule = await rule_of(on, policy)
        for row in rows:
            await settle(on, row["device"], rule, now)


async def _tell(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """The leaders and the bureau on duty hear once of each deadline that is missed; it waits while there is nobody."""
    here = [*await on_duty(on, now), *await responsible(on, now, TOLD, policy.roster.handover_lapse)]
    people = {one.person_id for one in here if one.role in TOLD}
    if not people:
        return
    async with on.transaction():
        rows = await DEADLINE.missed.fetch(on, now=now, most=AT_ONCE)
        if rows:
            key = f"{SUBJECT}:{rows[0]['deadline_id']}:{rows[0]['due_at'].isoformat()}"
            await tell_people(on, people, SUBJECT, _words(rows, policy), SEVERITY, now, key)
            await DEADLINE.told.execute(on, now=now, ids=[row["deadline_id"] for row in rows])


def _words(rows: Sequence[Record], policy: Policy) -> dict[str, str]:
    """Several at once are one message, with the first of them by name."""
    zh, en = zip(*(_line(row, policy) for row in rows[:NAMED]), strict=True)
    more = len(rows) - NAMED
    return {
        "zh": "；".join(zh) + (f"；另有 {more} 项超期" if more > 0 else ""),
        "en": "; ".join(en) + (f"; and {more} more deadlines" if more > 0 else ""),
    }


def _line(row: Record, policy: Policy) -> tuple[str, str]:
    who, mn = row["enterprise"], row["device_id"]
    began, due = (f"{row[name].astimezone(policy.tz):%m-%d %H:%M}" for name in ("began_at", "due_at"))
    zh, en = {"report": ("报告", "reported"), "repair": ("修复", "repaired")}[row["task"]]
    return (
        f"{who} {mn} 自 {began} 故障，至 {due} 未{zh}",
        f"{who}: the failure of {mn} since {began} was not {en} by {due}",
    )
