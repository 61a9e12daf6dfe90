"""What the encoder writes is what PostgreSQL reads, of every type, null where nothing is."""

import io
from datetime import UTC, datetime

import asyncpg
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.copy import Column, encode, reals

TABLE = """
    CREATE TEMPORARY TABLE copied (
        n bigint, small smallint, whole integer, large bigint, single real, double double precision, at timestamptz,
        word text, raw bytea
    )
"""


async def read_back(pool: asyncpg.Pool, *columns: Column) -> list[tuple[object, ...]]:
    """The rows that PostgreSQL has after a COPY of these columns, in their order."""
    columns = (Column(np.arange(len(columns[0].data))), *columns)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(TABLE)
        await connection.copy_to_table("copied", source=io.BytesIO(encode(columns)), format="binary")
        found = [tuple(row)[1:] for row in await connection.fetch("SELECT * FROM copied ORDER BY n")]
        await connection.execute("DROP TABLE copied")
        return found


def table(rows: int, *holes: int) -> tuple[Column, ...]:
    """A column of every type; `holes` are the rows in which there is nothing."""
    null = np.isin(np.arange(rows), holes)
    i = np.arange(rows)
    return (
        Column((i - 2).astype(np.int16), null),
        Column((i * -70_000).astype(np.int32), null),
        Column(i * 5_000_000_000, null),
        Column(i.astype(np.float32) / 10, null),
        Column(i / 10, null),
        Column(np.datetime64("1999-12-31T23:59:59.999999", "us") + i, null),
        Column(np.array([word.encode() for word in ("", "a24088", "臭氧", "x" * 30)])[i % 4], null),
        Column(np.stack([i, i + 1, 255 - i], axis=1).astype(np.uint8), null),
    )


def expected(i: int) -> tuple[object, ...]:
    at = datetime(1999, 12, 31, 23, 59, 59, 999999, UTC) if i == 0 else datetime(2000, 1, 1, 0, 0, 0, i - 1, UTC)
    word = ("", "a24088", "臭氧", "x" * 30)[i % 4]
    return (
        i - 2,
        i * -70_000,
        i * 5_000_000_000,
        float(np.float32(i) / 10),
        i / 10,
        at,
        word,
        bytes([i, i + 1, 255 - i]),
    )


NOTHING = (None,) * 8


async def test_every_type_comes_back(pool: asyncpg.Pool) -> None:
    assert await read_back(pool, *table(5)) == [expected(i) for i in range(5)]


async def test_what_is_null_in_some_rows_is_null_there(pool: asyncpg.Pool) -> None:
    assert await read_back(pool, *table(5, 0, 3)) == [NOTHING if i in (0, 3) else expected(i) for i in range(5)]


async def test_columns_may_be_null_altogether(pool: asyncpg.Pool) -> None:
    assert await read_back(pool, *table(3, 0, 1, 2)) == [NOTHING] * 3


async def test_no_rows_are_no_rows(pool: asyncpg.Pool) -> None:
    assert await read_back(pool, *table(0)) == []


async def test_nan_of_a_real_is_null_and_the_infinite_is_not(pool: asyncpg.Pool) -> None:
    values = np.array([np.nan, np.inf, -np.inf, -0.0], np.float32)
    rest = table(4)
    found = await read_back(pool, *rest[:3], reals(values), reals(values.astype(float)), *rest[5:])
    assert [row[3:5] for row in found] == [(None, None), (np.inf, np.inf), (-np.inf, -np.inf), (-0.0, -0.0)]


@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.floats(width=32, allow_nan=False),
            st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9),
            st.none() | st.integers(-(2**31), 2**31 - 1),
        ),
        max_size=30,
    )
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_mixture_of_values_and_nulls_comes_back(pool: asyncpg.Pool, rows: list[tuple[object, ...]]) -> None:
    single, word, whole = zip(*rows, strict=True) if rows else ((), (), ())
    null = [np.array([value is None for value in column], bool) for column in (single, word, whole)]
    columns = list(table(len(rows), *range(len(rows))))
    columns[3] = Column(np.array([value or 0 for value in single], np.float32), null[0])
    columns[6] = Column(np.array([str(value or "").encode() for value in word], "S36"), null[1])
    columns[1] = Column(np.array([value or 0 for value in whole], np.int32), null[2])
    assert [(row[3], row[6], row[1]) for row in await read_back(pool, *columns)] == rows


def test_a_type_without_a_form_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="complex128 of 1"):
        encode([Column(np.zeros(2, complex))])
