"""Forward-only migrations: numbered files, each applied once, in one transaction, under one lock."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from sql.compression import set_up_compression
from sql.queries import Queries

LOCK = 0x686F7467  # "hotg"; two processes migrate one after the other
_NAME = re.compile(r"(\d{4})_(\w+)\.sql")
MIGRATION = Queries("migration")


class MigrationError(RuntimeError):
    """The schema cannot be brought to the newest state."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `migrations/`."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All migrations in their order; raises MigrationError where a number is missing or there twice."""
    entries = files("sql").joinpath("migrations").iterdir()
    found = [
        Migration(int(match[1]), match[2], entry.read_text(encoding="utf-8"))
        for entry in entries
        if (match := _NAME.fullmatch(entry.name))
    ]
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationError("sql/migrations: the numbers must run 0001, 0002, … without gap or repeat")
    return found


async def migrate(url: str, say: Callable[[str], None] | None = None) -> list[Migration]:
    """Apply what is new; returns it. Signs in as `url` says: the owner of the database, not the application's role."""
    connection = await asyncpg.connect(url, server_settings={"application_name": "hotgrid migrate"})
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await MIGRATION.create_table.execute(connection)
        new = pending(migrations(), {row["number"]: row["sha256"] for row in await MIGRATION.applied.fetch(connection)})
        for migration in new:
            await _apply(connection, migration)
            if say:
                say(f"{migration.number:04d}_{migration.name}")
        edition = await set_up_compression(connection)
        if say:
            say(edition)
        return new
    finally:
        await connection.close()


def pending(known: list[Migration], applied: dict[int, str]) -> list[Migration]:
    """What is still to be applied; raises MigrationError on drift or on a database newer than this program."""
    for migration in known:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise MigrationError(
                f"migration {migration.number:04d}_{migration.name} was changed after it was applied: "
                "restore the file and put the change into a new migration"
            )
    newer = set(applied) - {migration.number for migration in known}
    if newer:
        raise MigrationError(f"the database has migration {max(newer):04d}, this program does not: upgrade hotgrid")
    return [migration for migration in known if migration.number not in applied]


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.text)
            await MIGRATION.record.execute(
                connection, number=migration.number, name=migration.name, sha256=migration.checksum
            )
    except asyncpg.PostgresError as error:
        hint = f" ({error.hint})" if getattr(error, "hint", None) else ""
        raise MigrationError(f"migration {migration.number:04d}_{migration.name}: {error}{hint}") from error


async def at_head(connection: asyncpg.Connection) -> bool:
    """Whether the database has every migration of this program."""
    rows = {row["number"]: row["sha256"] for row in await MIGRATION.applied.fetch(connection)}
    return not pending(migrations(), rows)
