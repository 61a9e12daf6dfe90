"""What is held is looked at again: told when nothing holds it any more, and quiet from the moment a mute begins."""

from datetime import datetime

import asyncpg

from alerts.handling.air import line_up
from alerts.handling.desk import HANDLING
from alerts.handling.stage import TIMER
from alerts.muting.hold import Ground, Held, hold
from alerts.muting.holding import MUTE, ground_of, judge, put_holds
from alerts.muting.policy import MutePolicy
from alerts.outbox import tell
from alerts.policy import Policy

UNMUTED = "unmuted"
MOST = 200  # alerts a turn: the desk's other clocks wait meanwhile

_MUTE_OVER = "静默已结束，告警仍在 · the mute is over and the alert still stands"
_NOT_COVERED = "静默不再适用，告警仍在 · the mute does not cover it any more and the alert still stands"
_REGIONAL_OVER = "区域提示不再涵盖，告警仍在 · no longer part of the regional notice, and the alert still stands"


async def release(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """One turn: mutes whose time has come begin, and what may no longer be held is judged anew, the gravest first."""
    async with on.transaction():
        if await MUTE.begun.fetch(on, now=now):
            await apply(on, policy.mute, now)
    for row in await MUTE.due.fetch(on, now=now, most=MOST):
        async with on.transaction():
            await _look(on, row["alert_id"], policy.mute, now)


async def apply(on: asyncpg.Connection, policy: MutePolicy, now: datetime) -> None:
    """Hold every alert that the mutes in force cover, also one that people were told of: nobody is called further."""
    bodies = [row["body"] for row in await MUTE.ringing.fetch(on)]
    ground, subjects = await ground_of(on, bodies, now)
    mutes = Ground(ground.mutes, (), ground.owners)
    found = [(subject.alert_id, hold(mutes, subject, policy, now)) for subject in subjects]
    held = [(alert_id, one) for alert_id, one in found if one is not None]
    if held:
        await put_holds(on, held, now)


async def _look(on: asyncpg.Connection, alert_id: str, policy: MutePolicy, now: datetime) -> None:
    await line_up(on)
    row = await MUTE.lock.fetchrow(on, alert_ids=[alert_id])
    assert row is not None
    body = row["body"]
    judged = await judge(on, alert_id, body, policy, now)
    if judged.ended is None or body["status"] == "closed":
        return
    await MUTE.wake.execute(on, alert_id=alert_id, now=now)
    seq = await HANDLING.log.fetchval(
        on,
        alert_id=alert_id,
        at=now,
        who=TIMER.who,
        action=UNMUTED,
        why=_why(judged.ended, now),
        place="",
        details={},
    )
    if row["stage"] == "open":
        await tell(on, seq, UNMUTED, body["kind"], body["severity"])


def _why(ended: Held, now: datetime) -> str:
    if ended.reason == "regional":
        return _REGIONAL_OVER
    return _MUTE_OVER if ended.until and ended.until <= now else _NOT_COVERED
