"""The whole road, broker to alerts: however readings are delivered, the alerts are those of the readings in order."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import numpy as np
import pytest

from alerts.detect import detect
from alerts.minute import ALWAYS_TOLD
from alerts.store import LATE, body_of
from deploy import servers as private
from deploy.publisher import Publisher
from deploy.servers import Servers
from ingest.pipeline import ingest
from ingest.settings import IngestSettings
from sql.migrate import migrate
from sql.pool import connect, open_pool
from tests.support.broker import publish as probe
from tests.support.deadline import until
from tests.support.loop import DAY, bodies, log, settings, settle
from tests.support.symmetry import ordered
from tests.support.town import PRIMED, START, Minute, final, judged, readings, town

PATIENCE_S = 90.0
LONGEST = 12  # min that anything is late; the detector looks back 15
CUT = 750  # messages, three and a half times five minutes
STAGE = 30  # min that are judged before what is late of them is sent

END = PRIMED + 200  # by then three emissions are over
TOMORROW = START + timedelta(days=1)

Sent = tuple[str, list[dict[str, Any]]]  # device, its frames in one message
Delivery = Callable[[Sequence[Minute]], list[list[Sent]]]
"""Stages of messages; the next one is sent when the minutes of the one before have been judged."""


def sent(minutes: Sequence[Minute]) -> list[Sent]:
    """A message for every device and minute, in the order of time."""
    return [
        (name, [{"ts": minute.at.isoformat(), "values": values, "flags": minute.flags.get(name, {})}])
        for minute in minutes
        for name, values in minute.values.items()
    ]


def batched(minutes: Sequence[Minute], size: int) -> list[Sent]:
    """`size` minutes of a device in one message, device after device."""
    out = []
    for first in range(0, len(minutes), size):
        frames: dict[str, list[dict[str, Any]]] = {}
        for name, some in sent(minutes[first : first + size]):
            frames.setdefault(name, []).extend(some)
        out += list(frames.items())
    return out


def again(minutes: Sequence[Minute]) -> list[list[Sent]]:
    """Everything twice, and once more ten minutes later."""
    tens = [sent(minutes[i : i + 10]) for i in range(0, len(minutes), 10)]
    return [[one for before, ten in zip([[], *tens], tens, strict=False) for one in (*ten, *ten, *before)]]


def in_batches(minutes: Sequence[Minute]) -> list[list[Sent]]:
    """Ten minutes of a device at a time."""
    return [batched(minutes, 10)]


def out_of_order(minutes: Sequence[Minute]) -> list[list[Sent]]:
    """Shuffled within five minutes, and judged when some of the five are half there."""
    rng = np.random.default_rng(1)
    fives = [sent(minutes[i : i + 5]) for i in range(0, len(minutes), 5)]
    shuffled = [five[i] for five in fives for i in rng.permutation(len(five))]
    return [shuffled[i : i + CUT] for i in range(0, len(shuffled), CUT)]


def late(minutes: Sequence[Minute]) -> list[list[Sent]]:
    """A third of the devices keep back up to twelve minutes until the others have been judged."""
    rng = np.random.default_rng(2)
    stages = []
    for first in range(0, len(minutes), STAGE):
        messages = sent(minutes[first : first + STAGE])
        silent = set(rng.choice(sorted({name for name, _ in messages}), 15, replace=False).tolist())
        since = (minutes[first : first + STAGE][-LONGEST].at).isoformat()
        held = [one for one in messages if one[0] in silent and one[1][0]["ts"] >= since]
        stages += [[one for one in messages if one not in held], held[::-1]]
    return stages


def publish(url: str, messages: Sequence[Sent]) -> None:
    """At QoS 1, in this order; the broker has them when this returns."""
    monitors = {row.mn for row in town().monitors}
    with Publisher(url) as publisher:
        for name, frames in messages:
            payload = frames[0] if len(frames) == 1 else {"readings": frames}
            kind = "monitor" if name in monitors else "station"
            publisher.publish(f"hotgrid/v1/{kind}/{name}/reading", json.dumps(payload).encode())


@asynccontextmanager
async def at_work(task: Coroutine[Any, Any, None], stop: asyncio.Event) -> AsyncIterator[None]:
    """Until the block is left."""
    running = asyncio.ensure_future(task)
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await running


async def taken(pool: asyncpg.Pool, minute: datetime) -> bool:
    """Whether the minute is judged and nothing that came is left to be."""
    query = "SELECT minute >= $1 AND NOT EXISTS (SELECT FROM arrival) FROM watermark"
    return bool(await pool.fetchval(query, minute))


async def came(pool: asyncpg.Pool, minutes: Sequence[Minute]) -> bool:
    """Whether all readings of these minutes, and no others, are stored: a row a station, a row a monitor's value."""
    monitors = {row.mn for row in town().monitors}
    rows = sum(len(sent) if name in monitors else 1 for minute in minutes for name, sent in minute.values.items())
    query = "SELECT (SELECT count(*) FROM station_reading) + (SELECT count(*) FROM monitor_reading) = $1"
    return bool(await pool.fetchval(query, rows))


async def heard(url: str) -> bool:
    """Whether ingest has subscribed: a message that is a reject goes to somebody."""
    return await probe(url, "hotgrid/v1/station/PROBE/reading", [b"{}"]) == 0


@pytest.fixture(scope="module")
def own() -> Iterator[Servers]:
    """Servers of our own: a broker keeps the session of an ingest that has gone."""
    folder = Path(tempfile.mkdtemp(prefix="hotgrid-road-"))
    folder.chmod(0o755)
    try:
        yield private.up(folder / "state", throwaway=True)
    finally:
        private.down(folder / "state")
        shutil.rmtree(folder)


@pytest.fixture
async def url(own: Servers, request: pytest.FixtureRequest) -> str:
    """A fresh database with the town in it."""
    name = f"road_{request.node.callspec.id}"
    owner = await asyncpg.connect(own.database_url)
    await owner.execute(f"CREATE DATABASE {name}")
    await owner.close()
    url = urlunsplit(urlsplit(own.database_url)._replace(path=f"/{name}"))
    await migrate(url)
    connection = await connect(url, "import")
    await settle(connection, town())
    await connection.close()
    return url


@pytest.mark.timeout(300)
@pytest.mark.parametrize("delivery", [again, in_batches, out_of_order, late])
async def test_however_readings_are_delivered_the_alerts_are_the_same(
    delivery: Delivery, own: Servers, url: str
) -> None:
    past, live = readings()[:PRIMED], readings()[PRIMED:END]
    stop = asyncio.Event()
    gate = IngestSettings(database_url=url, mqtt_url=own.mqtt_url, batch_ms=20, _env_file=None)
    async with await open_pool(url, "test") as pool, at_work(ingest(gate, lambda: TOMORROW, stop), stop):
        await until(lambda: heard(own.mqtt_url))
        await asyncio.to_thread(publish, own.mqtt_url, batched(past, PRIMED))
        await until(lambda: came(pool, past), PATIENCE_S)
        async with at_work(detect(settings(url), lambda: DAY, stop), stop):
            for messages in delivery(live):
                await asyncio.to_thread(publish, own.mqtt_url, messages)
                newest = max(frames[-1]["ts"] for _, frames in messages)
                await until(partial(taken, pool, datetime.fromisoformat(newest)), PATIENCE_S)
            await until(lambda: came(pool, readings()[:END]), PATIENCE_S)
            await until(lambda: taken(pool, live[-1].at), PATIENCE_S)
        await same_alerts(pool)
        assert (delivery is late) <= any(why == LATE for _, _, _, why in await log(pool))


async def same_alerts(pool: asyncpg.Pool) -> None:
    """Stored is what the readings in order give; what only seemed so for a while is closed with the reason."""
    expected = final(judged(town(), readings()[:END]))
    found = await bodies(pool)
    assert set(found) >= set(expected)
    for name, alert in expected.items():
        wanted, body = ordered(body_of(alert)), ordered(found.pop(name))
        names = wanted.keys() - {"late"} if alert.closed_at else ALWAYS_TOLD
        assert {key: body[key] for key in names} == {key: wanted[key] for key in names}
    last = {name: (action, why) for name, action, _, why in await log(pool)}
    assert {last[name] for name in found} <= {("closed", LATE)}
