"""The keys of an installation are made once, whoever comes first, and nobody changes them."""

import asyncio

import asyncpg
import pytest
from py_vapid.utils import b64urldecode

from alerts.keys import key, public_key, vapid


async def test_many_who_come_at_once_get_the_same_key(pool: asyncpg.Pool) -> None:
    pairs = await asyncio.gather(*(vapid(pool) for _ in range(8)))
    assert len({public_key(pair) for pair in pairs}) == 1
    point = b64urldecode(public_key(pairs[0]).encode())
    assert (len(point), point[0]) == (65, 4)


async def test_every_name_has_a_key_of_its_own_that_stays(pool: asyncpg.Pool) -> None:
    first, other = await key(pool, "receipt"), await key(pool, "feed")
    assert first != other
    assert len(b64urldecode(first.encode())) == 32
    assert await key(pool, "receipt", lambda: "another") == first


@pytest.mark.parametrize("statement", ["UPDATE secret SET value = 'x'", "DELETE FROM secret"])
async def test_the_application_cannot_change_a_key(pool: asyncpg.Pool, statement: str) -> None:
    await key(pool, "receipt")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
