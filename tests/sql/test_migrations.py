"""The schema comes only from the migrations, once each, whoever starts them and however often."""

import asyncio

import asyncpg
import pytest

from sql.migrate import Migration, MigrationError, migrate, migrations, pending


async def test_a_second_run_applies_nothing(database: str) -> None:
    assert await migrate(database) == []


async def test_three_at_once_apply_every_migration_once(database: str) -> None:
    fresh = database + "_fresh"
    connection = await asyncpg.connect(database)
    name = fresh.rsplit("/", 1)[1]
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        done = await asyncio.gather(*(migrate(fresh) for _ in range(3)))
        assert sorted(len(applied) for applied in done) == [0, 0, len(migrations())]
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


def test_a_file_changed_after_it_was_applied_is_refused() -> None:
    known = [Migration(1, "first", "SELECT 1")]
    with pytest.raises(MigrationError, match="0001_first was changed"):
        pending(known, {1: "another checksum"})


def test_a_database_newer_than_the_program_is_refused() -> None:
    with pytest.raises(MigrationError, match="upgrade hotgrid"):
        pending([], {1: "whatever"})


async def test_the_application_is_no_superuser_and_owns_nothing(pool: asyncpg.Pool) -> None:
    assert await pool.fetchval("SELECT current_user") == "hotgrid_app"
    assert await pool.fetchval("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("ALTER TABLE station_reading ADD COLUMN x integer")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("UPDATE alert_event SET why = 'rewritten'")


async def test_readings_and_verdicts_are_hypertables_with_unique_keys(pool: asyncpg.Pool) -> None:
    rows = await pool.fetch(
        "SELECT hypertable_name, (SELECT count(*) FROM pg_index"
        " WHERE indrelid = hypertable_name::regclass AND indisunique) AS keys FROM timescaledb_information.hypertables"
    )
    assert {row["hypertable_name"]: row["keys"] for row in rows} == {
        "station_reading": 1,
        "monitor_reading": 1,
        "verdict": 1,
        "mobile_reading": 1,
        "statistic": 1,
        "hour_mean": 1,
        "day_mean": 1,
        "quality_flag": 1,
    }
