"""A name is released, or taken back: in the database, in the alert's log, and told to the enterprise."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from alerts.enterprise.release import Concern, Naming, Terms, check, may_sign, taken_back, terms, words
from alerts.enterprise.workdays import calendar
from alerts.handling.desk import HANDLING, Entry, Unknown, log
from alerts.handling.illegal import Illegal, missing
from alerts.handling.stage import Actor
from alerts.policy import Policy
from alerts.push.tell import tell_enterprise
from sql.queries import Queries, Record

RELEASE = Queries("alert_release")
SUPERSEDED = "改为另一身份公布 · released as something else"


@dataclass(frozen=True, slots=True)
class Released:
    """A name that was released, by its number, and what is due."""

    release_id: int
    terms: Terms


async def release(on: asyncpg.Connection, naming: Naming, actor: Actor, policy: Policy, now: datetime) -> Released:
    """Release a name, all of it or nothing; one that was released as something else is that no longer.

    Raises Illegal, and Unknown where alert or enterprise do not exist.
    """
    async with on.transaction():
        row = await _locked(on, naming.alert_id)
        known = await RELEASE.concern.fetchrow(on, alert_id=naming.alert_id, enterprise_id=naming.enterprise_id)
        if not known or not await HANDLING.knows_enterprise.fetchval(on, enterprise_id=naming.enterprise_id):
            raise Unknown("enterprise_id", f"没有企业 {naming.enterprise_id} · no enterprise {naming.enterprise_id}")
        check(naming, _concern(row, known), actor)
        if known["released_as"] is not None:
            await _withdraw(on, naming.alert_id, naming.enterprise_id, SUPERSEDED, actor, now)
        days = await calendar(on, policy)
        due = terms(policy.enterprise, now, days)
        number = await RELEASE.put.fetchval(on, **naming._asdict(), at=now, who=actor.who, **due._asdict())
        said = {"enterprise_id": naming.enterprise_id, "as": naming.released_as}
        await log(on, row["alert"], Entry("release-name", actor, naming.why, said), now)
        await tell_enterprise(
            on,
            [naming.enterprise_id],
            "alert",
            words(naming, due, days.zone),
            row["alert"]["severity"],
            now,
            f"release-{number}",
            {"alert_id": naming.alert_id, "as": naming.released_as, "reply_by": due.reply_by.isoformat()},
        )
    return Released(number, due)


async def withdraw(
    on: asyncpg.Connection, alert_id: str, enterprise_id: str, why: str, actor: Actor, now: datetime
) -> int:
    """Take a name back: the enterprise sees the alert no longer, unless it is about its own monitor. Gives the number.

    Raises Illegal and Unknown. What the enterprise wrote stays.
    """
    async with on.transaction():
        row = await _locked(on, alert_id)
        may_sign(actor)
        if not why.strip():
            raise missing("why", "理由", "a reason")
        number = await _withdraw(on, alert_id, enterprise_id, why, actor, now)
        await log(on, row["alert"], Entry("withdraw-name", actor, why, {"enterprise_id": enterprise_id}), now)
        more = {"alert_id": alert_id, "as": None}
        severity = row["alert"]["severity"]
        await tell_enterprise(
            on, [enterprise_id], "alert", taken_back(alert_id), severity, now, f"withdrawn-{number}", more
        )
    return number


async def _withdraw(
    on: asyncpg.Connection, alert_id: str, enterprise_id: str, why: str, actor: Actor, now: datetime
) -> int:
    number: int | None = await RELEASE.withdraw.fetchval(
        on, alert_id=alert_id, enterprise_id=enterprise_id, why=why, who=actor.who, at=now
    )
    if number is None:
        raise Illegal("stage", f"未向 {enterprise_id} 公布 · not released to {enterprise_id}", "enterprise_id")
    return number


async def _locked(on: asyncpg.Connection, alert_id: str) -> Record:
    await HANDLING.line_up.execute(on)
    row = await HANDLING.lock.fetchrow(on, alert_id=alert_id)
    if row is None:
        raise Unknown("", f"没有这条告警 · no alert {alert_id}")
    return row


def _concern(row: Record, known: Record) -> Concern:
    alert = row["alert"]
    candidates = frozenset(one["enterprise_id"] for one in alert["candidates"])
    return Concern(alert["kind"], known["found"], candidates, known["owner"], known["released_as"])
