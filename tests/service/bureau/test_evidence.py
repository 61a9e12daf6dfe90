"""The evidence of a case comes as one archive that says what is in it, to those who may sign cases off."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from alerts.evidence.manifest import public_of
from alerts.evidence.pack import OUT_OF_REACH
from alerts.evidence.verify import verify
from service.spool import Spools
from sql.migrate import migrations
from tests.service import seed
from tests.service.conftest import talking_to
from tests.service.seed import NOW
from tests.support.pictures import encoded, scene

PATH = "/api/v1/alerts/A1/evidence-pack"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def case(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    """An alert of a station, an enterprise with a monitor that was found, a mark, a letter, a photo, people on duty."""
    await seed.grid(pool)
    station = await seed.station(pool, "S1", (2, 3))
    for name in ("E0007", "E9"):
        await seed.enterprise(pool, name, f"{name}化工")
    for mn, enterprise_id in (("M1", "E0007"), ("M9", "E9")):
        device = await pool.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", mn)
        await pool.execute(
            "INSERT INTO monitor VALUES ($1, $2, 'DA001', 120.05, 31.68, 'pass-word')", device, enterprise_id
        )
        await pool.execute("INSERT INTO monitor_channel VALUES ($1, 'nmhc', 'mg/m³', 60, 'hour')", device)
        await pool.execute("INSERT INTO monitor_reading VALUES ($1, $2, 'nmhc', 71.5, 0)", device, NOW)
        await seed.hour(pool, device, NOW.replace(minute=0), "nmhc", 66.6)
    monitor = await pool.fetchval("SELECT device FROM device WHERE device_id = 'M1'")
    await pool.execute(
        "INSERT INTO quality_flag VALUES ($1, $2, 'nmhc', 34, $3, $4)",
        *(monitor, NOW.replace(minute=0), NOW, NOW + MINUTE),
    )
    await pool.execute(
        "INSERT INTO mark (device, kind, start_at, reason) VALUES ($1, 'fault', $2, '探头故障')", monitor, NOW - HOUR
    )
    await seed.reading(pool, station, NOW, pm25=182.4)
    layout = await seed.layout(pool, ["S0", "S1"])
    await seed.verdict(pool, NOW, layout, [seed.Judged(), seed.Judged(182.4, 41.2, 9.7, 2)])
    await seed.alert(pool, seed.body("A1", NOW, closed_at=None, evidence={"lead": "S1", "devices": ["S1"]}))
    await pool.execute("INSERT INTO finding VALUES ('A1', $1, 'E0007', 'bypass', '门开着')", NOW + HOUR)
    await seed.shift(pool, "P1", NOW - HOUR, NOW + HOUR)
    photo = await client.post(
        "/api/v1/alerts/A1/photos", content=encoded(scene()), headers={"Content-Type": "image/jpeg"}
    )
    assert photo.status_code == 201
    message = await pool.fetchval(
        "INSERT INTO refused (digest, received_at, topic, payload, bytes) VALUES ('x', $1, 't', '##0123raw', 9)"
        " RETURNING message",
        NOW,
    )
    await pool.execute(
        "INSERT INTO reject (message, first_at, received_at, device_id, reason, detail, times)"
        " VALUES ($1, $2, $2, 'M1', 'crc', '', 1)",
        *(message, NOW),
    )


async def made(client: httpx2.AsyncClient) -> zipfile.ZipFile:
    told = await client.post(PATH)
    assert told.status_code == 200, told.text
    assert told.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(told.content))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(name).splitlines()]


async def test_everything_of_the_case_is_in_it(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    archive = await made(client)
    assert rows(archive, "alert/alert.ndjson")[0]["alert_id"] == "A1"
    assert len(rows(archive, "alert/log.ndjson")) == await pool.fetchval("SELECT count(*) FROM alert_event")
    assert rows(archive, "alert/findings.ndjson")[0]["cause"] == "bypass"
    (monitor,) = rows(archive, "registry/monitors.ndjson")
    assert (monitor["device_id"], monitor["channels"][0]["permit_limit"]) == ("M1", 60)
    assert "71.5" in archive.read("readings/monitor-minutes.csv").decode()
    assert ",182.4," in archive.read("readings/station-minutes.csv").decode()
    assert "66.6" in archive.read("readings/hours-and-limits.csv").decode()
    assert "M1,nmhc,34," in archive.read("readings/qc-spans.csv").decode()
    assert rows(archive, "marks/marks.ndjson")[0]["reason"] == "探头故障"
    assert archive.read("detector/verdicts.csv").decode().splitlines()[1:] == [
        f"{NOW.isoformat()},pm25,S1,182.4,41.2,9.7,2"
    ]
    refused = next(name for name in archive.namelist() if name.startswith("raw/refused/"))
    assert archive.read(refused) == b"##0123raw"
    photo = next(name for name in archive.namelist() if name.endswith(".jpg"))
    assert archive.read(photo).startswith(b"\xff\xd8")
    duty = json.loads(archive.read(next(name for name in archive.namelist() if name.startswith("duty/"))))
    assert duty["shift"]["person_id"] == "P1"
    assert any(line["alert_id"] == "A1" for line in duty["lines"])


async def test_nothing_of_others_and_no_secret_is_in_it(client: httpx2.AsyncClient) -> None:
    archive = await made(client)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"M9" not in whole
    assert b"pass-word" not in whole


async def test_the_manifest_says_who_when_with_what_and_every_hash(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    archive = await made(client)
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["alert_id"], manifest["made_by"], manifest["detector"]) == ("A1", "user:admin", "test")
    assert manifest["software"]["schema"] == len(migrations())
    assert "Frames themselves" in manifest["raw"]
    for one in manifest["files"]:
        assert hashlib.sha256(archive.read(one["name"])).hexdigest() == one["sha256"]
    given = await pool.fetchrow("SELECT * FROM evidence_pack")
    assert given["manifest_sha256"] == hashlib.sha256(archive.read("manifest.json")).digest()
    assert (given["who"], given["files"]) == ("user:admin", len(archive.namelist()))


async def test_it_is_verified_by_the_published_key(client: httpx2.AsyncClient, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    file.write_bytes((await client.post(PATH)).content)
    key = (await client.get("/api/v1/evidence-key", headers={"Cookie": "none=1"})).json()
    told = verify(file, public_of(key["pem"].encode()))
    assert (told.alert_id, told.pinned, told.fingerprint) == ("A1", True, key["fingerprint_sha256"])


async def test_the_same_case_twice_differs_in_the_manifest_alone(client: httpx2.AsyncClient) -> None:
    one, other = await made(client), await made(client)
    assert one.namelist() == other.namelist()
    differing = [name for name in one.namelist() if one.read(name) != other.read(name)]
    assert set(differing) <= {"manifest.json", "manifest.sig"}


@pytest.mark.parametrize(
    ("role", "status"),
    [("leader", 200), ("duty", 200), ("bureau", 200), ("dispatcher", 403), ("field", 403)],
)
async def test_only_who_may_sign_off_gets_it(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, role: str, status: int
) -> None:
    await seed.person(pool, "X1", role)
    assert (await client.post(PATH, headers={"X-Hotgrid-Actor": "X1"})).status_code == status


async def test_enterprises_do_not_get_it_but_the_key(client: httpx2.AsyncClient) -> None:
    own = {"X-Hotgrid-Actor": "enterprise:E0007"}
    assert (await client.post(PATH, headers=own)).status_code == 403
    assert (await client.get("/api/v1/evidence-key", headers=own)).status_code == 200


async def test_who_reaches_one_township_gets_nothing_of_another_ones_enterprises(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.person(pool, "L1", "leader")
    named = {"X-Hotgrid-Actor": "L1"}
    assert (await client.get("/api/v1/enterprises", headers=named)).status_code == 200  # makes the account
    await pool.execute("INSERT INTO account_scope SELECT name, 'township', '云溪镇' FROM account WHERE role = 'leader'")
    archive = zipfile.ZipFile(io.BytesIO((await client.post(PATH, headers=named)).content))
    assert rows(archive, "registry/monitors.ndjson") == []
    assert "M1" not in archive.read("readings/monitor-minutes.csv").decode()
    assert json.loads(archive.read("manifest.json"))["left_out"] == [OUT_OF_REACH]  # or it would prove innocence
    assert json.loads((await made(client)).read("manifest.json"))["left_out"] == []


async def test_of_what_is_not_there_there_is_no_archive(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    assert (await client.post(PATH.replace("A1", "A2"))).status_code == 404
    assert await pool.fetchval("SELECT count(*) FROM evidence_pack") == 0


async def test_one_is_made_at_a_time(database: str) -> None:
    async with talking_to(database) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        full = app.state.packing = Spools(1, 1)
        async with full.making("others") as spool:
            assert (await client.post(PATH)).json()["type"] == "urn:hotgrid:problem:busy"
            spool.close()


async def test_more_than_an_archive_may_hold_is_told(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.evidence.pack.MOST_BYTES", 1000)
    told = await client.post(PATH)
    assert (told.status_code, told.json()["type"]) == (409, "urn:hotgrid:problem:not-now")
