"""Questions to a database that other processes are changing."""

import asyncio
import json
from typing import Any

import asyncpg

PATIENCE_S = 60


async def value(url: str, query: str, *arguments: object) -> Any:
    """The first column of the first row."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *arguments)
    finally:
        await connection.close()


async def until(url: str, query: str, *arguments: object, patience_s: float = PATIENCE_S) -> None:
    """Wait until `query` answers true."""
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(patience_s):
            # Who commits does not tell us, so we ask again and again.
            while not await connection.fetchval(query, *arguments):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"within {patience_s} s not true: {query} {arguments}") from None
    finally:
        await connection.close()


async def rows(url: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    """All rows."""
    connection = await asyncpg.connect(url)
    try:
        await connection.set_type_codec("jsonb", encoder=lambda v: v, decoder=json.loads, schema="pg_catalog")
        found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
        return found
    finally:
        await connection.close()
