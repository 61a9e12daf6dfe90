"""The chain of the audit log: one of any number of writers, and whoever changes a line is found out."""

import asyncio
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from service.audit.chain import BrokenError, Head, verify
from service.audit.journal import FAILURES, MOST_AT_ONCE, Journal
from sql.pool import open_pool

WRITERS, EACH = 8, 50


@pytest.fixture
async def written(database: str, pool: asyncpg.Pool) -> Head:
    """Ten lines."""
    journal = Journal(database)
    for number in range(10):
        assert await journal.append(f'{{"line": "第 {number}"}}') == number + 1
    await journal.close()
    return await verify(pool)


async def broken_at(pool: asyncpg.Pool, *since: Head) -> int:
    """The first line that is wrong."""
    with pytest.raises(BrokenError) as caught:
        await verify(pool, *since)
    return caught.value.seq


async def test_many_writers_make_one_chain(database: str, pool: asyncpg.Pool) -> None:
    journals = [Journal(database) for _ in range(WRITERS)]
    numbers = await asyncio.gather(*(journal.append(f"{i}") for i in range(EACH) for journal in journals))
    for journal in journals:
        await journal.close()
    assert sorted(numbers) == list(range(1, WRITERS * EACH + 1))
    assert (await verify(pool)).seq == WRITERS * EACH


async def test_each_learns_the_number_of_its_own_line(database: str, pool: asyncpg.Pool) -> None:
    journal = Journal(database)
    texts = [f"line {number}" for number in range(2 * MOST_AT_ONCE + 1)]
    numbers = await asyncio.gather(*map(journal.append, texts))
    await journal.close()
    rows = {row["seq"]: row["line"] for row in await pool.fetch("SELECT seq, line FROM audit")}
    assert [rows[number] for number in numbers] == texts


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        ("UPDATE audit SET line = replace(line, '4', '5') WHERE seq = 5", 5),
        ("UPDATE audit SET hash = sha256(hash) WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit WHERE seq = 1", 1),
        (
            "UPDATE audit a SET line = b.line, hash = b.hash FROM audit b WHERE (a.seq, b.seq) IN ((5, 7), (7, 5))",
            5,
        ),
        (
            "UPDATE audit SET seq = -seq WHERE seq >= 5; UPDATE audit SET seq = 1 - seq WHERE seq < 0;"
            " INSERT INTO audit SELECT 5, '{}', sha256(hash || convert_to('5 {}', 'UTF8')) FROM audit WHERE seq = 4",
            6,
        ),
        ("INSERT INTO audit VALUES (11, '{}', '\\x00')", 11),
        ("UPDATE audit SET seq = 12 WHERE seq = 10", 10),
    ],
)
async def test_what_even_the_owner_does_to_it_is_found_where_it_was_done(
    database: str, pool: asyncpg.Pool, written: Head, deed: str, found: int
) -> None:
    assert written.seq == 10
    owner = await asyncpg.connect(database)
    await owner.execute(deed)
    await owner.close()
    assert await broken_at(pool) == found


async def test_a_head_that_was_kept_finds_what_was_cut_off_and_what_was_written_anew(
    database: str, pool: asyncpg.Pool, written: Head
) -> None:
    owner = await asyncpg.connect(database)
    await owner.execute("DELETE FROM audit WHERE seq > 7")
    assert (await verify(pool)).seq == 7, "of itself a shorter chain is whole"
    assert await broken_at(pool, written) == 10
    for number in (8, 9, 10):
        await owner.execute("SELECT audit_append($1)", f"other {number}")
    await owner.close()
    assert (await verify(pool)).seq == 10
    assert await broken_at(pool, written) == 10


async def test_from_a_kept_head_on_only_what_followed_is_tried(pool: asyncpg.Pool, written: Head) -> None:
    assert await verify(pool, written) == written
    await pool.execute("SELECT audit_append('{}')")
    assert (await verify(pool, written)).seq == 11


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit SET line = '{}'",
        "DELETE FROM audit",
        "INSERT INTO audit VALUES (1, '{}', '')",
        "TRUNCATE audit",
        "DROP TABLE audit",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION audit_append(line text) RETURNS bigint LANGUAGE sql RETURN 1",
    ],
)
@pytest.mark.parametrize("role", ["hotgrid_app", "hotgrid_enterprise"])
async def test_the_application_itself_can_only_append(pool: asyncpg.Pool, role: str, deed: str) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(deed)


async def test_an_enterprise_neither_reads_nor_writes_it(pool: asyncpg.Pool) -> None:
    for deed in ("SELECT * FROM audit", "SELECT audit_append('{}')"):
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL ROLE hotgrid_enterprise")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(deed)


async def test_the_writer_comes_back_after_its_connection_was_cut(database: str, pool: asyncpg.Pool) -> None:
    journal = Journal(database)
    await journal.append("{}")
    owner = await asyncpg.connect(database)
    await owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hotgrid audit'"
    )
    await owner.close()
    for _ in range(2):  # the one under way when it notices may fail
        with suppress(*FAILURES):
            await journal.append("{}")
    await journal.append("{}")
    await journal.close()
    await verify(pool)


async def test_without_a_database_it_fails_soon_and_says_so(tmp_path: Path) -> None:
    journal = Journal(f"postgresql://nobody@/none?host={tmp_path}")
    with pytest.raises(OSError, match="No such file"):
        await journal.append("{}")
    await journal.close()


async def test_reading_in_between_sees_a_whole_chain(database: str) -> None:
    journal = Journal(database)
    async with await open_pool(database, "test") as pool:
        for _ in range(5):
            writing = asyncio.gather(*(journal.append("{}") for _ in range(20)))
            await verify(pool)
            await writing
    await journal.close()
