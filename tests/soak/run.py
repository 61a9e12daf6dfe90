"""One plan, run: strokes at random moments under load, then the books."""

import asyncio
import random
import time
from dataclasses import dataclass
from statistics import median

from sql.failure import FAILURES
from tests.soak.ledger import Books, CatchUp, Outage, books, catch_up
from tests.soak.plan import Plan
from tests.soak.site import Site, site
from tests.support import database
from tests.support.fleet import Fleet, Reading

RATE = 300.0  # messages a second: 305 stations that send once a second
STILL_S = 30.0  # nothing new for so long: what has not come by then is lost
LOOK_S = 0.2
MOST_MB = 300.0
COUNT = "SELECT count(*) FROM station_reading"
ROWS = "SELECT device_id, ts, pm25, no2 FROM station_reading JOIN device USING (device)"
TOLD = "SELECT minute, sum(devices)::int FROM arrival GROUP BY minute"
COMMITS = "SELECT extract(epoch FROM at)::float8, sum(devices)::int FROM arrival GROUP BY at"
REJECTS = "SELECT coalesce(sum(times), 0)::int FROM reject"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a plan; `failed` says in words what went wrong besides the books."""

    title: str
    outages: list[Outage]
    published: int
    resent: int
    unheard: int
    books: Books
    caught_up: list[CatchUp]
    most_mb: float
    failed: list[str]

    @property
    def right(self) -> bool:
        """Nothing lost, doubled or changed, and nothing else went wrong."""
        return self.books.right and not self.failed

    @property
    def back_s(self) -> float:
        """The longest that it took until rows came again after an outage."""
        return max((one.back_s for one in self.caught_up), default=0.0)

    def factor(self, stations: int) -> float:
        """The usual catch-up, minutes of backlog a minute; 0 where every backlog went in one commit."""
        return median([one.factor(stations) for one in self.caught_up if one.rows_per_s] or [0.0])


async def run(plan: Plan, seconds: float, chance: random.Random) -> Result:
    """A plan for so long, on servers of its own. Raises OSError where this machine cannot do that."""
    fleet = Fleet(plan.stations)
    async with site(fleet, RATE, plan.command, plan.env, plan.small_disk) as here:
        if plan.prepare:
            await plan.prepare(here)
        await here.begin(plan.ingests)
        outages = await _struck(plan, here, seconds, chance)
        await _until_stored(here)
        await here.end()
        return await _accounted(plan.title, here, outages)


async def _struck(plan: Plan, here: Site, seconds: float, chance: random.Random) -> list[Outage]:
    """The load, and the strokes until it is over."""
    outages: list[Outage] = []
    loading = asyncio.create_task(here.load.run(seconds))
    try:
        while not (await asyncio.wait([loading], timeout=chance.uniform(*plan.pause)))[0]:
            begin = time.time()
            await plan.stroke(here, chance)
            outages.append(Outage(begin, time.time()))
            await here.revive()
        await loading
    finally:
        loading.cancel()
    return outages


async def _until_stored(here: Site) -> None:
    """Wait until everything is there, or nothing has come for a while."""
    stored, since = -1, time.monotonic()
    while stored < len(here.load.taken) and time.monotonic() - since < STILL_S:
        try:
            now = await database.value(here.url, COUNT)
        except FAILURES:  # it recovers from the last stroke
            now = stored
        if now > stored:
            stored, since = now, time.monotonic()
        await asyncio.sleep(LOOK_S)
        await here.revive()


async def _accounted(title: str, here: Site, outages: list[Outage]) -> Result:
    rows = [Reading(*row) for row in await database.rows(here.url, ROWS)]
    told = {row[0]: row[1] for row in await database.rows(here.url, TOLD)}
    commits = [(row[0], row[1]) for row in await database.rows(here.url, COMMITS)]
    failed = list(here.failed)
    if rejects := await database.value(here.url, REJECTS):
        failed.append(f"{rejects} messages were refused")
    if here.most_mb > MOST_MB:
        failed.append(f"ingest took {here.most_mb:.0f} MB, more than {MOST_MB:.0f}")
    found = [catch_up(here.load.taken.values(), commits, outage) for outage in outages]
    return Result(
        title=title,
        outages=outages,
        published=len(here.load.taken),
        resent=here.load.resent,
        unheard=here.load.unheard,
        books=books(here.load.fleet, here.load.taken, rows, told),
        caught_up=[one for one in found if one],
        most_mb=here.most_mb,
        failed=failed,
    )
