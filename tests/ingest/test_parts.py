"""Frames in several packets: committed one by one, answered, and taken in when the last one has come."""

import itertools
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from ingest import parts
from ingest.frame import Message
from ingest.gate import Gate
from ingest.importer import import_folder
from ingest.pipeline import take_in
from ingest.protocols.hj212 import Frame, build
from tests.support.deadline import until
from tests.support.gate import gate_of
from tests.support.messages import NOW
from tests.support.registry_folder import write

AT = "20261121162900"  # NOW is 16:30 in Beijing
FIELDS = b"a24088-Rtd=12.5,a24088-Flag=N;a25002-Rtd=0.25,a25002-Flag=N;a21026-Rtd=3,a21026-Flag=D"
WHOLE = [("a25002", 0.25, 0), ("nmhc", 12.5, 0), ("so2", 3 * 64.066 / 24.465, 4)]


@pytest.fixture
async def gate(database: str, pool: asyncpg.Pool, tmp_path: Path) -> Gate:
    """A gate with the little registry: M1 sends NMHC, SO2 in ppb and benzene; its PW is 123456."""
    await import_folder(write(tmp_path), database, NOW)
    return gate_of(pool)


def packet(number: int, total: int, fields: bytes, at: str = AT, password: str = "123456") -> Message:
    """One packet that asks for an answer."""
    return bare(number, total, b"DataTime=" + at.encode() + b";" + fields, password)


def bare(number: int, total: int, cp: bytes, password: str = "123456") -> Message:
    """One packet of a logger that cuts the text anywhere."""
    frame = Frame(2011, "M1", cp, f"2026112116300000{number}", "31", password, 7, total, number)
    return Message("hotgrid/v1/hj212/M1", build(frame), None)


def cut(*places: int) -> list[Message]:
    """The packets of the frame, cut at these places."""
    edges = [0, *places, len(FIELDS)]
    return [packet(i + 1, len(edges) - 1, FIELDS[a:b]) for i, (a, b) in enumerate(itertools.pairwise(edges))]


async def stored(gate: Gate) -> list[tuple[str, float, int]]:
    """The values of the monitor."""
    rows = await gate.pool.fetch("SELECT channel, value, qc FROM monitor_reading ORDER BY channel")
    return [(row["channel"], row["value"], row["qc"]) for row in rows]


async def test_a_packet_is_answered_when_it_is_committed_and_the_frame_is_taken_in_with_its_last(gate: Gate) -> None:
    first, second = cut(FIELDS.index(b";") + 1)
    answered = await take_in(gate, [first])
    assert [b"CN=9014" in (claim.reply or b"") for claim in answered.held] == [True]
    assert await stored(gate) == []
    assert len((await take_in(gate, [second])).held) == 1
    assert await stored(gate) == [pytest.approx(row) for row in WHOLE]
    assert await gate.pool.fetchval("SELECT count(*) FROM hj212_part") == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_order_does_not_matter_nor_repeats_nor_where_it_was_cut(gate: Gate, order: tuple[int, ...]) -> None:
    packets = cut(14, 47)
    for i in order:
        await take_in(gate, [packets[i], packets[i]])
    assert await stored(gate) == [pytest.approx(row) for row in WHOLE]
    assert await gate.pool.fetchval("SELECT count(*) FROM reject") == 0


@pytest.mark.parametrize("at_once", [True, False])
async def test_packets_without_a_time_belong_to_the_frame_that_is_open(gate: Gate, at_once: bool) -> None:
    packets = [cut(14, 47)[0], bare(2, 3, FIELDS[14:47]), bare(3, 3, FIELDS[47:])]
    for batch in [packets] if at_once else [[one] for one in packets]:
        await take_in(gate, batch)
    assert await stored(gate) == [pytest.approx(row) for row in WHOLE]


async def test_a_frame_in_absurdly_many_packets_is_refused(gate: Gate) -> None:
    assert len((await take_in(gate, [packet(1, 9999, FIELDS)])).held) == 1
    assert await gate.pool.fetchval("SELECT reason FROM reject") == "part"
    assert await gate.pool.fetchval("SELECT count(*) FROM hj212_part") == 0


async def test_packets_of_two_minutes_do_not_mix(gate: Gate) -> None:
    half = FIELDS.index(b";") + 1
    await take_in(gate, [packet(1, 2, FIELDS[:half]), packet(2, 2, FIELDS[half:], at="20261121162800")])
    assert await stored(gate) == []


async def test_what_is_certain_of_a_frame_whose_packets_never_come_is_taken_in_and_the_rest_is_a_reject(
    gate: Gate,
) -> None:
    await take_in(gate, [cut(14, 50)[1]])
    later = gate_of(gate.pool, NOW + timedelta(minutes=11))
    await take_in(later, [packet(1, 2, b"a24088-Rtd=1", at="20261121163900")])
    (row,) = await gate.pool.fetch("SELECT device_id, reason, detail FROM reject")
    assert (row["device_id"], row["reason"]) == ("M1", "incomplete")
    assert "of 3 packets only 2 came" in row["detail"]
    assert await gate.pool.fetchval("SELECT count(*) FROM hj212_part") == 1
    assert [name for name, _, _ in await stored(gate)] == ["a25002"]


async def test_what_another_process_left_behind_is_looked_after_now_and_then(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets = cut(14, 47)
    await take_in(gate, packets[:2])
    await gate.pool.execute(
        "INSERT INTO hj212_part SELECT device, command, data_time, total, 3, topic, $1, received_at"
        " FROM hj212_part LIMIT 1",
        packets[2].payload,
    )  # by one who was killed then
    monkeypatch.setattr(parts, "SWEEP_S", 0.01)
    async with parts.sweeping(gate, take_in):
        await until(lambda: gate.pool.fetchval("SELECT count(*) = 0 FROM hj212_part"))
    assert await stored(gate) == [pytest.approx(row) for row in WHOLE]


async def test_a_packet_with_the_wrong_password_is_not_kept_nor_answered(gate: Gate) -> None:
    assert (await take_in(gate, [packet(1, 2, FIELDS, password="000000")])).held == []
    assert await gate.pool.fetchval("SELECT count(*) FROM hj212_part") == 0
    assert await gate.pool.fetchval("SELECT reason FROM reject") == "password"


async def test_after_a_crash_before_the_packets_were_dropped_nothing_is_stored_twice(gate: Gate) -> None:
    packets = cut(14, 47)
    await take_in(gate, packets[:2])
    kept = await gate.pool.fetch("SELECT * FROM hj212_part")
    await take_in(gate, packets[2:])
    again = "INSERT INTO hj212_part SELECT * FROM unnest($1::hj212_part[])"
    await gate.pool.execute(again, [tuple(row) for row in kept])
    await take_in(gate, packets[2:])
    assert await stored(gate) == [pytest.approx(row) for row in WHOLE]
