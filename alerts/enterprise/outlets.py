"""Outlets in the database: how far each is on its way onto the network, and a step further."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

import asyncpg

from alerts.enterprise.file import attach
from alerts.enterprise.onboarding import (
    SAID,
    Act,
    Design,
    Done,
    Need,
    Standing,
    Step,
    check,
    due_days,
    need_of,
    overdue_since,
    standing,
)
from alerts.handling.stage import Actor
from alerts.policy import Policy
from sql.queries import Connection, Queries, Record

ONBOARDING = Queries("onboarding")
MANY = 100


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet as it stands today."""

    outlet_id: int
    enterprise_id: str
    enterprise: str
    township: str
    outlet: str
    flow_m3h: float
    need: Need
    standing: Standing
    due: Mapping[Step, date]
    overdue_since: date | None
    mns: tuple[str, ...]

    @property
    def next_step(self) -> Step | None:
        """What is owed, or would be the next thing to do where no monitor is needed."""
        return self.standing.next_step


class Saying(NamedTuple):
    """That a step was done on a day, with a note or reason and the files that prove it."""

    act: Act
    actor: Actor
    on: date
    note: str
    files: tuple[str, ...] = ()


async def outlets(
    on: Connection,
    policy: Policy,
    now: datetime,
    *,
    enterprise_id: str | None = None,
    township: str | None = None,
    outlet_id: int | None = None,
) -> list[Outlet]:
    """Those that fit, by enterprise and name, as far as the connection reaches."""
    rows = await ONBOARDING.outlets.fetch(
        on, zone=policy.zone, enterprise_id=enterprise_id, township=township, outlet_id=outlet_id
    )
    today = now.astimezone(policy.tz).date()
    # So many take tens of milliseconds, in which others are waiting.
    return await asyncio.to_thread(_all, rows, policy, today) if len(rows) > MANY else _all(rows, policy, today)


def _all(rows: Sequence[Record], policy: Policy, today: date) -> list[Outlet]:
    return [_outlet(row, policy, today) for row in rows]


def _outlet(row: Record, policy: Policy, today: date) -> Outlet:
    designs = [Design(*one) for one in zip(row["since"], row["flows"], row["classes"], strict=True)]
    need = need_of(designs, row["industry"], policy.enterprise.onboarding)
    stands = standing([Done(*one) for one in zip(row["steps"], row["days"], row["notes"], strict=True)], need)
    due = due_days(need, row["due"], policy.enterprise.onboarding)
    return Outlet(
        **{name: row[name] for name in ("outlet_id", "enterprise_id", "enterprise", "township", "outlet")},
        flow_m3h=designs[-1].flow_m3h,
        need=need,
        standing=stands,
        due=due,
        overdue_since=overdue_since(need, stands, due, today),
        mns=tuple(row["mns"]),
    )


async def steps_of(
    on: Connection, outlet_ids: Collection[int], *, with_who: bool = False
) -> Mapping[int, list[dict[str, Any]]]:
    """What was done at outlets, oldest first; who did it is for the authority alone."""
    query = ONBOARDING.steps_by if with_who else ONBOARDING.steps
    of: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in await query.fetch(on, outlet_ids=sorted(outlet_ids)):
        step = dict(row)
        of[step.pop("outlet_id")].append(step)
    return of


async def say(
    on: asyncpg.Connection, outlet_id: int, enterprise_id: str | None, saying: Saying, policy: Policy, now: datetime
) -> Outlet | None:
    """Do a step at an outlet (of this enterprise); the outlet as it is then, None where there is none.

    The same step said again the same way is one. Raises NotYours, NotNow, NotProven and UnknownFile.
    """
    look = partial(outlets, on, policy, now, enterprise_id=enterprise_id, outlet_id=outlet_id)
    async with on.transaction():
        await ONBOARDING.alone.execute(on, outlet_id=outlet_id)
        found = await look()
        if not found:
            return None
        if not await _is_again(on, outlet_id, saying):
            today = now.astimezone(policy.tz).date()
            check(saying.act, saying.actor.role, found[0].standing, (saying.on, len(saying.files)), today)
            if saying.act in SAID:
                await attach(on, found[0].enterprise_id, saying.files, now)
            await ONBOARDING.put.execute(
                on,
                outlet_id=outlet_id,
                enterprise_id=found[0].enterprise_id,
                step=saying.act,
                done_on=saying.on,
                now=now,
                who=saying.actor.who,
                note=saying.note,
                files=list(saying.files),
            )
            found = await look()
    return found[0]


async def _is_again(on: Connection, outlet_id: int, saying: Saying) -> bool:
    """Whether this is what was done last: a double tap."""
    rows = (await steps_of(on, [outlet_id]))[outlet_id]
    told = (saying.act, saying.on, saying.note, list(saying.files))
    return bool(rows) and tuple(rows[-1][name] for name in ("step", "on", "note", "files")) == told
