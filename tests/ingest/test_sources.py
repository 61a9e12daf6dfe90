"""A vendor's own topics over the real road: subscribed as the mapping file says, taken in like everything else."""

import asyncio
from pathlib import Path

import asyncpg

from deploy.servers import Servers
from ingest.importer import import_folder
from ingest.pipeline import ingest
from ingest.settings import IngestSettings
from tests.support.broker import publish
from tests.support.deadline import until
from tests.support.messages import MINUTE, NOW
from tests.support.registry_folder import write

MAPPING = """
[[source]]
name = "vendor"
topic = "vendor/+/up"
device = "{1}"
time = "$.t"
[source.values]
pm25 = "$.v.pm2_5"
"""


async def test_a_vendors_message_becomes_a_reading_and_what_it_lacks_a_reject(
    servers: Servers, database: str, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path), database, NOW)
    (tmp_path / "vendor.toml").write_text(MAPPING)
    settings = IngestSettings(
        database_url=database,
        mqtt_url=servers.mqtt_url,
        batch_ms=20,
        mapping=(tmp_path / "vendor.toml",),
        _env_file=None,
    )
    stop = asyncio.Event()
    task = asyncio.ensure_future(ingest(settings, lambda: NOW, stop))

    async def is_heard() -> bool:
        return await publish(servers.mqtt_url, "vendor/S1/up", [b"{}"]) == 0

    try:
        await until(is_heard)
        good = f'{{"t": "{MINUTE.isoformat()}", "v": {{"pm2_5": 35.5}}}}'
        await publish(servers.mqtt_url, "vendor/S2/up", [good.encode()])
        await until(lambda: pool.fetchval("SELECT count(*) = 1 FROM station_reading WHERE pm25 = 35.5"))
        assert await pool.fetchval("SELECT reason FROM reject WHERE device_id = 'S1'") == "time"
    finally:
        stop.set()
        await task
