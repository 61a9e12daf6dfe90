"""What outlets owe by the clock: monitors that send are seen, and once a day the desk is told of what is overdue."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import asyncpg

from alerts.enterprise.consumables import CONSUMABLE
from alerts.enterprise.ledger import due_of
from alerts.enterprise.outlets import ONBOARDING, outlets
from alerts.policy import Policy
from alerts.push.tell import tell_enterprise, tell_people
from alerts.roster.duty import on_duty

SUBJECT = "outlets-overdue"
DESK = frozenset({"leader", "duty"})
NAMED = 5  # of what is overdue; the rest is counted
AGAIN = timedelta(days=90)  # what is overdue so long after it was told is told again
SEVERITY = 1
STEP_ZH = {"installed": "安装", "tested": "调试检测", "accepted": "验收", "networked": "联网"}
KIND_ZH = {
    "activated_carbon": "活性炭",
    "filter": "过滤材料",
    "catalyst": "催化剂",
    "reagent": "药剂",
    "gas": "标气",
    "lamp": "灯管",
    "other": "其他耗材",
}


class Late(NamedTuple):
    """One thing that is overdue, in both languages; `key` stays the same while it is the same."""

    key: str
    enterprise_id: str
    zh: str
    en: str


async def turn(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """One look at the clock; most of the time there is nothing to do."""
    async with on.transaction():
        await ONBOARDING.see_networked.execute(on, zone=policy.zone, now=now)
    local = now.astimezone(policy.tz)
    key = f"look:{local.date()}"
    if local.time() < policy.enterprise.onboarding.tell_at or await ONBOARDING.has_looked.fetchval(on, key=key):
        return
    desk = {one.person_id for one in await on_duty(on, now) if one.role in DESK}
    if not desk:
        return  # with whoever comes on duty next
    async with on.transaction():
        if await ONBOARDING.looked.fetchval(on, key=key, now=now) is not None:
            await ONBOARDING.forget.execute(on, before=now - AGAIN)
            await _tell(on, await _new(on, policy, now), desk, local.date(), now)


async def _new(on: asyncpg.Connection, policy: Policy, now: datetime) -> list[Late]:
    """What nobody was told of yet."""
    late = [*await _steps(on, policy, now), *await _consumables(on, policy, now)]
    new = {row["key"] for row in await ONBOARDING.note.fetch(on, keys=[one.key for one in late], now=now)}
    return [one for one in late if one.key in new]


async def _steps(on: asyncpg.Connection, policy: Policy, now: datetime) -> Iterator[Late]:
    """Steps on the way of monitors onto the network."""
    return (
        Late(
            f"step:{one.outlet_id}:{one.next_step}:{one.overdue_since}",
            one.enterprise_id,
            f"{one.enterprise} {one.outlet} 在线监测应于 {one.overdue_since} 前{STEP_ZH[one.next_step]}",
            f"{one.enterprise} {one.outlet}: the monitor was to be {one.next_step} by {one.overdue_since}",
        )
        for one in await outlets(on, policy, now)
        if one.overdue_since and one.next_step
    )


async def _consumables(on: asyncpg.Connection, policy: Policy, now: datetime) -> Iterator[Late]:
    """Consumables that should have been changed."""
    today = now.astimezone(policy.tz).date()
    rows = await CONSUMABLE.last.fetch(on, zone=policy.zone)
    return (
        Late(
            f"consumable:{row['entry_id']}",
            row["enterprise_id"],
            f"{row['enterprise']} {row['outlet']} {KIND_ZH[row['kind']]}应更换（上次 {row['done_on']}）",
            f"{row['enterprise']} {row['outlet']}: {row['kind']} is overdue, last changed {row['done_on']}",
        )
        for row in rows
        if due_of(
            row["kind"], row["done_on"], row["next_due_on"], (row["hours"], today), policy.enterprise.ledger
        ).state
        == "overdue"
    )


async def _tell(on: asyncpg.Connection, late: Sequence[Late], desk: set[str], today: date, now: datetime) -> None:
    """The desk of all in one message, each enterprise of its own."""
    if not late:
        return
    await tell_people(on, desk, SUBJECT, _words(late), SEVERITY, now, f"{SUBJECT}:{today}")
    for enterprise_id in sorted({one.enterprise_id for one in late}):
        own = [one for one in late if one.enterprise_id == enterprise_id]
        await tell_enterprise(on, {enterprise_id}, "deadline", _words(own), SEVERITY, now, f"{SUBJECT}:{today}")


def _words(late: Sequence[Late]) -> dict[str, str]:
    more = len(late) - NAMED
    zh = [one.zh for one in late[:NAMED]] + ([f"另有 {more} 项"] if more > 0 else [])
    en = [one.en for one in late[:NAMED]] + ([f"and {more} more"] if more > 0 else [])
    return {"zh": f"新逾期 {len(late)} 项：{'；'.join(zh)}", "en": f"Newly overdue, {len(late)}: {'; '.join(en)}"}
