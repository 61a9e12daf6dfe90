"""A step of handling in the database: once a key, one at a time, with its line in the log and what must be told."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg

from alerts.handling.illegal import Illegal
from alerts.handling.photo import photos_of
from alerts.handling.place import distance_m
from alerts.handling.rules import FIELD
from alerts.handling.stage import ENDED, FALSE_ALARM, REOPENED, Act, Actor, Handling, Stage
from alerts.handling.step import step
from alerts.outbox import tell
from sql.queries import Queries

HANDLING = Queries("handling")
KEPT = timedelta(days=7)
"""How long a key is known."""


class Unknown(Exception):  # noqa: N818
    """Something that the act names does not exist; `field` is the name of the parameter, "" for the alert itself."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Stale(Exception):  # noqa: N818
    """Somebody else was faster: the handling is not at the version that the act was meant for."""

    def __init__(self, version: int) -> None:
        super().__init__(f"已被他人更改，现在是第 {version} 版 · changed by somebody else, now at version {version}")
        self.version = version


class KeyReused(Exception):  # noqa: N818
    """The same key came with another request before."""


class Entry(NamedTuple):
    """A line of the log: a step that was taken, or what a clock says."""

    action: str
    actor: Actor
    why: str
    details: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step led to; `repeated` when the same key had done it before."""

    alert_id: str
    seq: int
    handling: Mapping[str, Any]
    repeated: bool = False


async def act(
    on: asyncpg.Connection, alert_id: str, act: Act, now: datetime, key: str | None = None, expected: int | None = None
) -> Outcome:
    """Take one step; all of it or nothing.

    `key` makes a repeat harmless, `expected` is the version that the actor has seen. Raises Unknown, Stale, KeyReused
    and Illegal.
    """
    async with on.transaction():
        await HANDLING.line_up.execute(on)
        if key is not None and (before := await _answered(on, alert_id, act, now, key)):
            return before
        outcome = await _take(on, alert_id, act, now, expected)
        if key is not None:
            answer = {"alert_id": alert_id, "seq": outcome.seq, "handling": outcome.handling}
            await HANDLING.answer.execute(on, who=act.actor.who, key=key, answer=answer)
        return outcome


async def _answered(on: asyncpg.Connection, alert_id: str, act: Act, now: datetime, key: str) -> Outcome | None:
    """The answer that the key got before, None where it is new and now ours."""
    told = json.dumps([alert_id, act.action, act.why, act.details()], sort_keys=True)
    request = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    await HANDLING.forget.execute(on, before=now - KEPT)
    if await HANDLING.claim.fetchval(on, who=act.actor.who, key=key, request=request, at=now):
        return None
    row = await HANDLING.answered.fetchrow(on, who=act.actor.who, key=key)
    if row is None or row["request"] != request:
        raise KeyReused("此 Idempotency-Key 已用于别的请求 · this Idempotency-Key came with another request before")
    return Outcome(**row["answer"], repeated=True)


async def _take(on: asyncpg.Connection, alert_id: str, act: Act, now: datetime, expected: int | None) -> Outcome:
    row = await HANDLING.lock.fetchrow(on, alert_id=alert_id)
    if row is None:
        raise Unknown("", f"没有这条告警 · no alert {alert_id}")
    handling = Handling.read(row["body"])
    if expected is not None and expected != handling.version:
        raise Stale(handling.version)
    act = await _known(on, alert_id, act, row["alert"])
    after = step(handling, act, now)
    at = max(now, handling.since)
    await HANDLING.put.execute(
        on, alert_id=alert_id, stage=after.stage, version=after.version, body=after.body(), at=at
    )
    if row["alert"]["kind"] != "drill" and (cause := _label(handling, act)):
        await HANDLING.put_finding.execute(
            on, alert_id=alert_id, at=at, enterprise_id=act.enterprise_id, cause=cause, note=act.why
        )
    entry = Entry(act.action, act.actor, act.why, {**act.details(), **_beside(handling, act)})
    return Outcome(alert_id, await log(on, row["alert"], entry, at), after.body())


def _beside(handling: Handling, act: Act) -> dict[str, Any]:
    """What the log needs to know of before: who was sent there and need not go any more."""
    going = handling.accepted_by or handling.person
    return {"previous": [going]} if act.action == "dispatch" and going and going != act.person else {}


async def log(on: asyncpg.Connection, alert: Mapping[str, Any], entry: Entry, at: datetime) -> int:
    """A line in the log of an alert (its body as the detector left it), and the notice of it in the queue."""
    seq: int = await HANDLING.log.fetchval(
        on,
        alert_id=alert["id"],
        at=at,
        who=entry.actor.who,
        action=entry.action,
        why=entry.why,
        place=entry.actor.place,
        details=dict(entry.details),
    )
    await tell(on, seq, entry.action, alert["kind"], alert["severity"])
    return seq


async def _known(on: asyncpg.Connection, alert_id: str, act: Act, alert: Mapping[str, Any]) -> Act:
    """The act with what is computed; raises Unknown for what does not exist."""
    if act.enterprise_id is not None and not await HANDLING.knows_enterprise.fetchval(
        on, enterprise_id=act.enterprise_id
    ):
        raise Unknown("enterprise_id", f"没有登记的企业 {act.enterprise_id} · no enterprise {act.enterprise_id}")
    if act.person is not None:
        await _can_go(on, act, act.person)
    if act.team is not None and not await HANDLING.knows_team.fetchval(on, township=act.team):
        raise Unknown("team", f"{act.team} 没有外勤队 · no field team in {act.team}")
    if act.photos and (strange := set(act.photos) - await photos_of(on, alert_id)):
        raise Unknown("photos", f"不是这条告警的照片 · not photos of this alert: {', '.join(sorted(strange))}")
    if act.into is not None:
        await _can_take(on, alert_id, act.into, alert["kind"])
    if act.lon is not None and act.lat is not None:
        return replace(act, distance_m=distance_m(act.lon, act.lat, alert))
    return act


async def _can_go(on: asyncpg.Connection, act: Act, person: str) -> None:
    role = await HANDLING.role.fetchval(on, person_id=person)
    if role is None:
        raise Unknown("person", f"没有这个人 {person} · no person {person}")
    if act.action == "dispatch" and role not in FIELD:
        raise Unknown("person", f"{person} 是 {role}，不出外勤 · {person} is {role} and is not sent out")


async def _can_take(on: asyncpg.Connection, alert_id: str, into: str, kind: str) -> None:
    row = await HANDLING.standing.fetchrow(on, alert_id=into)
    if row is None or into == alert_id:
        raise Unknown("into", f"不能并入 {into} · cannot be merged into {into}: no such other alert")
    if (row["kind"] == "drill") != (kind == "drill"):
        raise Illegal("stage", "演练与真实告警不能合并 · a drill and a real alert cannot be merged", "into")
    stage: Stage = row["stage"]
    if stage in ENDED:
        raise Illegal("stage", f"{into} 已结束，不能并入 · {into} is {stage}: merge into a live alert", "into")


def _label(handling: Handling, act: Act) -> str | None:
    """What the detector learns from an act: a cause code, that it was no alert, or that it was one after all."""
    if act.action == "report":
        return act.cause
    if act.action == "reopen" and handling.stage == "false_alarm":
        return REOPENED
    return FALSE_ALARM if act.action == "false-alarm" else None
