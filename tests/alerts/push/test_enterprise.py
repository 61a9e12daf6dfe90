"""An enterprise's own platform is posted what concerns it, in order, signed with its own secret, and nobody waits."""

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from alerts.channels.guard import Guard
from alerts.channels.outlet import Outlet
from alerts.channels.webhook import Hook
from alerts.push.contact import Contact, TooMany, add
from alerts.push.hook import MOST, NewHook, add_hook, remove_hook, try_hook
from alerts.push.sender import Sender
from alerts.push.tell import EVENTS, tell_enterprise
from tests.support.answering import Asked, Reply, Server, answering, client_side, server_side
from tests.support.pushing import SENT, Clock, happens, sending, settings_of, tick

URL = "https://ehs.example.org/in"
WORDS = {"zh": "一号排口预计超标", "en": "Outlet 1 is about to exceed its limit"}


@pytest.fixture
async def two(pool: asyncpg.Pool) -> asyncpg.Pool:
    """A database with two enterprises."""
    for name in ("E1", "E2"):
        await pool.execute(
            "INSERT INTO enterprise (enterprise_id, name, lon, lat, industry, township, contact)"
            " VALUES ($1, $1, 119.9, 31.7, 'chemicals', '东山', '')",
            name,
        )
    return pool


async def hooked(pool: asyncpg.Pool, enterprise_id: str = "E1", events: tuple[str, ...] = EVENTS) -> tuple[int, str]:
    async with pool.acquire() as on, on.transaction():
        number, secret, _ = await add_hook(on, NewHook(enterprise_id, URL, events), "enterprise", SENT)  # type: ignore[arg-type]
    return number, secret


async def tell(pool: asyncpg.Pool, key: str = "w-1", subject: str = "warning", *to: str) -> int:
    async with pool.acquire() as on, on.transaction():
        return await tell_enterprise(on, to or ["E1"], subject, WORDS, 3, SENT, key, {"mn": "M1"})  # type: ignore[arg-type]


@asynccontextmanager
async def platform(
    pool: asyncpg.Pool, database: str, clock: Clock, status: int = 200
) -> AsyncIterator[tuple[Server, Sender]]:
    """The enterprise's platform, on the loopback, and a worker whose guard lets it go just there."""

    def reply(_: Asked) -> Reply:
        return Reply(status)

    async with answering(reply, server_side()) as server, sending(pool, settings_of(database), clock) as sender:
        hook = Hook(Outlet(Guard(["localhost"]), client_side()), clock)
        await pool.execute(
            "UPDATE contact SET address = $1 WHERE channel = 'hook'", f"https://localhost:{server.port}/in"
        )
        yield server, replace(sender, channels={**sender.channels, "hook": hook})


async def test_it_is_posted_with_a_signature_of_its_own_secret(two: asyncpg.Pool, database: str) -> None:
    _, secret = await hooked(two)
    assert await tell(two) == 1
    async with platform(two, database, Clock()) as (server, sender):
        await tick(sender)
    (asked,) = server.asked
    body = json.loads(asked.body)
    assert (body["event"], body["enterprise_id"], body["data"]) == ("warning", "E1", {"mn": "M1"})
    assert body["text"] == WORDS
    signed = hmac.new(secret.encode(), asked.headers["x-hotgrid-timestamp"].encode() + b"." + asked.body, "sha256")
    assert asked.headers["x-hotgrid-signature-v2"] == f"v2={signed.hexdigest()}"
    assert await two.fetchval("SELECT state FROM push") == "delivered"


async def test_what_was_told_under_a_key_is_not_told_again(two: asyncpg.Pool) -> None:
    await hooked(two)
    assert [await tell(two), await tell(two), await tell(two, "w-2")] == [1, 0, 1]


async def test_another_enterprise_hears_nothing(two: asyncpg.Pool) -> None:
    await hooked(two, "E2")
    assert await tell(two) == 0
    assert await tell(two, "w-2", "warning", "E1", "E2") == 1


async def test_only_events_that_it_wants_go_there_but_a_test_always(two: asyncpg.Pool) -> None:
    number, _ = await hooked(two, events=("letter",))
    other, _ = await hooked(two, "E2")
    assert await tell(two) == 0
    assert await tell(two, "l-1", "letter") == 1
    async with two.acquire() as on, on.transaction():
        assert await try_hook(on, "E1", number, SENT) == 1
        assert await try_hook(on, "E1", other, SENT) == 0


async def test_what_fails_is_tried_again_in_order_and_given_up_after_days(two: asyncpg.Pool, database: str) -> None:
    await hooked(two)
    clock = Clock()
    await tell(two, "w-1")
    await tell(two, "w-2")
    async with platform(two, database, clock, 503) as (server, sender):
        await tick(sender)
        assert len(server.asked) == 1
        clock.go(minutes=10)
        await tick(sender)
        assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1
        clock.go(days=4)
        await tick(sender)
    assert [row["state"] for row in await two.fetch("SELECT state FROM push")] == ["failed", "failed"]


async def test_the_inside_is_closed_to_it_even_where_the_operator_allows_it_for_others(
    two: asyncpg.Pool, database: str
) -> None:
    await hooked(two)
    await tell(two)
    async with (
        platform(two, database, Clock()) as (server, sender),
        sending(two, settings_of(database), Clock()) as plain,
    ):
        await tick(replace(sender, channels=plain.channels))
        assert server.asked == []
    assert "internal network" in await two.fetchval("SELECT why FROM push WHERE state = 'failed'")


async def test_a_platform_of_an_enterprise_is_not_told_every_transition(two: asyncpg.Pool, database: str) -> None:
    await hooked(two)
    async with platform(two, database, Clock()) as (server, sender):
        await happens(two)
        await tick(sender)
    assert server.asked == []


async def test_an_officers_phone_that_the_city_has_entered_gets_the_words(two: asyncpg.Pool, database: str) -> None:
    def reply(_: Asked) -> Reply:
        return Reply(200, b"{}")

    async with answering(reply) as server, sending(two, settings_of(database), Clock()) as sender:
        contact = Contact(0, None, "apprise", f"ntfy://127.0.0.1:{server.port}/officer", enterprise_id="E1")
        async with two.acquire() as on, on.transaction():
            await add(on, contact, "P1", SENT)
        await tell(two)
        await tick(sender)
    (asked,) = server.asked
    assert json.loads(asked.body)["message"] == WORDS["zh"]


async def test_of_a_removed_hook_neither_address_nor_secret_is_kept(two: asyncpg.Pool) -> None:
    number, secret = await hooked(two)
    async with two.acquire() as on:
        assert not await remove_hook(on, "E2", number, "enterprise", SENT)
        assert await remove_hook(on, "E1", number, "enterprise", SENT)
        assert not await remove_hook(on, "E1", number, "enterprise", SENT)
    kept = str(await two.fetchrow("SELECT * FROM contact JOIN enterprise_hook USING (contact_id)"))
    assert URL not in kept
    assert secret not in kept
    assert await tell(two) == 0


async def test_there_are_only_so_many(two: asyncpg.Pool) -> None:
    async with two.acquire() as on, on.transaction():
        for number in range(MOST):
            await add_hook(on, NewHook("E1", f"{URL}/{number}", EVENTS), "x", SENT)
        with pytest.raises(TooMany):
            await add_hook(on, NewHook("E1", f"{URL}/more", EVENTS), "x", SENT)
        *_, added = await add_hook(on, NewHook("E2", f"{URL}/0", EVENTS), "x", SENT)
    assert added


async def test_the_same_address_again_has_a_new_secret(two: asyncpg.Pool) -> None:
    first, again = await hooked(two), await hooked(two)
    assert first[0] == again[0]
    assert first[1] != again[1]
