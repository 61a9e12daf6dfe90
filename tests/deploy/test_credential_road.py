"""The whole road in TLS: a device with its credential, the broker, `hotgrid ingest`, the database."""

import asyncio
import csv
import io
import json
from pathlib import Path

import asyncpg
import pytest

from deploy import ports, record
from deploy.listener import CERTIFICATE, KEY, LISTEN
from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, up
from ingest.importer import import_folder
from ingest.trust import AUTHORITY
from tests.support.certificates import Certificates
from tests.support.deadline import until
from tests.support.device import as_user, connected
from tests.support.messages import NOW, frame
from tests.support.processes import hotgrid
from tests.support.registry_folder import write


async def test_a_reading_of_a_station_arrives_and_that_of_a_stranger_does_not(
    database: str, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_folder(write(tmp_path), database, NOW)
    certificates, port = Certificates(tmp_path), ports.choose(state / "tls", taken=0)
    pair = certificates.good()
    told = {LISTEN: f"127.0.0.1:{port}", CERTIFICATE: str(pair.certificate), KEY: str(pair.key)}
    told |= {DATABASE_VARIABLE: database, AUTHORITY: str(certificates.authority)}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    found = up(state)
    kept = record.load(state)
    assert kept
    ours = as_user(found.mqtt_url, "hotgrid", kept.mqtt_password, port=port, scheme="mqtts")
    connection = await asyncpg.connect(database)
    first, second = [row["device_id"] for row in await connection.fetch(STATIONS)]
    with hotgrid({"HOTGRID_STATE": str(state)}, tmp_path) as commands:
        made = commands.run("device", "add", first)
        secret = next(csv.DictReader(io.StringIO(made)))["password"]
        commands.start("ingest", **{MQTT_VARIABLE: ours}).says(": subscribed")
        url = as_user(ours, first, secret)
        reading = json.dumps(frame(pm25=35.5)).encode()

        def publish() -> list[str]:
            with connected(url) as station:
                return [station.publish(f"hotgrid/v1/station/{name}/reading", reading) for name in (second, first)]

        assert await asyncio.to_thread(publish) == ["Not authorized", "Success"]

        async def stored() -> list[asyncpg.Record]:
            return list(
                await connection.fetch("SELECT device_id, pm25 FROM station_reading JOIN device USING (device)")
            )

        await until(stored)
        assert [tuple(row) for row in await stored()] == [(first, 35.5)]
    await connection.close()


STATIONS = "SELECT device_id FROM station JOIN device USING (device) ORDER BY device_id LIMIT 2"
