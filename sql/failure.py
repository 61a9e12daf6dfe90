"""What can go wrong with the database, and which of it passes by itself."""

import asyncpg

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What a statement may raise, the server's errors and those of a connection that broke."""

# 40 transaction rollback, 08 connection, 53 resources, 55 lock, 57 operator intervention
_PASSING = frozenset({"40", "08", "53", "55", "57"})
_READ_ONLY = "25006"


def is_passing(error: BaseException) -> bool:
    """Whether the same statement may succeed later: lost connections, restarts, deadlocks, no room."""
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state[:2] in _PASSING or state == _READ_ONLY
    return isinstance(error, FAILURES)
