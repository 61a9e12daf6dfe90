"""What happens by the clock, every second, in one of the workers: escalation, waiting pushes, other timers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg

from alerts.enterprise import overdue as outlets
from alerts.enterprise import reminders
from alerts.enterprise import timers as enterprise
from alerts.handling import timers as handling
from alerts.muting.campaigns import policy_now
from alerts.muting.release import release
from alerts.outbox import PUSH, wake
from alerts.policy import Policy
from alerts.push.climb import climb
from alerts.push.pursue import pursue
from alerts.push.sender import Sender
from alerts.roster import timers as roster
from sql.failure import FAILURES

logger = logging.getLogger(__name__)

Turn = Callable[[asyncpg.Connection, Policy, datetime], Awaitable[None]]
EVERY_S = 1.0
SET_BACK = timedelta(seconds=5)  # less is two machines whose clocks differ
LANES = 1000


async def keep_time(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:  # noqa: ARG001 - as every turn
    """After the clock was set back what waits is moved along with it: nothing is told late, nothing again."""
    async with on.transaction():
        before = await PUSH.turned.fetchval(on, now=now)
        if before is not None and before - now > SET_BACK:
            logger.warning("the clock was set back by %s: what waits is moved along", before - now)
            await PUSH.move_back.execute(on, now=now, by=before - now)


async def unmute(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:
    """Mutes begin and end."""
    async with on.transaction():
        await release(on, policy, now)


async def wake_lanes(on: asyncpg.Connection, policy: Policy, now: datetime) -> None:  # noqa: ARG001
    """What had to wait is due now; also what a lost job has left behind."""
    async with on.transaction():
        due = await PUSH.due_lanes.fetch(on, now=now, most=LANES)
        await wake(on, [(row["lane"], row["severity"]) for row in due], once=True)


TURNS: Mapping[str, Turn] = {
    "clock": keep_time,
    "escalation": climb,
    "pursuit": pursue,
    "lanes": wake_lanes,
    "mutes": unmute,
    "handling": handling.turn,
    "replies": reminders.turn,
    "roster": roster.turn,
    "outlets": outlets.turn,
    "enterprise": enterprise.turn,
}


async def turning(sender: Sender, stop: asyncio.Event) -> None:
    """Turn the timers until `stop` is set; of several workers one does: their clocks may differ."""
    while not stop.is_set():
        try:
            if await sender.lanes.leads():
                await turn_all(sender)
        except FAILURES as error:
            logger.warning("timers: %s; again in %g s", error or type(error).__name__, EVERY_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_S)


async def turn_all(sender: Sender) -> None:
    """Every timer once, by the rules that hold now: one that fails keeps no other from its work."""
    policy = await policy_now(sender.pool, sender.policy, sender.now())
    for name, turn in TURNS.items():
        try:
            async with sender.pool.acquire() as on:
                await turn(on, policy, sender.now())
        except FAILURES as error:
            logger.warning("timers of %s: %s; again in %g s", name, error or type(error).__name__, EVERY_S)
        except Exception:  # a fault in one timer must not stop the others
            logger.exception("the timers of %s failed", name)
