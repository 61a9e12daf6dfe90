"""The live feed across restarts of `hotgrid serve`: no gap and no repeat."""

import asyncio

from deploy.replay import replay
from tests.support import feed
from tests.support.signing import SignedIn
from tests.system.conftest import House, Scenario


def take(url: str, cookie: str, after: int, count: int) -> list[int]:
    """The numbers of the next events, as a client that remembers only the last one."""
    taken = []
    for event in feed.events(url, cookie, after):
        taken.append(event.id)
        if len(taken) == count:
            break
    return taken


async def test_the_feed_resumes_over_restarts_of_serve_with_no_gap_and_no_repeat(
    house: House, scenario: Scenario
) -> None:
    house.hotgrid.ingest()
    house.hotgrid.detect()
    replaying = asyncio.create_task(asyncio.to_thread(replay, scenario.folder, house.servers.mqtt_url, None))

    cookie = await SignedIn(house.url).cookie()
    heard = [0]
    for end in ("stop", "kill"):
        server, url = house.serve()
        heard += await asyncio.to_thread(take, url, cookie, heard[-1], len(scenario.changes) // 3)
        server.stop() if end == "stop" else server.kill()
    _, url = house.serve()
    heard += await asyncio.to_thread(take, url, cookie, heard[-1], len(scenario.changes) - len(heard) + 1)

    await replaying
    assert heard[1:] == [row["seq"] for row in await house.rows("SELECT seq FROM alert_event ORDER BY seq")]
