"""Two enterprises with monitors, and what the gate, the keeper and the rules write about them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2

from sql.queries import Connection
from tests.service import seed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # of the 20th in Beijing
API = "/api/v1/enterprise"
OWN, FOREIGN = {"X-Hotgrid-Actor": "enterprise:E0007"}, {"X-Hotgrid-Actor": "enterprise:E0008"}
MN, OTHER = "010000A8900016F000169DC0", "010000A8900016F000169DC8"
CHANNELS: tuple[tuple[Any, ...], ...] = (("nmhc", "mg/m³", 60.0, "hour"), ("a25002", "mg/m³", 4.0, "hour"))


async def plants(on: Connection) -> tuple[int, int]:
    """E0007 with a monitor of NMHC and benzene, E0008 with the like; gives their numbers."""
    await seed.grid(on)
    for name, called in (("E0007", "江宇化工"), ("E0008", "隔壁化工")):
        await seed.enterprise(on, name, called)
    return await monitor(on, MN, "E0007"), await monitor(on, OTHER, "E0008")


async def monitor(on: Connection, mn: str, enterprise: str, channels: Sequence[tuple[Any, ...]] = CHANNELS) -> int:
    """A monitor; channels with unit, limit and the limit's period."""
    device: int = await on.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", mn)
    await on.execute("INSERT INTO monitor VALUES ($1, $2, 'DA001', 120.05, 31.7, 'secret')", device, enterprise)
    for channel in channels:
        await on.execute("INSERT INTO monitor_channel VALUES ($1, $2, $3, $4, $5)", device, *channel)
    return device


async def minutes(
    on: Connection, device: int, start: datetime, values: Sequence[float | None], qc: int = 0, channel: str = "nmhc"
) -> None:
    """Minutes one after the other."""
    for i, value in enumerate(values):
        await on.execute(
            "INSERT INTO monitor_reading VALUES ($1, $2, $3, $4, $5)", device, start + i * MINUTE, channel, value, qc
        )


async def latest(
    on: Connection, device: int, ts: datetime, value: float | None, qc: int = 0, channel: str = "nmhc"
) -> None:
    """The newest value, nine seconds after its minute."""
    await on.execute(
        "INSERT INTO monitor_latest VALUES ($1, $2, $3, $4, $5, $6)",
        *(device, channel, ts, ts + timedelta(seconds=9), value, qc),
    )


async def hour(
    on: Connection, device: int, ts: datetime, mean: float | None, valid: int = 60, channel: str = "nmhc"
) -> None:
    """An hour as the keeper sums it up: lowest half of the mean, highest twice, one suspect minute."""
    low, high = (None, None) if mean is None else (mean / 2, mean * 2)
    await on.execute(
        "INSERT INTO hour_mean VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 60, NULL, NULL)",
        *(device, ts, channel, mean, low, high, valid),
    )


async def day(on: Connection, device: int, of: date, hours: int, valid: int, channel: str = "nmhc") -> None:
    """A day as the keeper sums it up."""
    await on.execute(
        "INSERT INTO day_mean VALUES ($1, $2, $3, 30, 10, 90, $4, $5, 2, 1440, NULL, NULL)",
        *(device, of, channel, hours, valid),
    )


async def mark(
    on: Connection, device: int, start: datetime, end: datetime | None, kind: str = "calibration", why: str = "零点"
) -> None:
    """A mark that was declared."""
    await on.execute(
        "INSERT INTO mark (device, kind, start_at, end_at, reason) VALUES ($1, $2, $3, $4, $5)",
        *(device, kind, start, end, why),
    )


async def flag(on: Connection, device: int, start: datetime, end: datetime, qc: int, channel: str = "nmhc") -> None:
    """What a check found, in the hours that it touches."""
    begin = start
    while begin < end:
        until = min(end, begin.replace(minute=0) + HOUR)
        await on.execute(
            "INSERT INTO quality_flag VALUES ($1, $2, $3, $4, $5, $6)",
            *(device, begin.replace(minute=0), channel, qc, begin, until),
        )
        begin = until


async def alert(
    on: Connection, kind: str, source: str, opened_at: datetime, closed_at: datetime | None = None, pollutant: str = ""
) -> str:
    """An alert of a rule about one source; gives its id."""
    name = f"{kind}-{pollutant or 'all'}-{opened_at:%Y%m%dT%H%MZ}-{source}"
    told = seed.body(name, opened_at, kind=kind, pollutant=pollutant, source=source, evidence={"sign": "silent"})
    await on.execute(
        "INSERT INTO alert VALUES ($1, $2, 'rule', $3, $4, $5, 2, $6, $7, false, 120.05, 31.7, $8)",
        *(name, kind, pollutant, source, "closed" if closed_at else "open", opened_at, closed_at, told),
    )
    return name


async def told(client: httpx2.AsyncClient, path: str, who: dict[str, str] = OWN, /, **query: object) -> Any:
    """What is answered; it must not be refused."""
    params = {name.rstrip("_"): str(value) for name, value in query.items()}
    answer = await client.get(f"{API}{path}", params=params, headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()
