"""What the roster does by the clock: it rolls on, reminds of the next shift, and sees who is missing on post."""

import logging
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import asyncpg

from alerts.policy import Policy
from alerts.push.tell import tell_people
from alerts.roster.check_in import missed_check_ins
from alerts.roster.definition import DefinitionError
from alerts.roster.duty import held_of, on_duty
from alerts.roster.holding import overdue
from alerts.roster.publish import publish
from alerts.roster.right import LEADING
from sql.queries import Queries

logger = logging.getLogger(__name__)

ROSTER = Queries("roster")
LOOK_BACK = timedelta(hours=2)  # a check-in that was missed before is no news any more
KEPT = timedelta(days=90)


class Notice(NamedTuple):
    """What people are to be told once; the key begins with the subject."""

    key: str
    people: frozenset[str]
    words: Mapping[str, str]
    severity: int


async def turn(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """One look at the clock; what was told or done once is not told or done again."""
    await _roll_on(on, policy, now)
    sources = (_next_shifts, _missed_check_ins, _missed_handovers)
    notices = [notice for source in sources async for notice in source(on, policy, now)]
    if not notices:
        return
    new = {row["key"] for row in await ROSTER.new_notices.fetch(on, keys=[notice.key for notice in notices])}
    for notice in notices:
        if notice.key in new:
            async with on.transaction():
                if await _once(on, notice.key, now):
                    subject = notice.key.partition(":")[0]
                    await tell_people(on, notice.people, subject, notice.words, notice.severity, now, notice.key)


async def _roll_on(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """Publish once a day, and after every import."""
    key = f"publish:{now.astimezone(policy.tz).date()}:{await ROSTER.registry_version.fetchval(on)}"
    if await ROSTER.new_notices.fetch(on, keys=[key]) and await _once(on, key, now):
        try:
            await publish(on, now, timedelta(days=policy.roster.horizon_days))
        except DefinitionError:
            logger.exception("the roster cannot be published; the one that was published holds on")
        await ROSTER.forget_notices.execute(on, before=now - KEPT)


async def _next_shifts(on: asyncpg.Connection, policy: Policy, now: datetime) -> AsyncIterator[Notice]:
    until = now + timedelta(minutes=policy.roster.notice_minutes)
    for row in await ROSTER.coming.fetch(on, after=now, until=until):
        start = row["start_at"].astimezone(policy.tz)
        words = {
            "zh": f"{start:%m-%d %H:%M} 起轮到您值班：{row['post']}",
            "en": f"Your shift begins {start:%m-%d %H:%M}: {row['post']}",
        }
        key = f"next-shift:{row['person_id']}:{_stamp(row['start_at'])}:{row['post']}"
        yield Notice(key, frozenset({row["person_id"]}), words, 1)


async def _missed_check_ins(on: asyncpg.Connection, policy: Policy, now: datetime) -> AsyncIterator[Notice]:
    for watch in await missed_check_ins(on, (now - LOOK_BACK, now), now, policy.roster, policy.tz):
        shift = watch.shift
        span = f"{watch.start.astimezone(policy.tz):%H:%M}–{watch.end.astimezone(policy.tz):%H:%M}"
        words = {
            "zh": f"{shift.post} {shift.person_id} 在 {span} 未签到，请查岗",
            "en": f"{shift.person_id} on {shift.post} did not check in {span}: see whether somebody is there",
        }
        key = f"missed-check-in:{shift.person_id}:{_stamp(watch.start)}:{shift.post}"
        yield Notice(key, await _leaders(on, now) or frozenset({shift.person_id}), words, 3)


async def _missed_handovers(on: asyncpg.Connection, policy: Policy, now: datetime) -> AsyncIterator[Notice]:
    wait = timedelta(minutes=policy.roster.handover_wait_minutes)
    lapse = policy.roster.handover_lapse
    for duty in overdue(await held_of(on, now, policy.roster.handover_roles, lapse), now - wait, lapse):
        here = {one.person_id for one in await on_duty(on, now) if one.post == duty.post}
        words = {
            "zh": f"{duty.post} {duty.name} 的班已结束，尚未交接：请交接并接收",
            "en": f"{duty.post}: the shift of {duty.name} is over and not handed over yet: offer it and accept it",
        }
        key = f"handover-missing:{duty.person_id}:{_stamp(duty.start)}:{duty.post}"
        yield Notice(key, await _leaders(on, now) | here | {duty.person_id}, words, 2)


async def _leaders(on: asyncpg.Connection, now: datetime) -> frozenset[str]:
    return frozenset(one.person_id for one in await on_duty(on, now) if one.role in LEADING)


async def _once(on: asyncpg.Connection, key: str, now: datetime) -> bool:
    return await ROSTER.put_notice.fetchval(on, key=key, at=now) is not None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
