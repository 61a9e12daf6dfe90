"""The METEC recording over the whole road: MQTT → database → detector → HTTP, against the back-test."""

import asyncio
import json
import threading
from datetime import UTC, datetime
from pathlib import Path

from deploy.replay import replay
from ingest.importer import import_folder
from tests.support import feed
from tests.support.signing import SignedIn
from tests.system.conftest import House, line

METEC = Path(__file__).parents[1] / "data/metec-2022"
LAST = datetime(2022, 5, 15, 23, 59, tzinfo=UTC)


class Ear(threading.Thread):
    """Listens to the live feed from now on."""

    def __init__(self, url: str, cookie: str) -> None:
        super().__init__(daemon=True)
        self.url, self.cookie, self.heard = url, cookie, list[feed.Event]()

    def run(self) -> None:
        """Until the server ends the stream."""
        for event in feed.events(self.url, self.cookie, after=0):
            self.heard.append(event)


async def test_the_recording_arrives_as_alerts_over_http_and_equals_the_backtest(
    bare_house: House, tmp_path: Path
) -> None:
    house = bare_house
    await import_folder(METEC, house.url, LAST)
    backtest = house.hotgrid.start("backtest", str(METEC), "--out", str(tmp_path / "alerts.jsonl"))
    server, url = house.serve()
    house.hotgrid.ingest()
    house.hotgrid.detect()
    cookie = await SignedIn(house.url).cookie()
    ear = Ear(url, cookie)
    ear.start()

    messages = await asyncio.to_thread(replay, METEC, house.servers.mqtt_url, None)
    await house.until_stored(messages)
    await house.until_judged(LAST)

    assert backtest.ended() == 0
    expected = [json.loads(text) for text in (tmp_path / "alerts.jsonl").read_text().splitlines()]
    assert [line(alert) for alert in feed.alerts(url, cookie, limit=10)] == expected
    numbers = [row["seq"] for row in await house.rows("SELECT seq FROM alert_event ORDER BY seq")]
    assert server.stop() == 0
    ear.join(30)
    assert [event.id for event in ear.heard] == numbers
    assert {event.body["id"] for event in ear.heard if event.action == "opened"} == {alert["id"] for alert in expected}
