"""An enterprise takes its own data away: whole, in its units, for spreadsheets and programs, and nobody else's."""

import asyncio
import contextlib
import csv
import io
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2
import pyarrow.parquet as pq
import pytest

from service.spool import Spools
from tests.service import seed
from tests.service.conftest import talking_to
from tests.support.signing import SignedIn

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATH = "/api/v1/enterprise/monitors/{}/export"
SPAN = {"from": "2026-11-21T12:00:00+08:00", "to": "2026-11-21T14:00:00+08:00"}
OWN = {"X-Hotgrid-Actor": "enterprise:E1"}
FOREIGN = {"X-Hotgrid-Actor": "enterprise:E2"}
pytestmark = pytest.mark.usefixtures("device")


async def monitor(pool: asyncpg.Pool, mn: str, enterprise_id: str) -> int:
    device: int = await pool.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", mn)
    await pool.execute("INSERT INTO monitor VALUES ($1, $2, 'DA001', 120.05, 31.68, 'secret')", device, enterprise_id)
    for channel, unit, limit in (("nmhc", "ppm", 60.0), ("a01011", "m/s", None)):
        await pool.execute("INSERT INTO monitor_channel VALUES ($1, $2, $3, $4, 'hour')", device, channel, unit, limit)
    return device


@pytest.fixture
async def device(pool: asyncpg.Pool) -> int:
    """A monitor of E1 with three minutes, an hour and a day; E2 has one too."""
    for name in ("E1", "E2"):
        await seed.enterprise(pool, name, f"{name}化工")
    await monitor(pool, "M2", "E2")
    device = await monitor(pool, "M1", "E1")
    rows = [(0, 41.25, 0), (1, 900.0, 6), (2, 0.1, 0), (119, None, 4)]
    for i, value, qc in rows:
        at = NOON + i * MINUTE
        await pool.execute("INSERT INTO monitor_reading VALUES ($1, $2, 'nmhc', $3, $4)", device, at, value, qc)
    await pool.execute("INSERT INTO monitor_reading VALUES ($1, $2, 'a01011', 7.5, 0)", device, NOON)
    hour = NOON.replace(minute=0)
    await pool.execute(
        "INSERT INTO quality_flag VALUES ($1, $2, 'nmhc', 34, $3, $4)", device, hour, NOON + MINUTE, NOON + 3 * MINUTE
    )
    await seed.hour(pool, device, hour, "nmhc", 41.2, 58)
    await seed.day(pool, device, NOON.date(), "nmhc", 1200, 22)
    return device


async def test_minutes_open_right_in_a_chinese_spreadsheet(client: httpx2.AsyncClient) -> None:
    told = await client.get(PATH.format("M1"), params=SPAN | {"step": "minute", "format": "csv"}, headers=OWN)
    assert told.status_code == 200, told.text
    assert told.content.startswith(b"\xef\xbb\xbf")
    assert told.content.count(b"\n") == told.content.count(b"\r\n") == 5
    head, *rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"), newline="")))
    assert head == ["时间 ts", "a01011 (m/s)", "非甲烷总烃 nmhc (mg/m³)", "a01011 标记 flag", "nmhc 标记 flag"]
    assert rows == [
        ["2026-11-21T12:00:00+08:00", "7.5", "41.25", "", ""],
        ["2026-11-21T12:01:00+08:00", "", "900", "", "T"],
        ["2026-11-21T12:02:00+08:00", "", "0.1", "", "spike"],
        ["2026-11-21T13:59:00+08:00", "", "", "", "D"],
    ]
    assert 'filename="M1-minute-20261121.csv"' in told.headers["content-disposition"]


async def test_parquet_has_types_and_units(client: httpx2.AsyncClient) -> None:
    accept = OWN | {"Accept": "application/vnd.apache.parquet, */*"}
    told = await client.get(PATH.format("M1"), params=SPAN | {"step": "hour"}, headers=accept)
    table = pq.read_table(io.BytesIO(told.content))
    assert [str(field.type) for field in table.schema] == ["timestamp[us, tz=UTC]", *["float"] * 2, *["int16"] * 2]
    assert table.schema.field("nmhc").metadata[b"unit"] == "mg/m³".encode()
    assert table.schema.metadata[b"mn"] == b"M1"
    assert table.to_pylist() == [
        {"ts": NOON, "nmhc": pytest.approx(41.2), "nmhc_minutes": 58, "a01011": None, "a01011_minutes": None}
    ]


async def test_json_is_what_comes_unasked(client: httpx2.AsyncClient) -> None:
    told = (await client.get(PATH.format("M1"), params=SPAN | {"step": "minute"}, headers=OWN)).json()
    assert told["channels"][1] == {"channel": "nmhc", "unit": "mg/m³", "zh": "非甲烷总烃", "en": "NMHC"}
    assert told["points"][1]["values"] == {"a01011": None, "nmhc": 900}
    assert told["points"][1]["flag"] == {"nmhc": "T"}
    assert told["points"][2]["values"]["nmhc"] == 0.1
    days = {"from": "2026-11-20T00:00:00+08:00", "to": "2026-11-23T00:00:00+08:00", "step": "day"}
    told = (await client.get(PATH.format("M1"), params=days, headers=OWN)).json()
    assert told["points"] == [
        {"ts": "2026-11-21T00:00:00+08:00", "values": {"a01011": None, "nmhc": 7}, "hours": {"nmhc": 22}}
    ]
    none = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}
    assert (await client.get(PATH.format("M1"), params=none, headers=OWN)).json()["points"] == []


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
async def test_of_others_there_is_nothing(client: httpx2.AsyncClient, form: str) -> None:
    foreign = await client.get(PATH.format("M1"), params={"format": form}, headers=FOREIGN)
    unknown = await client.get(PATH.format("M9"), params={"format": form}, headers=FOREIGN)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["detail"].replace("M1", "M9") == unknown.json()["detail"]
    named = await client.get(PATH.format("M1"), params={"enterprise": "E1"}, headers=FOREIGN)
    assert named.status_code == 404


async def test_the_desk_names_the_enterprise(client: httpx2.AsyncClient) -> None:
    assert (await client.get(PATH.format("M1"), params={"enterprise": "E1"})).status_code == 200
    assert (await client.get(PATH.format("M1"), params={"enterprise": "E2"})).status_code == 404
    assert (await client.get(PATH.format("M1"))).status_code == 422


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"step": "second"}, "step"),
        ({"format": "xlsx"}, "format"),
        ({"from": "2026-11-21"}, "from"),
        ({"from": "2026-11-22T00:00:00Z", "to": "2026-11-21T00:00:00Z"}, "to"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-02-02T00:00:00Z", "step": "minute"}, "from"),
        ({"from": "2024-01-01T00:00:00Z", "to": "2026-02-02T00:00:00Z", "step": "hour"}, "from"),
        ({"nonsense": "1"}, "nonsense"),
    ],
)
async def test_what_is_wrong_is_named(client: httpx2.AsyncClient, params: dict[str, str], field: str) -> None:
    told = await client.get(PATH.format("M1"), params=params, headers=OWN)
    assert told.status_code == 422
    assert told.json()["errors"][0]["field"] == field


async def test_so_many_are_made_at_once_and_who_comes_then_is_told(database: str) -> None:
    async with talking_to(database) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        full = app.state.exporting = Spools(1, 1)
        async with full.making("others") as spool:
            told = await client.get(PATH.format("M1"), headers=OWN)
            assert (told.status_code, told.json()["type"]) == (503, "urn:hotgrid:problem:busy")
            spool.close()
        answers = await asyncio.gather(*(client.get(PATH.format("M1"), headers=OWN) for _ in range(3)))
        assert 200 in {answer.status_code for answer in answers} <= {200, 503}
        assert (await client.get(PATH.format("M1"), headers=OWN)).status_code == 200


async def test_a_month_of_minutes_comes_whole(client: httpx2.AsyncClient, device: int, pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO monitor_reading SELECT $1, t, 'nmhc', extract(epoch FROM t)::bigint % 1000, 0"
        " FROM generate_series($2::timestamptz, $2 + INTERVAL '31 days 23:59' - INTERVAL '1 day', '1 minute') AS t",
        device,
        datetime(2026, 9, 30, 16, tzinfo=UTC),
    )
    span = {"from": "2026-10-01T00:00:00+08:00", "to": "2026-11-01T00:00:00+08:00", "step": "minute", "format": "csv"}
    told = await client.get(PATH.format("M1"), params=span, headers=OWN)
    assert told.content.count(b"\r\n") == 31 * 1440 + 1


async def test_whoever_reads_slowly_holds_no_connection(database: str) -> None:
    async with talking_to(database, pool_size=1) as client:
        app = client._transport.app  # type: ignore[attr-defined]
        request = client.build_request("GET", PATH.format("M1"))
        cookie = await SignedIn(database).cookie("enterprise:E1")
        stuck = asyncio.Event()

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.body":
                stuck.set()
                await asyncio.Event().wait()

        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "http_version": "1.1",
            "path": request.url.path,
            "query_string": b"",
            "server": ("service", 80),
            "client": ("192.0.2.1", 1),
            "headers": [(b"host", b"service"), (b"cookie", cookie.encode())],
        }
        slow = asyncio.create_task(app(scope, receive, send))
        async with asyncio.timeout(20):
            await stuck.wait()
            assert (await client.get(PATH.format("M1"), headers=OWN)).status_code == 200
        slow.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await slow
        assert not [spool for spool in app.state.exporting._open if not spool.file.closed]
