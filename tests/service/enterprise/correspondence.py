"""An alert that two enterprises may have caused, and what desk and enterprises say of it."""

from typing import Any

import asyncpg
import httpx2

from tests.service import seed
from tests.support import papers

API = "/api/v1"
A, B = {"X-Hotgrid-Actor": "enterprise:EA"}, {"X-Hotgrid-Actor": "enterprise:EB"}
DUTY, DISPATCHER = {"X-Hotgrid-Actor": "P1"}, {"X-Hotgrid-Actor": "T1"}
WIND = {"sign": "hotspot", "wind": [1.5, -1.5], "source": {"lon": 120.05, "lat": 31.7, "within_m": 90.0}}
SECRET = ("EB", "二厂", "李四", "13800000001", "王P1", "候选保密", "120.05", "0.35", "P1")
"""What the enterprise EA must never read in an answer."""


async def settle(pool: asyncpg.Pool) -> None:
    """Two enterprises that both may be the source of the alert H, and people at the desk."""
    await seed.enterprise(pool, "EA", "一厂")
    await seed.enterprise(pool, "EB", "二厂")
    await seed.person(pool, "P1")
    await seed.person(pool, "T1", "dispatcher")
    candidates = [{"enterprise_id": "EA", "score": 0.5}, {"enterprise_id": "EB", "score": 0.35}]
    await seed.alert(pool, seed.body("H", candidates=candidates, evidence=WIND))


async def monitor(pool: asyncpg.Pool, enterprise_id: str, mn: str) -> None:
    """A monitor of an enterprise."""
    device = await pool.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", mn)
    await pool.execute("INSERT INTO monitor VALUES ($1, $2, 'DA001', 120.1, 31.7, 'pw')", device, enterprise_id)


async def about(pool: asyncpg.Pool, name: str, kind: str, source: str, **changed: Any) -> None:
    """An alert of a kind about a source."""
    await seed.alert(pool, seed.body(name, kind=kind, **changed))
    await pool.execute("UPDATE alert SET source = $1 WHERE alert_id = $2", source, name)


class Talk:
    """Requests of one walk; every answer is checked for its status."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def post(self, path: str, who: dict[str, str], gives: int = 0, /, **said: Any) -> Any:
        """The answer of a POST; any 2xx where none is named."""
        answer = await self.client.post(f"{API}{path}", json=said, headers=who)
        assert answer.status_code == (gives or answer.status_code), answer.text
        assert gives or answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, who: dict[str, str], gives: int = 200, /, **query: str) -> Any:
        """The answer of a GET."""
        answer = await self.client.get(f"{API}{path}", params=query, headers=who)
        assert answer.status_code == gives, answer.text
        return answer.json()

    async def file(self, who: dict[str, str], raw: bytes = papers.PDF, **query: str) -> str:
        """The number of a file that was sent."""
        answer = await self.client.post(
            f"{API}/enterprise/files", content=raw, params={"name": "记录.pdf", **query}, headers=who
        )
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["file_id"]
        return number

    async def found(self, alert_id: str = "H", enterprise_id: str = "EA") -> None:
        """The desk finds an enterprise to be the source."""
        await self.post(f"/alerts/{alert_id}/acknowledge", DUTY)
        await self.post(f"/alerts/{alert_id}/report", DUTY, cause="bypass", enterprise_id=enterprise_id, why="候选保密")

    async def release(self, alert_id: str = "H", enterprise_id: str = "EA", as_: str = "found") -> Any:
        """The desk releases its name."""
        said = {"enterprise_id": enterprise_id, "as": as_, "why": "候选保密"}
        return await self.post(f"/alerts/{alert_id}/release-name", DUTY, 201, **said)

    async def alerts(self, who: dict[str, str], **query: str) -> list[str]:
        """The ids of the alerts that an enterprise is shown."""
        return [one["alert_id"] for one in (await self.get("/enterprise/alerts", who, **query))["alerts"]]
