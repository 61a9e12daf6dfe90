"""Recurrence over the API."""

from datetime import timedelta

import asyncpg
import httpx2

from tests.service import seed
from tests.support.muted import NOW, ring

DAY = timedelta(days=1)


async def test_earlier_alerts_of_the_cell_and_of_the_enterprise_are_shown(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.enterprise(pool, "E0007", "乙厂")
    await ring(pool, "cell", NOW - DAY, candidates=[])
    await ring(pool, "enterprise", NOW - 40 * DAY, cell=(9, 9))
    await ring(pool, "a1")
    told = (await client.get("/api/v1/alerts/a1/recurrence")).json()
    assert (told["days"], told["cell"], told["enterprise_id"]) == (30, "2-3", "E0007")
    assert (told["total"], told["same_cell"], told["same_enterprise"]) == (1, 1, 0)
    assert [(one["alert_id"], one["stage"], one["cause"]) for one in told["alerts"]] == [("cell", "open", None)]
    longer = (await client.get("/api/v1/alerts/a1/recurrence?days=60")).json()
    assert (longer["total"], longer["same_enterprise"]) == (2, 1)


async def test_alert_that_does_not_exist_has_no_recurrence(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/api/v1/alerts/a9/recurrence")).status_code == 404
