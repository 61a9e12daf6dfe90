"""What a command of the operator does in the database: all of it, or nothing."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from deploy import servers
from sql.pool import connect

WHO = "operator"
"""How the logs name who works at the machine."""
Result = TypeVar("Result")


async def transaction(name: str, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    """Do some work in one transaction; `name` shows in pg_stat_activity."""
    connection = await connect(servers.use().database_url, name)
    try:
        async with connection.transaction():
            return await work(connection)
    finally:
        await connection.close()
