"""Connections to the database: always as the application's role, whoever signs in, and with a stated reach."""

import json
from typing import Any

import asyncpg

ROLE = "hotgrid_app"
EVERYBODY = "*"
NOBODY = ""
"""Reaches: whose rows a connection sees of what belongs to enterprises (`hotgrid.reach`, migration 0021)."""


async def _prepare(connection: asyncpg.Connection) -> None:
    """JSON as Python values, both ways; a text is taken for JSON already (the job queue hands in such)."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, encoder=_json, decoder=json.loads, schema="pg_catalog")


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _settings(name: str, reach: str = EVERYBODY) -> dict[str, str]:
    # As start-up parameters they also survive RESET ALL; keepalives let a vanished host's locks go within a minute.
    return {
        "role": ROLE,
        "application_name": f"hotgrid {name}",
        "timezone": "UTC",
        "hotgrid.reach": reach,
        "tcp_keepalives_idle": "20",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "4",
    }


async def open_pool(
    url: str, name: str, size: int = 4, patience_s: float = 60, reach: str = EVERYBODY, **options: Any
) -> asyncpg.Pool:
    """A pool of up to `size` connections; `name` shows in pg_stat_activity.

    A statement that takes longer than `patience_s` fails; the connection may be dead, which is known as much later.
    """
    options = {"command_timeout": patience_s, "timeout": patience_s, **options}
    return await asyncpg.create_pool(
        url, min_size=1, max_size=size, init=_prepare, server_settings=_settings(name, reach), **options
    )


async def connect(url: str, name: str) -> asyncpg.Connection:
    """One connection of one's own, for listening or for a lock that lives as long as it."""
    connection = await plain_connection(url, name)
    await _prepare(connection)
    return connection


async def plain_connection(url: str, name: str) -> asyncpg.Connection:
    """A connection that leaves JSON as text, as libraries expect it."""
    return await asyncpg.connect(url, server_settings=_settings(name))
