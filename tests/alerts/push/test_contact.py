"""Contacts are read in the order in which people are tried, and a dead one is used no more and forgotten."""

import asyncio
import json

import asyncpg
import pytest

from alerts.push.contact import (
    MOST_OF_A_PERSON,
    Contact,
    TooMany,
    add,
    contact_of,
    contacts_of,
    disable,
    platforms,
    subscribe,
    unsubscribe,
)
from tests.service.seed import NOW
from tests.support.push_service import Phone

NTFY = "ntfys://push.example.org/topic-"


@pytest.fixture(autouse=True)
async def _people(pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO person SELECT unnest(ARRAY['P1', 'P2']), '某人', 'duty', '', ''")


async def added(pool: asyncpg.Pool, contact: Contact) -> tuple[int, bool]:
    async with pool.acquire() as on, on.transaction():
        return await add(on, contact, "P9", NOW)


async def subscribed(pool: asyncpg.Pool, person_id: str, address: str) -> int:
    async with pool.acquire() as on, on.transaction():
        number, _ = await subscribe(on, Contact(0, person_id, "webpush", address), person_id, NOW)
        return number


async def test_contacts_of_people_come_in_the_order_in_which_they_are_tried(pool: asyncpg.Pool) -> None:
    second, _ = await added(pool, Contact(0, "P1", "apprise", NTFY + "b", rank=2))
    first, _ = await added(pool, Contact(0, "P1", "webhook", "https://h/x", 1, "en", 3))
    other, _ = await added(pool, Contact(0, None, "siren", "menghe/siren-1"))
    found = await contacts_of(pool, ["P2", "P1", "P7"])
    assert found == {
        "P1": (
            Contact(first, "P1", "webhook", "https://h/x", 1, "en", 3),
            Contact(second, "P1", "apprise", NTFY + "b", 2),
        ),
        "P2": (),
        "P7": (),
    }
    assert await platforms(pool) == [Contact(other, None, "siren", "menghe/siren-1")]


async def test_the_same_address_of_the_same_person_is_there_once_and_set_anew(pool: asyncpg.Pool) -> None:
    contact = Contact(0, "P1", "apprise", NTFY + "a")
    number, new = await added(pool, contact)
    assert new
    assert await added(pool, Contact(0, "P1", "apprise", NTFY + "a", 5, "en", 4)) == (number, False)
    assert await contact_of(pool, number) == Contact(number, "P1", "apprise", NTFY + "a", 5, "en", 4)
    assert (await added(pool, Contact(0, "P2", "apprise", NTFY + "a")))[1]
    together = await asyncio.gather(*(added(pool, Contact(0, None, "siren", "a/b")) for _ in range(4)))
    assert len({number for number, _ in together}) == 1


async def test_of_a_disabled_contact_the_address_is_forgotten(pool: asyncpg.Pool) -> None:
    number, _ = await added(pool, Contact(0, "P1", "apprise", NTFY + "secret"))
    assert await disable(pool, number, "HTTP 410", NOW)
    assert not await disable(pool, number, "again", NOW)
    assert await contact_of(pool, number) is None
    row = await pool.fetchrow("SELECT * FROM contact")
    assert (row["address"], row["why_disabled"], row["disabled_at"]) == (
        "ntfys://push.example.org/***",
        "HTTP 410",
        NOW,
    )
    again, new = await added(pool, Contact(0, "P1", "apprise", NTFY + "secret"))
    assert new
    assert again != number


async def test_nobody_has_contacts_without_end(pool: asyncpg.Pool) -> None:
    for number in range(MOST_OF_A_PERSON):
        await added(pool, Contact(0, "P1", "apprise", f"{NTFY}{number}"))
    with pytest.raises(TooMany, match="remove one"):
        await added(pool, Contact(0, "P1", "apprise", NTFY + "more"))
    assert not (await added(pool, Contact(0, "P1", "apprise", NTFY + "0")))[1]
    assert len((await contacts_of(pool, ["P1"]))["P1"]) == MOST_OF_A_PERSON


async def test_a_browser_is_one_persons_and_has_its_newest_keys(pool: asyncpg.Pool) -> None:
    old, new = Phone().subscription(8443), Phone().subscription(8443)
    first = await subscribed(pool, "P1", old)
    assert await subscribed(pool, "P1", json.dumps(json.loads(old) | {"expirationTime": 5})) == first
    second = await subscribed(pool, "P1", new)
    third = await subscribed(pool, "P2", new)
    assert len({first, second, third}) == 3
    found = await contacts_of(pool, ["P1", "P2"])
    assert [len(found[person]) for person in ("P1", "P2")] == [0, 1]
    endpoint = json.loads(new)["endpoint"]
    assert not await unsubscribe(pool, "P1", endpoint, NOW)
    assert await unsubscribe(pool, "P2", endpoint, NOW)
    assert (await contacts_of(pool, ["P2"]))["P2"] == ()


async def test_an_address_does_not_show_in_what_is_logged(pool: asyncpg.Pool) -> None:
    number, _ = await added(pool, Contact(0, "P1", "apprise", NTFY + "secret"))
    assert "secret" not in repr(await contact_of(pool, number))


@pytest.mark.parametrize("address", ["json://h/x", "ntfys://h/错", ""])
async def test_what_the_channel_cannot_take_is_not_added(pool: asyncpg.Pool, address: str) -> None:
    with pytest.raises(ValueError, match="must"):
        await added(pool, Contact(0, "P1", "apprise", address))
    assert await pool.fetchval("SELECT count(*) FROM contact") == 0
