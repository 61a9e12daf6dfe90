"""Recurrence: the same cell or enterprise, as far back as asked, and what was found outweighs what was suspected."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from alerts.muting.recurrence import EMISSIONS, Recurrence, comparable, recurrence
from tests.service import seed
from tests.support.muted import NOW, ring

DAY = timedelta(days=1)
OTHER = [{"enterprise_id": "E0008", "score": 0.9}]


@pytest.fixture(autouse=True)
async def _district(pool: asyncpg.Pool) -> None:
    for name in ("E0007", "E0008"):
        await seed.enterprise(pool, name, name)


async def _of(pool: asyncpg.Pool, name: str = "now", days: int = 30) -> Recurrence:
    found = await recurrence(pool, name, days)
    assert found is not None
    return found


async def _found(pool: asyncpg.Pool, name: str, enterprise: str | None, at: datetime = NOW) -> None:
    await pool.execute("INSERT INTO finding VALUES ($1, $2, $3, 'bypass', '')", name, at, enterprise)


def _listed(found: Recurrence) -> list[tuple[str, bool, bool]]:
    return [(row["alert_id"], row["same_cell"], row["same_enterprise"]) for row in found.alerts]


async def test_first_alert_of_a_place_is_no_recurrence(pool: asyncpg.Pool) -> None:
    await ring(pool, "now")
    found = await _of(pool)
    assert (found.cell, found.enterprise_id, found.found) == ("2-3", "E0007", False)
    assert (found.total, _listed(found)) == (0, [])


async def test_same_cell_and_same_first_candidate_are_told_apart(pool: asyncpg.Pool) -> None:
    await ring(pool, "both", NOW - DAY)
    await ring(pool, "cell", NOW - 2 * DAY, candidates=OTHER)
    await ring(pool, "enterprise", NOW - 3 * DAY, cell=(9, 9))
    await ring(pool, "neither", NOW - 4 * DAY, cell=(9, 9), candidates=OTHER)
    await ring(pool, "now")
    found = await _of(pool)
    assert _listed(found) == [("both", True, True), ("cell", True, False), ("enterprise", False, True)]
    assert (found.total, found.same_cell, found.same_enterprise) == (3, 2, 2)


async def test_days_are_counted_back_from_the_alert_and_what_came_later_is_none(pool: asyncpg.Pool) -> None:
    for days in (-1, 1, 30, 31, 200):
        await ring(pool, f"{days}", NOW - days * DAY)
    await ring(pool, "now")
    assert [name for name, *_ in _listed(await _of(pool))] == ["1", "30"]
    assert (await _of(pool, days=366)).total == 4
    assert (await _of(pool, days=1)).total == 1


async def test_enterprise_that_was_found_outweighs_the_first_candidate(pool: asyncpg.Pool) -> None:
    await ring(pool, "suspected", NOW - DAY, cell=(9, 9))
    await ring(pool, "found", NOW - 2 * DAY, cell=(9, 9), candidates=OTHER)
    await ring(pool, "nobody", NOW - 3 * DAY, cell=(9, 9))
    await _found(pool, "found", "E0007")
    await _found(pool, "nobody", "E0007", NOW - DAY)
    await _found(pool, "nobody", None)
    await ring(pool, "now")
    assert [name for name, *_ in _listed(await _of(pool))] == ["suspected", "found"]
    await _found(pool, "now", "E0008")
    again = await _of(pool)
    assert (again.enterprise_id, again.found, again.total) == ("E0008", True, 0)


async def test_drills_merged_ones_and_other_kinds_do_not_count(pool: asyncpg.Pool) -> None:
    for kind in ("drill", "offline", "exceedance", "park"):
        await ring(pool, kind, NOW - DAY, kind=kind)
    await ring(pool, "merged", NOW - DAY)
    await ring(pool, "wrong", NOW - 2 * DAY)
    await pool.execute("UPDATE handling SET stage = 'merged' WHERE alert_id = 'merged'")
    await pool.execute("UPDATE handling SET stage = 'false_alarm' WHERE alert_id = 'wrong'")
    await ring(pool, "now")
    found = await _of(pool)
    assert {name for name, *_ in _listed(found)} == {"exceedance", "park", "wrong"}
    assert (found.total, found.false_alarms) == (3, 1)


def test_emission_recurs_as_any_emission_and_the_rest_as_itself() -> None:
    assert comparable("park") == EMISSIONS
    assert comparable("offline") == {"offline"}


async def test_notice_without_a_cell_recurs_nowhere(pool: asyncpg.Pool) -> None:
    nowhere: dict[str, Any] = {"kind": "regional", "cells": [], "candidates": []}
    await ring(pool, "before", NOW - DAY, **nowhere)
    await ring(pool, "now", **nowhere)
    found = await _of(pool)
    assert (found.cell, found.enterprise_id, found.total) == (None, None, 0)


async def test_alert_that_does_not_exist_has_no_recurrence(pool: asyncpg.Pool) -> None:
    assert await recurrence(pool, "a9", 30) is None
