"""Which township lies in which district: the file says all there is."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ingest.folder import FolderError, read_folder
from ingest.importer import Count, import_folder
from tests.support.registry_folder import write

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOWNSHIPS = "district,township\n新北区,东山\n新北区,西山\n武进区,北山\n"


async def test_an_account_bound_to_a_district_reaches_the_enterprises_of_its_townships(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    report = await import_folder(write(tmp_path, townships=TOWNSHIPS), database, NOW)
    assert report.counts["townships"] == Count(3, 0)
    await pool.execute(
        "INSERT INTO account (name, role, display, made_at, made_by) VALUES ('a', 'bureau', '', now(), '')"
    )
    await pool.execute("INSERT INTO account_scope VALUES ('a', 'district', '新北区')")
    reach = await pool.fetchrow("SELECT * FROM account_reach('a')")
    assert (sorted(reach["townships"]), reach["within"]) == (["东山", "西山"], ["E1"])
    await pool.execute("DELETE FROM account_scope")
    await pool.execute("INSERT INTO account_scope VALUES ('a', 'district', '武进区')")
    assert (await pool.fetchrow("SELECT * FROM account_reach('a')"))["within"] == []


async def test_the_file_says_all_there_is(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    await import_folder(write(tmp_path, townships=TOWNSHIPS), database, NOW)
    report = await import_folder(write(tmp_path, townships=TOWNSHIPS), database, NOW)
    assert report.counts["townships"] == Count(0, 0)
    changed = TOWNSHIPS.replace("武进区,北山", "天宁区,北山")
    report = await import_folder(write(tmp_path, townships=changed), database, NOW)
    assert report.counts["townships"] == Count(1, 0, 1)
    without = await import_folder(write(tmp_path, townships=None), database, NOW)
    assert "townships" not in without.counts
    rows = await pool.fetch("SELECT district, township FROM district_township")
    assert {tuple(row) for row in rows} == {("新北区", "东山"), ("新北区", "西山"), ("天宁区", "北山")}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("新北区,\n", "townships.csv:5:township"),
        (",东山\n", "townships.csv:5:district"),
        ("新北区,东山\n", "townships.csv:5:township"),
        ("新北区,a\x00b\n", "townships.csv"),
    ],
)
def test_what_is_wrong_with_it_is_named(line: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(FolderError) as failure:
        read_folder(write(tmp_path, townships=TOWNSHIPS + line))
    assert failure.value.problems[0].startswith(problem)
