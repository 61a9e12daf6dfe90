"""A monitor of the enterprise in the district of `tests.service.world`, and requests about it."""

from datetime import datetime

import asyncpg

from ingest.flag import Qc
from tests.service.enterprise import plant
from tests.service.enterprise.plant import DAY, HOUR, MINUTE, MN
from tests.service.forgetful import Valid


async def monitored(pool: asyncpg.Pool, now: datetime) -> dict[str, Valid]:
    """A day of E0007's monitor with everything that can be said of it, and the requests that tell it."""
    device = await plant.monitor(pool, MN, "E0007", [*plant.CHANNELS, ("d10001", "kW", None, "")])
    await pool.execute("INSERT INTO facility VALUES ($1, 'd10001', '涂装线', 'treatment', 0.5)", device)
    begun = now - 3 * HOUR
    await plant.minutes(pool, device, begun, [70.0] * 50)
    await plant.minutes(pool, device, begun + 50 * MINUTE, [400.0], Qc.OVER_RANGE)
    await plant.latest(pool, device, now, 70.0)
    await plant.hour(pool, device, begun, 70.0, 50)
    await plant.day(pool, device, (now - DAY).date(), 24, 1440)
    await plant.flag(pool, device, begun, begun + 10 * MINUTE, Qc.FLAT)
    await plant.mark(pool, device, begun + 55 * MINUTE, None, "maintenance")
    await plant.alert(pool, "exceedance", MN, begun + HOUR, pollutant="nmhc")
    await plant.alert(pool, "offline", MN, begun)
    await pool.execute("INSERT INTO device_note VALUES ($1, $2, 3020, 'nmhc', 'i11001', '清洗')", device, begun)
    await pool.execute(
        "INSERT INTO statistic VALUES ($1, $2, 2061, 'nmhc', 60, 70, 80, NULL, NULL, 72, NULL, 0)", device, begun
    )
    return requests(now)


def requests(now: datetime) -> dict[str, Valid]:
    """One of each operation, as the authorities ask it."""
    mine, one = {"enterprise": "E0007"}, {"mn": MN}
    at = {"from": (now - DAY).isoformat(), "to": now.isoformat()}
    some = {**mine, **at, "monitor": MN, "factor": "nmhc"}
    days = {"from": f"{now - DAY:%Y-%m-%d}", "to": f"{now:%Y-%m-%d}", "monitor": MN}
    return {
        "getEnterprise": Valid(query=mine),
        "listOwnMonitors": Valid(query=mine),
        "getOwnMonitor": Valid(one, mine),
        "getOwnSeries": Valid(one, {**mine, **at, "step": "minute", "factor": "nmhc,a25002"}),
        "listOwnLimits": Valid(query=some),
        "listOwnAvailability": Valid(query={**mine, **days, "by": "hour"}),
        "listOwnExceedances": Valid(query={**some, "limit": "5"}),
        "listOwnSigns": Valid(query={**mine, **at, "monitor": MN, "limit": "5"}),
        "listOwnWarnings": Valid(query={**mine, **at, "monitor": MN, "limit": "5"}),
        "getOwnUpkeep": Valid(one, {**mine, **at, "limit": "5"}),
    }
