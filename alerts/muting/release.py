"""What is held is looked at again: told when nothing holds it any more, and quiet from the moment a mute begins."""

from datetime import datetime

import asyncpg

from alerts.handling.air import line_up
from alerts.handling.desk import Entry, log
from alerts.handling.stage import TIMER
from alerts.muting.hold import Ground, Held, hold
from alerts.muting.holding import MUTE, ground_of, held_by, hold_open, put_holds
from alerts.muting.policy import MutePolicy
from alerts.policy import Policy

UNMUTED = "unmuted"
MOST = 200  # alerts a turn: the desk's other clocks wait meanwhile

_MUTE_OVER = "静默已结束，告警仍在 · the mute is over and the alert still stands"
_NOT_COVERED = "静默不再适用，告警仍在 · the mute does not cover it any more and the alert still stands"
_REGIONAL_OVER = "区域提示不再涵盖，告警仍在 · no longer part of the regional notice, and the alert still stands"


async def release(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """One turn, within the caller's transaction: mutes whose time has come begin, what may be held no more is told.

    The gravest first. In the order of locks that all who write to the log keep: the log before any alert.
    """
    due = [row["alert_id"] for row in await MUTE.due.fetch(on, now=now, most=MOST)]
    if not due and not await MUTE.is_beginning.fetchval(on, now=now):
        return
    await line_up(on)
    if await MUTE.begun.fetch(on, now=now):
        await apply(on, policy.mute, now)
    rows = {row["alert_id"]: row["body"] for row in await MUTE.lock.fetch(on, alert_ids=due)}
    held = await hold_open(on, list(rows.values()), policy.mute, now)
    free = [alert_id for alert_id in due if alert_id not in held]
    ended = {row["alert_id"]: held_by(row) for row in await MUTE.release.fetch(on, alert_ids=free, now=now)}
    for alert_id in free:
        if alert_id in ended and rows[alert_id]["status"] != "closed":
            await log(on, rows[alert_id], Entry(UNMUTED, TIMER, _why(ended[alert_id], now)), now)


async def apply(on: asyncpg.Connection, policy: MutePolicy, now: datetime) -> None:
    """Hold every alert that the mutes in force cover, also one that people were told of: nobody is called further.

    What somebody else is changing just now is left to the push, which asks before it tells: nobody waits for anybody.
    """
    bodies = [row["body"] for row in await MUTE.ringing.fetch(on)]
    ground, subjects = await ground_of(on, bodies, now)
    mutes = Ground(ground.mutes, (), ground.owners)
    found = [(subject.alert_id, hold(mutes, subject, policy, now)) for subject in subjects]
    held = {alert_id: one for alert_id, one in found if one is not None}
    ours = [row["alert_id"] for row in await MUTE.lock_free.fetch(on, alert_ids=sorted(held))]
    if ours:
        await put_holds(on, [(alert_id, held[alert_id]) for alert_id in ours], now)


def _why(ended: Held, now: datetime) -> str:
    if ended.reason == "regional":
        return _REGIONAL_OVER
    return _MUTE_OVER if ended.until and ended.until <= now else _NOT_COVERED
