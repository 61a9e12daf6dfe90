"""Outlets and who operates their monitors come with the registry: what is wrong is named, the past is kept."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from ingest.folder import FolderError, read_folder
from ingest.importer import Count, import_folder
from tests.support.registry_folder import write

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)
OUTLETS = "enterprise_id,outlet,design_flow_m3h,industry_class,due\nE1,一号,12000,,\nE1,二号,8000,other,2027-03-31\n"
OPERATORS = "operator_id,name,contact\nO1,常测运维,0519-1\nO2,江测运维,\n"
LINKS = "mn,operator_id,from,to\nM1,O1,2026-01-01,2026-06-30\nM1,O2,2026-07-01,\n"
FILES = {"outlets": OUTLETS, "operators": OPERATORS, "operator_monitors": LINKS}


async def test_outlets_and_operators_are_taken_in_and_the_same_again_changes_nothing(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    folder = write(tmp_path, **FILES)
    first = (await import_folder(folder, database, NOW)).counts
    again = (await import_folder(folder, database, NOW + DAY)).counts
    names = ("outlets", "operators", "operator monitors")
    assert [first[name] for name in names] == [Count(2, 0)] * 3
    assert [again[name] for name in names] == [Count(0, 0)] * 3
    assert [tuple(row) for row in await pool.fetch("SELECT name, due FROM outlet ORDER BY outlet_id")] == [
        ("一号", None),
        ("二号", date(2027, 3, 31)),
    ]
    assert await pool.fetchval("SELECT count(*) FROM outlet_design") == 2


async def test_another_design_is_a_change_and_the_one_before_is_kept(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path, **FILES), database, NOW)
    changed = OUTLETS.replace("8000,other,2027-03-31", "31000,other,2027-06-30")
    report = await import_folder(write(tmp_path, outlets=changed), database, NOW + DAY)
    assert report.counts["outlets"] == Count(0, 1)
    rows = await pool.fetch(
        "SELECT design_flow_m3h, since FROM outlet_design WHERE design_flow_m3h <> 12000 ORDER BY 2"
    )
    assert [tuple(row) for row in rows] == [(8000, NOW), (31000, NOW + DAY)]
    for only in (changed.replace("31000", "32000"), changed.replace("31000", "32000").replace("2027-06-30", "")):
        assert (await import_folder(write(tmp_path, outlets=only), database, NOW + DAY)).counts["outlets"] == Count(
            0, 1
        )
    back = await import_folder(write(tmp_path, **FILES), database, NOW + 2 * DAY)
    assert back.counts["outlets"] == Count(0, 1)


async def test_who_operates_what_is_all_that_the_file_says(pool: asyncpg.Pool, database: str, tmp_path: Path) -> None:
    await import_folder(write(tmp_path, **FILES), database, NOW)
    links = "mn,operator_id,from,to\nM1,O1,2026-01-01,\n"
    report = await import_folder(write(tmp_path, operators=OPERATORS, operator_monitors=links), database, NOW)
    assert report.counts["operator monitors"] == Count(0, 1, 1)
    rows = await pool.fetch("SELECT operator_id, from_on, to_on FROM operator_link")
    assert [tuple(row) for row in rows] == [("O1", date(2026, 1, 1), None)]


SPOILT = {
    "a foreign enterprise": ("outlets", "E1,一号", "E9,一号", "outlets.csv:2:enterprise_id: 'E9' is not in ent"),
    "the same outlet twice": ("outlets", "二号", "一号", "outlets.csv:3:outlet: "),
    "an outlet without a name": ("outlets", "二号", "", "outlets.csv:3:outlet: "),
    "no flow": ("outlets", "12000", "0", "outlets.csv:2:design_flow_m3h: "),
    "an endless flow": ("outlets", "12000", "inf", "outlets.csv:2:design_flow_m3h: "),
    "another class": ("outlets", "other", "heavy", "outlets.csv:3:industry_class: "),
    "a day in digits alone": ("outlets", "2027-03-31", "20270331", "outlets.csv:3:due: must be a day"),
    "a day that is none": ("outlets", "2027-03-31", "2027-02-31", "outlets.csv:3:due: "),
    "an operator twice": ("operators", "O2,", "O1,", "operators.csv:3:operator_id: "),
    "a foreign monitor": ("operator_monitors", "M1,O2", "M9,O2", "operator_monitors.csv:3:mn: 'M9' is not in mon"),
    "a foreign operator": ("operator_monitors", "O2", "O9", "operator_monitors.csv:3:operator_id: 'O9' is not in op"),
    "an end before": ("operator_monitors", "2026-06-30", "2025-06-30", "operator_monitors.csv:2:to: before from"),
    "two at a time": ("operator_monitors", "2026-07-01", "2026-06-30", "operator_monitors.csv:3:from: M1 is operated"),
    "two without an end": ("operator_monitors", "2026-06-30", "", "operator_monitors.csv:3:from: M1 is operated"),
    "another column": ("operator_monitors", "from", "start", "operator_monitors.csv:1:start: no such column"),
}


@pytest.mark.parametrize(("file", "old", "new", "problem"), SPOILT.values(), ids=SPOILT)
def test_what_is_wrong_is_named(file: str, old: str, new: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(FolderError) as refused:
        read_folder(write(tmp_path, **{**FILES, file: FILES[file].replace(old, new, 1)}))
    assert refused.value.problems[0].startswith(problem)


def test_a_monitor_at_an_outlet_that_is_not_listed_is_told(tmp_path: Path) -> None:
    assert read_folder(write(tmp_path, **FILES))[1] == []
    _, warnings = read_folder(write(tmp_path, outlets=OUTLETS.replace("一号", "1号")))
    assert warnings == ["monitors.csv:2:outlet: outlets.csv has no '一号' of E1"]
