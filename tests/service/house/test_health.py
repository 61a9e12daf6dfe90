"""Health, readiness and metrics; and what the service does while its database is not there."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx2
import pytest

from deploy.servers import Servers
from service.app import make_app
from service.database import told
from service.problems import DatabaseAwayError, SchemaBehindError
from service.settings import ServiceSettings
from tests.service import seed
from tests.service.conftest import talking_to

NOWHERE = "postgresql://nobody:x@127.0.0.1:1/nothing"


async def test_ready_with_a_migrated_database_that_has_no_data_yet(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "alive"}
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["data"]["state"] == "none"
    assert answer.json()["feed_listening"] is True


@pytest.mark.parametrize(("ago", "state"), [(timedelta(seconds=70), "live"), (timedelta(hours=1), "silent")])
async def test_age_of_the_data_is_told_and_silence_alone_is_no_failure(
    client: httpx2.AsyncClient, pool: asyncpg.Pool, ago: timedelta, state: str
) -> None:
    arrived = await pool.fetchval("SELECT now() - $1::interval", ago)
    await seed.latest(pool, await seed.station(pool, "S1", (1, 1)), arrived)
    await pool.execute("INSERT INTO watermark (minute) VALUES (now() - interval '90 s')")
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["data"]["state"]) == (200, state)
    assert 89 < answer.json()["data"]["newest_minute_age_s"] < 100


async def test_database_away_is_told_everywhere_and_the_process_lives() -> None:
    async with talking_to(NOWHERE) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert "hotgrid_database_up 0.0" in (await client.get("/metrics")).text
        for path in ("/api/v1/alerts", "/api/v1/grid", "/api/v1/stations/latest", "/api/v1/alerts/stream"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:hotgrid:problem:database-away")
            assert answer.headers["Retry-After"] == "5"
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["type"]) == (503, "urn:hotgrid:problem:not-ready")
        assert ready.json()["reasons"]


@pytest.mark.parametrize(
    ("error", "told_as"),
    [
        (ConnectionRefusedError("refused"), DatabaseAwayError),
        (TimeoutError(), DatabaseAwayError),
        (asyncpg.ConnectionDoesNotExistError("gone"), DatabaseAwayError),
        (asyncpg.AdminShutdownError("restarting"), DatabaseAwayError),
        (asyncpg.InternalClientError("cannot switch to state 11"), DatabaseAwayError),
        (asyncpg.UndefinedTableError("no table"), SchemaBehindError),
        (asyncpg.DivisionByZeroError("ours"), asyncpg.DivisionByZeroError),
        (asyncpg.exceptions._base.DataError("ours"), asyncpg.exceptions._base.DataError),
    ],
)
def test_only_an_absent_database_is_told_as_absent(error: Exception, told_as: type[Exception]) -> None:
    with pytest.raises(told_as), told():
        raise error


async def test_database_without_migrations_is_told_with_the_way_out(servers: Servers, template: str) -> None:
    assert template  # it has made the role, which all databases of a server share
    async with talking_to(servers.database_url) as client:
        ready, alerts = await client.get("/readyz"), await client.get("/api/v1/alerts")
    assert ready.status_code == alerts.status_code == 503
    assert "hotgrid migrate" in ready.json()["detail"]
    assert alerts.json()["type"] == "urn:hotgrid:problem:schema-behind"


async def test_newer_database_is_not_served(client: httpx2.AsyncClient, database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("INSERT INTO migration (number, name, sha256) VALUES (9999, 'x', 'x')")
    await connection.close()
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert "9999" in ready.json()["detail"]


async def test_metrics_count_by_route_and_tell_what_the_database_holds(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    await seed.alert(pool, seed.body("a1"))
    await client.get("/api/v1/alerts/a1")
    await client.get("/api/v1/alerts/a2")
    text = (await client.get("/metrics")).text
    assert 'hotgrid_http_requests_total{method="GET",route="/api/v1/alerts/{alert_id}",status="200"}' in text
    assert 'hotgrid_http_requests_total{method="GET",route="/api/v1/alerts/{alert_id}",status="404"}' in text
    assert 'hotgrid_open_alerts{kind="hotspot",severity="2"} 1.0' in text
    assert "a1" not in text


async def test_fault_of_the_service_is_a_problem_and_is_counted(database: str) -> None:
    app = make_app(ServiceSettings(database_url=database))
    app.add_api_route("/faulty", lambda: 1 // 0)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        answer, metrics = await client.get("/faulty"), await client.get("/metrics")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:hotgrid:problem:broken")
    assert "division" not in answer.text
    assert 'hotgrid_http_requests_total{method="GET",route="/faulty",status="500"} 1.0' in metrics.text


def test_service_needs_neither_the_kernels_nor_the_broker() -> None:
    program = "import sys, service.serve; sys.exit(bool({'numba', 'paho'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_counters_of_other_processes_of_the_machine_are_shown(tmp_path: Path) -> None:
    count = "from prometheus_client import Counter; Counter('elsewhere', 'x').inc(3)"
    show = "from service.metrics import exposition; print(exposition([]).decode())"
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    shown = [
        subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True).stdout
        for program in (count, show)
    ]
    assert "elsewhere_total 3.0" in shown[1]
