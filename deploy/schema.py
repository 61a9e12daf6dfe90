"""`make schema`: the whole schema as one readable file, generated from the migrations."""

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

import asyncpg

from deploy.servers import down, up
from sql.migrate import migrate

SCHEMA = Path(__file__).parent.parent / "sql" / "schema.sql"
HEAD = """\
-- Generated from migrations/ by `make schema`: for reading, never applied. A test proves that both are the same.

CREATE EXTENSION IF NOT EXISTS timescaledb;
SET check_function_bodies = false;  -- functions come before the tables that they read
"""
# What pg_dump says besides the schema: settings, comments, the guard that TimescaleDB puts on hypertables.
_NOISE = re.compile(
    r"--|SET |SELECT pg_catalog\.set_config|\\(un)?restrict |CREATE SCHEMA public|CREATE TRIGGER ts_insert_blocker"
)


async def schema_of(url: str, programs: str) -> str:
    """The schema of a database as SQL, hypertables included; `programs` is the folder of pg_dump."""
    command = [f"{programs}/pg_dump", "--schema-only", "--no-owner", "--schema=public", url]
    dump = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    lines = [line for line in dump.stdout.splitlines() if not _NOISE.match(line)]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return f"{HEAD}\n{body}\n\n{await _hypertables(url)}"


async def _hypertables(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT hypertable_name, column_name, time_interval FROM timescaledb_information.dimensions"
            " ORDER BY hypertable_name"
        )
    finally:
        await connection.close()
    return "".join(
        f"SELECT create_hypertable('public.{row['hypertable_name']}', "
        f"by_range('{row['column_name']}', INTERVAL '{row['time_interval'].days} days'), "
        "create_default_indexes => false);\n"
        for row in rows
    )


async def _generate(url: str, programs: str) -> str:
    await migrate(url)
    return await schema_of(url, programs)


def main() -> None:
    """Write sql/schema.sql from a database of its own."""
    with tempfile.TemporaryDirectory(prefix="hotgrid-schema-") as folder:
        state = Path(folder)
        state.chmod(0o755)
        try:
            servers = up(state, throwaway=True)
            SCHEMA.write_text(asyncio.run(_generate(servers.database_url, servers.programs.database_programs)))
        finally:
            down(state)


if __name__ == "__main__":
    main()
