"""Compression of old chunks, where the licence of TimescaleDB has it."""

from collections.abc import Collection

import asyncpg

from sql.queries import Queries, Query

COMPRESSION = Queries("compression")
COMPRESSED = ("station_reading", "mobile_reading")
"""Not what holds rows of enterprises: TimescaleDB compresses no table that has row security."""
LICENSED = "timescale"


async def set_up_compression(connection: asyncpg.Connection) -> str:
    """Compress what is not compressed yet; says which edition there is. Acts as the owner of the tables."""
    version, license_ = await edition(connection)
    lacking = {row["hypertable_name"] for row in await COMPRESSION.lacking.fetch(connection)}
    async with connection.transaction():
        for statement in statements(license_, lacking):
            await statement.execute(connection)
    return said(version, license_)


async def edition(connection: asyncpg.Connection) -> tuple[str, str]:
    """Version and licence (apache or timescale) of TimescaleDB."""
    row = await COMPRESSION.edition.fetchrow(connection)
    assert row is not None
    return row["version"], row["license"]


def said(version: str, license_: str) -> str:
    """What a person is told of an edition."""
    return f"TimescaleDB {version} ({license_}): {'with' if license_ == LICENSED else 'without'} compression"


def statements(license_: str, lacking: Collection[str]) -> list[Query]:
    """What is to be run under a licence for the tables that lack it, none where the licence refuses it."""
    if license_ != LICENSED:
        return []
    tables = [table for table in COMPRESSED if table in lacking]
    return [getattr(COMPRESSION, f"{step}_{table}") for table in tables for step in ("compress", "policy")]
