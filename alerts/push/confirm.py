"""Receipts are ours: a person confirms a message, by its link or in the app, and may take what it tells of."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import asyncpg

from alerts.handling.desk import act
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Act, Action, Actor
from alerts.outbox import PUSH, wake
from alerts.push.audience import Told
from alerts.push.contact import contacts_of
from alerts.push.pursue import key_of
from sql.queries import Record

LINK, APP = "link", "app"
TEST_ZH = "这是一条测试推送：收到请确认。"
TEST_EN = "This is a test: confirm that you have it."


async def message_of(on: asyncpg.Connection, push_id: int, person_id: str) -> Sequence[Record]:
    """The pushes that went to a person in one message with this one; none where it is not that person's."""
    return await PUSH.message_of.fetch(on, push_id=push_id, person_id=person_id)


async def confirm(on: asyncpg.Connection, rows: Sequence[Record], now: datetime, source: str) -> bool:
    """A person has a message; False where that was known already. Nobody is told of it instead any more."""
    async with on.transaction():
        ids = [row["push_id"] for row in rows]
        told = await PUSH.confirm.fetch(on, ids=ids, now=now, source=source)
        await PUSH.look_again.execute(on, tellings=[row["telling"] for row in told], now=now)
    return bool(told)


async def take(on: asyncpg.Connection, rows: Sequence[Record], now: datetime) -> list[str]:
    """The person takes every alert of the message that can be taken; what kept the others from it, in two languages."""
    kept = []
    for alert_id, action in dict(_takeable(rows)).items():
        person = rows[0]
        actor = Actor(person["person_id"], person["role"], person["name"], LINK, person["township"])
        try:
            await act(on, alert_id, Act(action, actor), now)
        except Illegal as reason:
            kept.append(str(reason))
    return kept


def _takeable(rows: Sequence[Record]) -> Iterator[tuple[str, Action]]:
    """The alerts of a message that wait for somebody, and what taking one is."""
    for row in rows:
        if row["stage"] == "open":
            yield row["alert_id"], "acknowledge"
        elif row["stage"] == "dispatched" and row["action"] == "dispatch":
            yield row["alert_id"], "accept"


def can_take(rows: Sequence[Record]) -> bool:
    """Whether any alert of a message waits for somebody."""
    return any(True for _ in _takeable(rows))


async def again(on: asyncpg.Connection, push_id: int, who: str, now: datetime) -> bool:
    """Try anew what has failed; False where it has not, or where its contact is used no more."""
    async with on.transaction():
        row = await PUSH.again.fetchrow(on, push_id=push_id, why=f"again: {who}"[:200], now=now)
        if row is not None:
            await wake(on, [(row["lane"], row["severity"])])
    return row is not None


async def test(on: asyncpg.Connection, person_id: str, now: datetime) -> int:
    """Push a test to every contact of a person; to how many."""
    contacts = (await contacts_of(on, [person_id]))[person_id]
    telling = f"test-{person_id}-{now.isoformat()}"
    words = {"subject": "test", "zh": TEST_ZH, "en": TEST_EN}
    told = [Told(person_id, "words", telling, 0, "test")._asdict()]
    made = {"telling": telling, "action": "words", "severity": 1, "words": words, "told": told}
    rows = [
        {
            "key": key_of(telling, contact.contact_id),
            "telling": telling,
            "person_id": person_id,
            "contact_id": contact.contact_id,
            "channel": contact.channel,
            "action": "words",
            "reason": "test",
            "severity": 1,
            "why": "",
        }
        for contact in contacts
    ]
    async with on.transaction():
        await PUSH.put_tellings.execute(on, rows=[made] if rows else [], now=now)
        await PUSH.next_look.execute(on, rows=[{"telling": telling, "next_at": None}])
        lanes = await PUSH.put.fetch(on, rows=rows, now=now)
        await wake(on, [(row["lane"], row["severity"]) for row in lanes])
    return len(lanes)
