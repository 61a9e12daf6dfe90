"""Outlets, who operates their monitors, and papers that prove a step, for the tests of onboarding and ledgers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2

from sql.queries import Connection
from tests.support import papers

API = "/api/v1"
DAY = timedelta(days=1)
OWN, FOREIGN = {"X-Hotgrid-Actor": "enterprise:E0007"}, {"X-Hotgrid-Actor": "enterprise:E0008"}
BUREAU = {"X-Hotgrid-Actor": "B1"}


def today(ago: int = 0) -> date:
    """The day in Shanghai, or some days before."""
    return (datetime.now(UTC) + timedelta(hours=8)).date() - ago * DAY  # noqa: TID251 - the service reads the clock


async def outlet(
    on: Connection, enterprise_id: str = "E0007", name: str = "DA001", flow: float = 12_000, **more: Any
) -> int:
    """An outlet of a design since a time (`since`, now), perhaps with a day that was set (`due`); gives its number."""
    outlet_id: int = await on.fetchval(
        "INSERT INTO outlet (enterprise_id, name, due) VALUES ($1, $2, $3) RETURNING outlet_id",
        *(enterprise_id, name, more.get("due")),
    )
    await on.execute(
        "INSERT INTO outlet_design (outlet_id, enterprise_id, since, design_flow_m3h, industry_class)"
        " VALUES ($1, $2, coalesce($3, now()), $4, $5)",
        *(outlet_id, enterprise_id, more.get("since"), flow, more.get("industry_class", "")),
    )
    return outlet_id


async def operator(on: Connection, operator_id: str, name: str, *devices: int, since: date = date(2025, 1, 1)) -> None:
    """A company that operates monitors since a day."""
    await on.execute("INSERT INTO operator VALUES ($1, $2, '0519-1')", operator_id, name)
    for device in devices:
        await on.execute("INSERT INTO operator_link VALUES ($1, $2, $3, NULL)", device, operator_id, since)


async def proof(client: httpx2.AsyncClient, who: dict[str, str] = OWN, raw: bytes = papers.PDF) -> str:
    """A file that an enterprise has sent."""
    answer = await client.post(f"{API}/enterprise/files", content=raw, params={"name": "报告.pdf"}, headers=who)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["file_id"])
