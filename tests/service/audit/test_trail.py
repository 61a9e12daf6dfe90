"""What a request leaves in the audit log: a change before and after it, a denied try, and nothing of what is secret."""

import asyncio
import hashlib
import json
from typing import Any

import asyncpg
import httpx2
import pytest

from service.audit.chain import verify
from tests.service.conftest import Start, talking_to
from tests.support.deadline import until
from tests.support.signing import SignedIn

DRILLS, ALERTS = "/api/v1/drills", "/api/v1/alerts"
PLAN = {"lon": 120.05, "lat": 31.68}


async def lines(pool: asyncpg.Pool) -> list[dict[str, Any]]:
    """The log as it is."""
    return [json.loads(row["line"]) | {"seq": row["seq"]} for row in await pool.fetch("SELECT * FROM audit ORDER BY 1")]


async def counted(pool: asyncpg.Pool, count: int) -> list[dict[str, Any]]:
    """The log once it has so many lines: what came of a request is written when its answer is on the way."""
    await until(lambda: has(pool, count))
    return await lines(pool)


async def has(pool: asyncpg.Pool, count: int) -> bool:
    """Whether it has so many."""
    return bool(await pool.fetchval("SELECT count(*) FROM audit") >= count)


async def test_a_change_is_written_before_and_after_it_is_made(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    body = json.dumps(PLAN).encode()
    answer = await client.post(DRILLS, content=body, headers={"Content-Type": "application/json"})
    number = answer.json()["alert_id"]
    ended = await client.post(f"{DRILLS}/{number}/end", json={})
    assert (answer.status_code, ended.status_code) == (201, 204)
    asked, done, *end = await counted(pool, 4)
    who = {"account": "admin", "role": "admin", "who": "user:admin", "address": "127.0.0.1"}
    assert asked.items() >= ({"event": "asked", "operation": "beginDrill"} | who).items()
    assert done.items() >= ({"event": "done", "asked": asked["seq"], "status": 201} | who).items()
    assert done["body"] == hashlib.sha256(body).hexdigest()
    assert [line["path"] for line in end] == [{"alert_id": number}] * 2
    await verify(pool)


async def test_what_only_reads_leaves_nothing(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    for path in (ALERTS, "/healthz", "/api/v1/alerts/none", "/no/such/path"):
        await client.get(path)
    await client.get(ALERTS, headers={"cookie": "x=1"})  # nobody was tried to be
    assert await lines(pool) == []


async def test_what_comes_to_nothing_is_written_with_how_it_came_out(
    client: httpx2.AsyncClient, pool: asyncpg.Pool
) -> None:
    assert (await client.post(DRILLS, json={"lon": "x"})).status_code == 422
    assert [(line["event"], line.get("status")) for line in await counted(pool, 2)] == [("asked", None), ("done", 422)]


async def test_denied_tries_are_written(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO enterprise VALUES ('E1', 'Works', 120, 31, 'x', 'y', '')")
    enterprise = {"X-Hotgrid-Actor": "enterprise:E1"}
    tries = [
        await client.get(ALERTS, headers={"Authorization": "Bearer wrong"}),
        await client.get(ALERTS, headers=enterprise),
        await client.post(DRILLS, json=PLAN, headers={"Sec-Fetch-Site": "cross-site"}),
    ]
    assert [one.status_code for one in tries] == [401, 403, 403]
    found = {(line["operation"], line["status"], line.get("account")) for line in await counted(pool, 3)}
    assert found == {
        ("listAlerts", 401, None),
        ("listAlerts", 403, "enterprise-e1"),
        ("POST /api/v1/drills", 403, None),
    }
    assert {line["event"] for line in await lines(pool)} == {"denied"}


async def test_reaching_for_what_is_anothers_is_a_denied_try(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    for name in ("E1", "E2"):
        await pool.execute(
            "INSERT INTO enterprise (enterprise_id, name, lon, lat, industry, township, contact)"
            " VALUES ($1, 'Works', 120, 31, 'x', 'y', '')",
            name,
        )
    own = {"X-Hotgrid-Actor": "enterprise:E1"}
    assert (await client.get("/api/v1/enterprise/monitors?enterprise=E2", headers=own)).status_code == 404
    assert (await client.get("/api/v1/enterprise/monitors/nobodys", headers=own)).status_code == 404
    assert (
        await client.get("/api/v1/enterprise/monitors/nobodys?enterprise=E1")
    ).status_code == 404  # an admin's error
    found = [(line["event"], line["who"], line["status"], line.get("path")) for line in await counted(pool, 2)]
    assert found == [
        ("denied", "enterprise:E1", 404, {"enterprise": "E2"}),
        ("denied", "enterprise:E1", 404, {"mn": "nobodys"}),
    ]


async def test_a_flood_of_denied_tries_is_a_few_lines_and_a_count(database: str, pool: asyncpg.Pool) -> None:
    async with talking_to(database) as client:
        bad = {"Authorization": "Bearer wrong"}
        await asyncio.gather(*(client.get(ALERTS, headers=bad) for _ in range(200)))
    *few, counts = await lines(pool)
    assert [line["status"] for line in few] == [401] * 5
    assert counts.items() >= {"event": "denied", "operation": "listAlerts", "more": 195}.items()


async def test_who_asks_too_much_is_written_once(database: str, pool: asyncpg.Pool) -> None:
    async with talking_to(database, limit_account=1) as client:
        for _ in range(10):
            await client.get(ALERTS)
    first, counts = await lines(pool)
    assert (first["status"], first["account"], counts["more"]) == (429, "admin", 8)


async def test_neither_bodies_nor_secrets_of_a_path_are_written(client: httpx2.AsyncClient, pool: asyncpg.Pool) -> None:
    await client.post("/r/a-link-that-is-secret", headers={"Sec-Fetch-Site": "cross-site"})
    await client.post(DRILLS, json=PLAN | {"note": "gardez-moi"})
    await client.get("/api/v1/duty/calendar/the-secret.ics", headers={"Authorization": "Bearer the-secret"})
    await counted(pool, 2)
    said = str(await lines(pool))
    assert "secret" not in said
    assert "gardez" not in said


@pytest.mark.parametrize("sign", ["\0", "\ud800", "中", '"', "x" * 5_000])
async def test_any_sign_can_be_written(client: httpx2.AsyncClient, pool: asyncpg.Pool, sign: str) -> None:
    path = "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "surrogatepass"))
    await client.post(f"{ALERTS}/{path}/acknowledge", json={})
    found = await counted(pool, 2)
    assert {line["operation"] for line in found} == {"acknowledgeAlert"}
    assert all(len(line["path"]["alert_id"]) <= 200 for line in found)
    await verify(pool)


async def test_nothing_is_changed_that_cannot_be_written(client: httpx2.AsyncClient, database: str) -> None:
    owner = await asyncpg.connect(database)
    await owner.execute("REVOKE EXECUTE ON FUNCTION audit_append FROM hotgrid_app")
    refused = await client.post(DRILLS, json=PLAN)
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:hotgrid:problem:database-away")
    assert (await client.get(f"{ALERTS}?kind=drill")).json()["alerts"] == []
    await owner.execute("GRANT EXECUTE ON FUNCTION audit_append TO hotgrid_app")
    await owner.close()
    assert (await client.post(DRILLS, json=PLAN)).status_code == 201


async def test_a_denied_try_that_cannot_be_written_is_in_the_log_of_the_process(
    client: httpx2.AsyncClient, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await asyncpg.connect(database)
    await owner.execute("REVOKE EXECUTE ON FUNCTION audit_append FROM hotgrid_app")
    await owner.close()
    await client.get(ALERTS, headers={"Authorization": "Bearer wrong"})
    assert '"operation": "listAlerts"' in caplog.text


async def test_a_crash_in_between_leaves_the_trace_of_who_asked(
    start: Start, database: str, pool: asyncpg.Pool
) -> None:
    serving = await start()
    cookie = await SignedIn(database).cookie()
    owner = await asyncpg.connect(database)
    async with owner.transaction():
        await owner.execute("LOCK TABLE alert")
        async with httpx2.AsyncClient(base_url=serving.url, headers={"cookie": cookie}) as client:
            asking = asyncio.create_task(client.post(DRILLS, json=PLAN))
            (asked,) = await counted(pool, 1)
            serving.process.kill()
            with pytest.raises(httpx2.TransportError):
                await asking
    await owner.close()
    assert (asked["event"], asked["account"]) == ("asked", "admin")
    assert len(await lines(pool)) == 1
