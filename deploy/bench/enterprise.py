"""The window of enterprises, in a big city with a year of hourly data: each asks for its own."""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta

from deploy.bench.client import WARM, timed_each
from deploy.bench.house import House, house
from deploy.bench.row import Row, spread
from ingest.validity import day_of, hour_of
from sql.queries import Queries

ENTERPRISE = Queries("bench_enterprise")
ENTERPRISES, MONITORS, OWNERS = 2_847, 1_038, 700
ASKED = 1_000
SEED = 6
WEEK, YEAR = timedelta(days=7), timedelta(days=365)
LOAD_S = 240.0
"""So long hours are put in, the newest week first."""
# How the window is used: 30 days of hours against the limit, a month of days, what was above the limit.
OTHERS = {
    "hours against limits, 24 h": "/enterprise/limits",
    "valid share, 30 days": "/enterprise/availability",
    "exceedances, 30 days": "/enterprise/exceedances",
    "signs, 30 days": "/enterprise/signs",
}


async def enterprise() -> list[Row]:
    """Every request is of another enterprise than the one before, with a session of its own."""
    async with house() as here:
        rows = await _loaded(here)
        with here.runs("serve", HOTGRID_PORT="0") as child:
            url = child.said("serving on ")
            names = random.Random(SEED).choices(range(1, OWNERS + 1), k=ASKED + WARM)
            asked = [(f"E{n:04}", {"Cookie": f"hotgrid=bench-E{n:04}"}) for n in names]
            overview = [("/enterprise", headers) for _, headers in asked]
            times = await asyncio.to_thread(timed_each, url, overview)
            rows += spread("GET /enterprise, an overview of one's own", times[WARM:], "ms", "<= 30")
            for name, path in OTHERS.items():
                times = await asyncio.to_thread(timed_each, url, [(path, headers) for _, headers in asked[:300]])
                rows += spread(f"GET {path} ({name})", times[WARM:], "ms")
    return rows


async def _loaded(here: House) -> list[Row]:
    """What was loaded, and how many days of hours fitted into the time for it."""
    on, now = here.database, datetime.now(UTC)
    await ENTERPRISE.put_enterprises.execute(on, enterprises=ENTERPRISES, accounts=OWNERS)
    await ENTERPRISE.put_monitors.execute(on, monitors=MONITORS, owners=OWNERS)
    end, began = hour_of(now), time.monotonic()
    at = end
    while at > end - YEAR and time.monotonic() - began < LOAD_S:
        await ENTERPRISE.put_hours.execute(on, from_at=max(at - WEEK, end - YEAR), to_at=at)
        at -= WEEK
    await ENTERPRISE.put_days.execute(on, from_day=day_of(now) - YEAR, to_day=day_of(now))
    await ENTERPRISE.put_minutes.execute(on, from_at=end - timedelta(hours=2))
    await ENTERPRISE.put_beside.execute(on, from_at=end - YEAR)
    await ENTERPRISE.settled.execute(on)
    there = await ENTERPRISE.loaded.fetchrow(on)
    assert there is not None
    told = [Row(f"window, {name} in the database", there[name], name) for name in there.keys()]  # noqa: SIM118
    return [Row("window, days of hourly means that were loaded", min((end - at) / timedelta(days=1), 365), "d"), *told]
