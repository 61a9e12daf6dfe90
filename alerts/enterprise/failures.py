"""The deadlines of a monitor's failures in the database: brought in line with what was declared and seen."""

from datetime import datetime, timedelta

import asyncpg

from alerts.enterprise.deadline import Failure, Rule, deadlines
from alerts.enterprise.declaration import Declaration, Span, Wish
from alerts.enterprise.workdays import calendar
from alerts.policy import Policy
from sql.queries import Connection, Queries, Record

DEADLINE = Queries("deadline")
LOOK_BACK = timedelta(days=90)
"""Failures that were seen, and were over before, are left as they were."""


async def settle(on: asyncpg.Connection, device: int, rule: Rule, now: datetime) -> None:
    """Work out the deadlines of a monitor anew; within the caller's transaction."""
    since = now - LOOK_BACK
    await DEADLINE.alone.execute(on, device=device)
    declared = [read(row) for row in await DEADLINE.declared.fetch(on, device=device, since=since)]
    seen = [Failure(**dict(row)) for row in await DEADLINE.seen.fetch(on, device=device, since=since)]
    rows = [
        {
            "task": line.task,
            "declaration_id": line.declaration_id,
            "alert_id": line.alert_id,
            "began": line.began.isoformat(),
            "due": line.due.isoformat(),
            "done": line.done and line.done.isoformat(),
        }
        for line in deadlines(declared, seen, rule)
    ]
    await DEADLINE.put.execute(on, device=device, rows=rows)
    await DEADLINE.void_others.execute(on, device=device, since=since, rows=rows)


async def rule_of(on: Connection, policy: Policy) -> Rule:
    """How long failures may last here, with the holidays of the roster."""
    days, rules = await calendar(on, policy), policy.enterprise
    return Rule(timedelta(hours=rules.report_hours), rules.repair_days, days.is_workday, days.zone)


def read(row: Record) -> Declaration:
    """A declaration as the database has it."""
    return Declaration(
        Wish(row["kind"], Span(row["start_at"], row["end_at"]), row["reason"], tuple(row["proofs"])),
        row["made_at"],
        row["made_by"],
        row["state"],
        row["waits"],
        row["version"],
        row["reviewed_at"],
        row["reviewed_by"],
        row["review_reason"],
        row["declaration_id"],
    )
