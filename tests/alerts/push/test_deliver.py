"""What is due for a contact goes as few messages, once, at the pace that its reader can bear."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg

from alerts.channels.message import Message, Sent
from alerts.channels.refused import Gone
from alerts.push.deliver import deliver
from alerts.push.plan import plan_all
from alerts.push.tell import tell_people
from tests.support.deadline import until, until_true
from tests.support.hotspot import OPENED
from tests.support.pushing import (
    SENT,
    Clock,
    contact,
    does,
    happens,
    keys,
    many,
    notifying,
    people,
    sending,
    settings_of,
    states,
    tick,
    told,
)
from tests.support.receiver import Receiver, receiving
from tests.support.slow import slow


async def test_a_person_gets_words_a_link_and_a_key(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    seq = await happens(pool)
    async with receiving() as phone, sending(pool, settings_of(database), Clock()) as sender:
        number = await contact(pool, "P1", phone.url)
        await tick(sender)
    (said,) = told(phone)
    assert said["title"].startswith("【发现热点】")
    assert "2级" in said["text"]
    assert said["url"].startswith("http://127.0.0.1:8000/r/")
    assert keys(phone.posted) == [f"hotgrid-{seq}-{number}"]
    assert await states(pool) == [("P1", "opened", "delivered", 1)]


async def test_of_a_burst_the_first_goes_alone_and_the_rest_as_one(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    await many(pool, 30)
    async with receiving() as phone, sending(pool, settings_of(database), Clock()) as sender:
        await contact(pool, "P1", phone.url)
        await tick(sender)
    first, rest = told(phone)
    assert (len(first["alerts"]), len(rest["alerts"])) == (1, 29)
    assert "29" in rest["title"]
    assert len(await pool.fetch("SELECT DISTINCT message_key FROM push")) == 2


async def test_a_burst_of_one_after_the_other_is_a_few_messages_too(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    async with receiving() as phone:
        await contact(pool, "P1", phone.url)
        async with notifying(database):
            for number in range(8):
                await happens(pool, id=f"one-{number}", source=f"7-{number}", severity=4)
                await until(planned(pool, number + 1))
            await until_true(lambda: sum(len(one["alerts"]) for one in told(phone)) == 8)
    assert len(told(phone)) <= 4


def planned(pool: asyncpg.Pool, count: int) -> Callable[[], Awaitable[bool]]:
    """Whether there are so many pushes."""

    async def holds() -> bool:
        return bool(await pool.fetchval("SELECT count(*) >= $1 FROM push", count))

    return holds


async def test_what_matters_no_more_is_dropped(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty", P2="duty")
    await happens(pool)
    clock = Clock()
    async with receiving() as phone, receiving(503) as down, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", down.url)
        await contact(pool, "P2", phone.url)
        await tick(sender)
        await does(pool, "acknowledge", "P2", "duty", SENT)
        clock.go(minutes=1)
        await tick(sender)
    assert len(phone.posted) == 1
    assert ("P1", "opened", "dropped", 1) in await states(pool)
    assert await pool.fetchval("SELECT why FROM push WHERE state = 'dropped'") == "taken"


async def test_too_many_messages_wait_for_their_reader(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    clock = Clock()
    async with receiving() as phone, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        for number in range(8):
            await happens(pool, id=f"a{number}", source=f"{number}-1", severity=1)
            await tick(sender)
            clock.go(seconds=61)
        sent = len(phone.posted)
        assert sent == 4  # three at once, one more after five minutes
        waiting = await pool.fetch("SELECT try_at FROM push WHERE state = 'waiting'")
        assert min(row["try_at"] for row in waiting) > clock()
        clock.go(minutes=15)
        await tick(sender)
    assert len(phone.posted) == sent + 1  # all that has waited in one message


async def test_at_night_light_alerts_wait_for_who_is_not_on_duty(pool: asyncpg.Pool, database: str) -> None:
    night = SENT.replace(hour=17)  # one in the morning in Beijing
    clock = Clock(night)
    await people(pool, off=("B1",), P1="duty", B1="bureau")
    async with receiving() as phone, receiving() as bureau, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await contact(pool, "B1", bureau.url)
        async with pool.acquire() as on, on.transaction():
            words = {"zh": "报告", "en": "report"}
            await tell_people(on, ["P1", "B1"], "report", words, 1, clock(), "report-1")
        await tick(sender)
        assert [len(reports(one)) for one in (phone, bureau)] == [1, 0]
        assert await pool.fetchval("SELECT why FROM push WHERE person_id = 'B1'") == "quiet hours"
        clock.go(hours=6, minutes=1)
        await tick(sender)
        assert [len(reports(one)) for one in (phone, bureau)] == [1, 1]


def reports(receiver: Receiver) -> list[dict[str, Any]]:
    """The messages with the report; the roster may have something to say at night too."""
    return [one for one in told(receiver) if "报告" in one["text"]]


async def test_after_a_final_no_the_next_channel_is_used_at_once(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    await happens(pool)
    async with receiving() as phone, receiving(404) as wrong, sending(pool, settings_of(database), Clock()) as sender:
        await contact(pool, "P1", wrong.url)
        await contact(pool, "P1", phone.url, rank=2)
        await tick(sender)
        await tick(sender)
    assert len(phone.posted) == 1
    assert await states(pool) == [("P1", "opened", "failed", 1), ("P1", "opened", "delivered", 1)]


class Moved:
    """A channel that knows that nobody is at any of its addresses any more."""

    name, room = "webhook", 500

    def per_minute(self, _address: str) -> int | None:
        """As often as one likes."""
        return None

    async def send(self, address: str, message: Message) -> Sent:
        """Says so."""
        raise Gone(f"{message.key}: nobody at {address[:7]}… any more")


async def test_a_dead_address_is_used_no_more(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    await happens(pool)
    async with sending(pool, settings_of(database), Clock()) as sender:
        number = await contact(pool, "P1", "http://127.0.0.1:1/")
        await tick(replace(sender, channels={"webhook": Moved()}))
    assert await states(pool) == [("P1", "opened", "failed", 1)]
    row = await pool.fetchrow("SELECT disabled_at, address FROM contact WHERE contact_id = $1", number)
    assert (row["disabled_at"], row["address"]) == (SENT, "http://127.0.0.1/***")


async def test_retry_after_is_heeded_and_nobody_goes_ahead(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    clock = Clock()
    async with receiving(503) as phone, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await happens(pool)
        await tick(sender)
        await happens(pool, id="other", source="7-7", severity=4)
        await tick(sender)
        assert len(phone.posted) == 1
        clock.go(seconds=3)
        await tick(sender)
    assert [one["alerts"] for one in told(phone)[1:]] == [["other"], ["hotspot-pm25-20261121T0830Z-3-4"]]


async def test_what_a_worker_was_sending_when_it_died_goes_again_under_its_key_and_is_counted(
    pool: asyncpg.Pool, database: str
) -> None:
    await people(pool, P1="duty")
    await many(pool, 3)
    async with receiving() as phone, sending(pool, settings_of(database), Clock()) as sender:
        await contact(pool, "P1", phone.url)
        await tick(sender)
        before = keys(phone.posted)
        await pool.execute("UPDATE push SET state = 'waiting', sent_at = NULL, delivered_at = NULL")
        await happens(pool)
        await tick(sender)
        assert keys(phone.posted)[2:4] == before
    assert await pool.fetchval("SELECT count(*) FROM push WHERE attempts = 2 AND state = 'delivered'") == 3


async def test_words_of_another_origin_are_told_once_a_key(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    async with receiving() as phone, sending(pool, settings_of(database), Clock()) as sender:
        await contact(pool, "P1", phone.url)
        for _ in range(2):
            async with pool.acquire() as on, on.transaction():
                words = {"zh": "明天08:00值班", "en": "on duty at 08:00"}
                await tell_people(on, ["P1", "nobody"], "next-shift", words, 1, SENT, "next-shift:P1:值班室")
            await tick(sender)
    (said,) = told(phone)
    assert (said["title"], said["text"].splitlines()[0]) == ("下一班", "明天08:00值班")
    assert keys(phone.posted)[0].startswith("hotgrid-t")


async def test_relief_is_told_to_who_had_heard_of_it(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty", P2="leader")
    await happens(pool)
    clock = Clock()
    async with receiving() as phone, receiving() as leader, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await contact(pool, "P2", leader.url)
        await tick(sender)
        await happens(pool, "closed", closed_at=OPENED + timedelta(hours=1))
        clock.go(minutes=2)
        await tick(sender)
    assert (len(phone.posted), len(leader.posted)) == (2, 0)


async def test_what_cannot_be_written_is_a_dead_letter_and_keeps_no_other_waiting(
    pool: asyncpg.Pool, database: str
) -> None:
    await people(pool, P1="duty")
    await happens(pool)
    clock = Clock()
    async with receiving() as phone, sending(pool, settings_of(database), clock) as sender:
        await contact(pool, "P1", phone.url)
        await pool.execute("SET ROLE NONE; UPDATE alert_event SET body = body - 'pollutant'; SET ROLE hotgrid_app")
        await tick(sender)
        await happens(pool, id="other", source="7-7")
        await tick(sender)
    assert [one["alerts"] for one in told(phone)] == [["other"]]
    assert (await pool.fetchval("SELECT why FROM push WHERE state = 'failed'")).startswith("cannot be written")


async def test_two_workers_never_send_the_same(pool: asyncpg.Pool, database: str) -> None:
    await people(pool, P1="duty")
    await happens(pool)
    clock, settings = Clock(), settings_of(database)
    async with slow() as phone, sending(pool, settings, clock) as one, sending(pool, settings, clock) as other:
        lane = await contact(pool, "P1", phone.url)
        async with pool.acquire() as on:
            await plan_all(on, one)
        first = asyncio.ensure_future(deliver(one, lane))
        await until_true(lambda: phone.posted)
        async with asyncio.timeout(5):
            await deliver(other, lane)
        phone.answering.set()
        await first
    assert len(phone.posted) == 1
    assert await states(pool) == [("P1", "opened", "delivered", 1)]
