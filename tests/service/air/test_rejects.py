"""What could not be taken in, as the API tells it, and taken in again after a fix."""

from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx2
import pytest

from ingest.gate import Gate
from ingest.importer import import_folder
from ingest.pipeline import take_in
from ingest.rejects import Outcome, Which, replay
from tests.support.gate import gate_of
from tests.support.messages import NOW, frame, message
from tests.support.registry_folder import FILES, write

API = "/api/v1/rejects"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def gate(database: str, pool: asyncpg.Pool, tmp_path: Path) -> Gate:
    """A gate whose clock stands, with the little registry."""
    await import_folder(write(tmp_path), database, NOW)
    return gate_of(pool)


async def test_each_reason_is_a_line_with_how_often_it_came(client: httpx2.AsyncClient, gate: Gate) -> None:
    await take_in(gate, [message(b"nonsense"), message(b"nonsense"), message(frame(radon=1), "S2")])
    told = (await client.get(API)).json()
    assert told["next"] is None
    assert {(row["reason"], row["device_id"], row["times"]) for row in told["rejects"]} == {
        ("json", "S1", 2),
        ("channel", "S2", 1),
    }
    (row,) = (await client.get(API, params={"reason": "json"})).json()["rejects"]
    assert (row["sample"], row["bytes"], row["replayable"]) == ("nonsense", 8, True)
    assert (await client.get(API, params={"device": "S9"})).json()["rejects"] == []
    assert (await client.get(API, params={"since": LATER.isoformat()})).json()["rejects"] == []


async def test_pages_follow_each_other_and_end(client: httpx2.AsyncClient, gate: Gate) -> None:
    await take_in(gate, [message(b"x" * n) for n in range(1, 8)])
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        told = (await client.get(API, params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [row["bytes"] for row in told["rejects"]]
        cursor = told["next"]
    assert sorted(seen) == list(range(1, 8))
    assert len(seen) == 7


async def test_a_password_is_not_shown(client: httpx2.AsyncClient, gate: Gate) -> None:
    await take_in(gate, [message(b"##0010QN=1;PW=s3cret;CP=&&&&")])
    (row,) = (await client.get(API)).json()["rejects"]
    assert "s3cret" not in row["sample"]
    assert "PW=***;CP" in row["sample"]


async def test_after_a_fix_the_message_is_taken_in_and_its_reject_is_gone(
    client: httpx2.AsyncClient, gate: Gate, database: str, tmp_path: Path
) -> None:
    await take_in(gate, [message(frame(pm25=1), "S9"), message(frame(pm25=2), "S8")])
    stations = FILES["stations.csv"].rstrip("\n") + "\nS9,nine,micro,119.95,31.77,,\n"
    await import_folder(write(tmp_path, stations=stations), database, NOW)
    gate = gate_of(gate.pool, LATER)

    assert await replay(gate, Which(reasons=["device"])) == Outcome(taken=1, refused=1, cut=0)

    assert [row["device_id"] for row in (await client.get(API)).json()["rejects"]] == ["S8"]
    assert await gate.pool.fetchval("SELECT pm25 FROM station_reading") == 1
    assert await gate.pool.fetchval("SELECT count(*) FROM refused") == 1


async def test_only_what_is_asked_for_is_taken_in_again(gate: Gate) -> None:
    await take_in(gate, [message(frame(pm25=1), "S9"), message(b"nonsense")])
    gate = gate._replace(now=lambda: LATER)
    assert await replay(gate, Which(device_id="S1")) == Outcome(0, 1, 0)
    assert await gate.pool.fetchval("SELECT times FROM reject WHERE device_id = 'S9'") == 1


async def test_a_message_that_was_too_long_to_be_kept_is_told_and_stays(gate: Gate) -> None:
    await take_in(gate, [message(b"x" * 300_000)])
    assert await replay(gate._replace(now=lambda: LATER), Which()) == Outcome(0, 0, 1)
    assert await gate.pool.fetchval("SELECT count(*) FROM reject") == 1
