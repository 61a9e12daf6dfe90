"""A second enterprise, in another township, with everything of its own."""

from datetime import datetime, timedelta

import asyncpg
import httpx2

from service.resources import API
from tests.service import seed
from tests.service.enterprise import plant
from tests.support.outlets import operator, outlet, today
from tests.support.papers import PDF

NAME, TOWNSHIP, MN = "E0009", "罗溪镇", "010000A8900016F000169DC9"
WHO = {"X-Hotgrid-Actor": f"enterprise:{NAME}"}
HOUR = timedelta(hours=1)
FAULT = f"fault-{MN}"


async def settle_beside(client: httpx2.AsyncClient, pool: asyncpg.Pool, now: datetime) -> None:
    """Its monitor with readings, marks, alerts and notes; a file, a letter, a hook, a key, an outlet and a ledger."""
    await seed.enterprise(pool, NAME, "邻厂")
    await pool.execute("UPDATE enterprise SET township = $1 WHERE enterprise_id = $2", TOWNSHIP, NAME)
    device = await plant.monitor(pool, MN, NAME)
    await plant.minutes(pool, device, now - HOUR, [5.0] * 30)
    await plant.latest(pool, device, now, 5.0)
    await plant.hour(pool, device, now - 2 * HOUR, 5.0)
    await plant.day(pool, device, (now - plant.DAY).date(), 24, 1440)
    await plant.mark(pool, device, now - 5 * HOUR, now - 4 * HOUR)
    await seed.alert(pool, seed.body(FAULT, now - HOUR, kind="fault", candidates=[]))
    await pool.execute("UPDATE alert SET source = $1 WHERE alert_id = $2", MN, FAULT)
    await pool.execute("UPDATE handling SET township = $1 WHERE alert_id = $2", TOWNSHIP, FAULT)
    await operator(pool, "YW02", "邻近运维", device)
    await write(client, device, await outlet(pool, NAME, "DA901"), now)


async def write(client: httpx2.AsyncClient, device: int, outlet_id: int, now: datetime) -> None:
    """What it does itself in its window."""

    async def post(path: str, **said: object) -> None:
        answer = await client.post(f"{API}/enterprise{path}", json=said, headers=WHO)
        assert answer.status_code == 201, answer.text

    paper = await client.post(f"{API}/enterprise/files", content=PDF, params={"name": "邻.pdf"}, headers=WHO)
    assert paper.status_code == 201, f"{device}: {paper.text}"
    span = {"start": (now - HOUR).isoformat(), "end": (now - HOUR / 2).isoformat()}
    await post("/marks", mn=MN, kind="fault", reason="泵", proofs=[paper.json()["file_id"]], **span)
    await post("/messages", text="邻厂请问")
    await post("/hooks", url="https://beside.example.com/in", events=["alert"], min_severity=2)
    await post("/consumables", outlet_id=outlet_id, kind="lamp", amount=1, unit="支", done_on=f"{today()}", note="")
