"""The strokes: each spoils one thing at a site for a random while and mends it."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sql.failure import FAILURES
from tests.soak.load import MqttLoad
from tests.soak.site import Site, gone
from tests.support.processes import descendants
from tests.support.proxy import Proxy

Stroke = Callable[[Site, random.Random], Awaitable[None]]
Spoil = Callable[[Proxy, random.Random], Awaitable[None]]

STOPPED_S = (2.0, 8.0)
AWAY_S = (0.0, 3.0)
NARROW_BYTES_PER_S = 20_000
LATENCY_S = 0.5
FULL_FOR_S = (3.0, 8.0)
FILL_WAL = "SELECT pg_logical_emit_message(false, 'soak', repeat('x', 1000000)) FROM generate_series(1, 40)"
BACKLOG = 40_000
SLOW = """
CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep({seconds});
    RETURN NULL;
END
$$
"""
SLOW_TRIGGER = "CREATE TRIGGER a_slow AFTER INSERT ON station_reading FOR EACH STATEMENT EXECUTE FUNCTION slow()"
STATEMENT_S = 10
SLOW_FOR_S = (15.0, 25.0)


async def ingest_killed(site: Site, chance: random.Random) -> None:
    """kill -9 of one ingest, which its service manager starts again."""
    number = chance.randrange(len(site.ingests))
    site.weigh(number)
    await asyncio.to_thread(site.ingests[number].kill)
    await asyncio.sleep(chance.uniform(*AWAY_S))
    await site.start(number)


async def ingest_stopped(site: Site, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of one ingest."""
    child = chance.choice(site.ingests)
    child.send(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(*STOPPED_S))
    child.send(signal.SIGCONT)


async def database_killed(site: Site, chance: random.Random) -> None:
    """kill -9 of the postmaster, or of one of its processes, upon which it restarts them all by itself."""
    assert site.servers.database_pid
    if chance.random() < 0.5:
        await gone(chance.choice(descendants(site.servers.database_pid)))
    else:
        await gone(site.servers.database_pid)
        await asyncio.sleep(chance.uniform(*AWAY_S))
    await site.heal()


async def database_stopped(site: Site, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of every process of the database."""
    site.signal_database(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(*STOPPED_S))
    site.signal_database(signal.SIGCONT)


async def broker_killed(site: Site, chance: random.Random) -> None:
    """kill -9 of the broker; stations send again what it had acknowledged since it saved last."""
    await gone(site.servers.mqtt_pid)
    saved_at = site.saved.stat().st_mtime
    await asyncio.sleep(chance.uniform(*AWAY_S))
    await site.heal()
    site.load.resend([number for number, at in site.load.taken.items() if at > saved_at])


async def broker_killed_with_a_backlog(site: Site, chance: random.Random) -> None:
    """kill -9 of the broker just after it has saved what a stopped ingest has not taken: that is not sent again."""
    child = chance.choice(site.ingests)
    child.send(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(*AWAY_S))
    await site.save()
    await broker_killed(site, chance)
    child.send(signal.SIGCONT)


async def broker_stopped(site: Site, chance: random.Random) -> None:
    """SIGSTOP and SIGCONT of the broker."""
    site.signal_broker(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(*STOPPED_S))
    site.signal_broker(signal.SIGCONT)


async def network_cut(proxy: Proxy, chance: random.Random) -> None:
    """Every connection reset, new ones refused for a while."""
    proxy.cut()
    await asyncio.sleep(chance.uniform(*AWAY_S))
    proxy.mend()


async def network_half_open(proxy: Proxy, chance: random.Random) -> None:
    """Every connection forgotten, neither side told; new ones too, for a while, in half of the cases."""
    if chance.random() < 0.5:
        proxy.half_open()
    else:
        proxy.swallow()
        await asyncio.sleep(chance.uniform(*STOPPED_S))
        proxy.mend()


async def network_slow(proxy: Proxy, chance: random.Random) -> None:
    """Half a second of latency, or 20 kB/s."""
    if chance.random() < 0.5:
        proxy.latency_s = LATENCY_S
    else:
        proxy.bytes_per_s = NARROW_BYTES_PER_S
    await asyncio.sleep(chance.uniform(*STOPPED_S))
    proxy.mend()


def of_network(*choices: Spoil, name: str) -> Stroke:
    """One of these at the network `name` of the site."""

    async def stroke(site: Site, chance: random.Random) -> None:
        await chance.choice(choices)(getattr(site, name), chance)

    return stroke


def any_of(*strokes: Stroke) -> Stroke:
    """One of these each time."""

    async def stroke(site: Site, chance: random.Random) -> None:
        await chance.choice(strokes)(site, chance)

    return stroke


async def made_slowable(site: Site) -> None:
    """Before the load: statements that store readings can be made slow."""
    await site.execute(SLOW.format(seconds=0))
    await site.execute(SLOW_TRIGGER)


async def database_slow(site: Site, chance: random.Random) -> None:
    """Every statement that stores readings takes 10 s."""
    await site.execute(SLOW.format(seconds=STATEMENT_S))
    await asyncio.sleep(chance.uniform(*SLOW_FOR_S))
    await site.execute(SLOW.format(seconds=0))


async def disk_full(site: Site, chance: random.Random) -> None:
    """The database's disk full; in half of the cases its log cannot be written either, and it crashes."""
    assert site.disk
    await site.disk.tell("fill")
    if chance.random() < 0.5:
        with suppress(*FAILURES):
            await site.execute(FILL_WAL)
    await asyncio.sleep(chance.uniform(*FULL_FOR_S))
    await site.disk.tell("free")
    await site.disk.up()


async def ingest_away(site: Site, chance: random.Random) -> None:
    """One ingest away while a large backlog comes in."""
    number = chance.randrange(len(site.ingests))
    site.weigh(number)
    await asyncio.to_thread(site.ingests[number].kill)
    assert isinstance(site.load, MqttLoad)
    await site.load.burst(BACKLOG)
    await site.start(number)
