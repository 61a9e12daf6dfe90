"""Rows for the tests of the service, written as the other processes would write them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from alerts.handling.stage import DETECTOR, Act, Handling
from alerts.handling.step import step
from ingest.grid import Cell, Grid
from sql.queries import Connection

GRID = Grid(500.0, 4549, 120.02, 31.66, 12, 12)
NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def grid(on: Connection, grid: Grid = GRID) -> None:
    """The grid of the district."""
    await on.execute(
        "INSERT INTO grid (cell_m, epsg, lon0, lat0, nx, ny) VALUES ($1, $2, $3, $4, $5, $6)",
        *(grid.cell_m, grid.epsg, grid.lon0, grid.lat0, grid.nx, grid.ny),
    )


async def station(on: Connection, name: str, cell: Cell, kind: str = "micro", called: str = "测点") -> int:
    """A station in the middle of a cell; gives its number."""
    lon, lat = GRID.lonlat([(cell[0] + 0.5) * GRID.cell_m], [(cell[1] + 0.5) * GRID.cell_m])
    device: int = await on.fetchval("INSERT INTO device (device_id) VALUES ($1) RETURNING device", name)
    await on.execute(
        "INSERT INTO station VALUES ($1, $2, $3, $4, $5, '孟河镇', '张三')", device, called, kind, lon[0], lat[0]
    )
    return device


async def enterprise(on: Connection, name: str, called: str, cell: Cell = (1, 1)) -> None:
    """An enterprise in the middle of a cell."""
    lon, lat = GRID.lonlat([(cell[0] + 0.5) * GRID.cell_m], [(cell[1] + 0.5) * GRID.cell_m])
    await on.execute(
        "INSERT INTO enterprise VALUES ($1, $2, $3, $4, '化工', '孟河镇', '李四')", name, called, lon[0], lat[0]
    )


def body(name: str, opened_at: datetime = NOW, **changed: Any) -> dict[str, Any]:
    """An alert as its JSON."""
    cell: Cell = changed.pop("cell", (2, 3))
    lon, lat = GRID.lonlat([(cell[0] + 0.5) * GRID.cell_m], [(cell[1] + 0.5) * GRID.cell_m])
    return {
        "id": name,
        "kind": "hotspot",
        "profile": "grid",
        "pollutant": "pm25",
        "status": "open",
        "severity": 2,
        "opened_at": opened_at.isoformat(),
        "closed_at": None,
        "cells": [{"ix": cell[0], "iy": cell[1], "from": opened_at.isoformat(), "to": None}],
        "lon": float(lon[0]),
        "lat": float(lat[0]),
        "peak_at": opened_at.isoformat(),
        "peak_value": 182.4,
        "background": 41.2,
        "excess": 141.2,
        "score": 9.7,
        "candidates": [{"enterprise_id": "E0007", "score": 0.61}],
        "attribution": "wind",
        "detector": "test",
        "late": False,
        "evidence": {},
    } | changed


def handling(told: dict[str, Any]) -> dict[str, Any]:
    """The handling of an alert that nobody has touched."""
    at = datetime.fromisoformat(told["opened_at"])
    begun = Handling("open", at, times={"open": at})
    closed = told["closed_at"] and datetime.fromisoformat(told["closed_at"])
    return (step(begun, Act("clear", DETECTOR), closed) if closed else begun).body()


async def alert(on: Connection, told: dict[str, Any]) -> None:
    """An alert, its cells, its handling and its first event; `on` decides in which transaction."""
    closed = told["closed_at"] and datetime.fromisoformat(told["closed_at"])
    await on.execute(
        "INSERT INTO alert VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        *(told["id"], told["kind"], told["profile"], told["pollutant"], told["id"], told["status"], told["severity"]),
        *(datetime.fromisoformat(told["opened_at"]), closed, told["late"], told["lon"], told["lat"], told),
    )
    for cell in told["cells"]:
        await on.execute(
            "INSERT INTO alert_cell VALUES ($1, $2, $3, $4)",
            *(told["id"], cell["ix"], cell["iy"], datetime.fromisoformat(cell["from"])),
        )
    begun = handling(told)
    await on.execute(
        "INSERT INTO handling (alert_id, stage, version, pushed, opened_at, township, body)"
        " VALUES ($1, $2, $3, true, $4, '', $5)",
        *(told["id"], begun["stage"], begun["version"], datetime.fromisoformat(told["opened_at"]), begun),
    )
    await event(on, told, "opened")


async def event(on: Connection, told: dict[str, Any], action: str = "updated", why: str = "") -> int:
    """A transition; gives its number."""
    seq: int = await on.fetchval(
        "INSERT INTO alert_event (alert_id, at, who, action, why, body) VALUES ($1, $2, 'detector', $3, $4, $5)"
        " RETURNING seq",
        *(told["id"], NOW, action, why, told | {"handling": handling(told)}),
    )
    return seq


async def layout(on: Connection, devices: list[str]) -> int:
    """A layout; gives its number."""
    number: int = await on.fetchval("INSERT INTO layout (devices) VALUES ($1) RETURNING layout", devices)
    return number


@dataclass(frozen=True, slots=True)
class Judged:
    """What the detector said of one device in a minute."""

    value: float = np.nan
    background: float = np.nan
    score: float = np.nan
    state: int = 0


async def verdict(on: Connection, minute: datetime, number: int, judged: list[Judged], pollutant: str = "pm25") -> None:
    """One pollutant's minute, in the order of the layout's devices."""
    floats = np.array([(one.value, one.background, one.score) for one in judged], "<f4")
    states = bytes(one.state for one in judged)
    await on.execute(
        "INSERT INTO verdict VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(minute, pollutant, number, *(column.tobytes() for column in floats.T), states),
    )
    await on.execute(
        "INSERT INTO watermark (minute) VALUES ($1) ON CONFLICT (one) DO UPDATE SET minute = excluded.minute", minute
    )


async def reading(on: Connection, device: int, ts: datetime, qc: bytes | None = None, **values: float) -> None:
    """A minute of a station."""
    await on.execute(
        "INSERT INTO station_reading (device, ts, pm25, no2, wind_direction, qc) VALUES ($1, $2, $3, $4, $5, $6)",
        *(device, ts, values.get("pm25"), values.get("no2"), values.get("wind_direction"), qc),
    )


async def hour(on: Connection, device: int, ts: datetime, channel: str, mean: float | None, valid: int = 60) -> None:
    """An hour as the keeper sums it up."""
    await on.execute(
        "INSERT INTO hour_mean VALUES ($1, $2, $3, $4, $4, $4, $5, 0, 60, $6, 'kappa-1')",
        *(device, ts, channel, mean, valid, mean and mean / 2),
    )


async def day(on: Connection, device: int, day: date, channel: str, valid: int, hours: int) -> None:
    """A day as the keeper sums it up: all that was not usable was suspect."""
    await on.execute(
        "INSERT INTO day_mean VALUES ($1, $2, $3, 7, 7, 7, $4, $5, 10, 1440, NULL, NULL)",
        *(device, day, channel, hours, valid),
    )


async def latest(on: Connection, device: int, ts: datetime, qc: bytes | None = None, **values: float) -> None:
    """The newest frame of a station."""
    await on.execute(
        "INSERT INTO station_latest (device, ts, received_at, pm25, no2, qc) VALUES ($1, $2, $3, $4, $5, $6)",
        *(device, ts, ts + MINUTE, values.get("pm25"), values.get("no2"), qc),
    )


async def person(on: Connection, name: str, role: str = "duty", township: str = "") -> None:
    """A person, who is made known where needed."""
    await on.execute(
        "INSERT INTO person VALUES ($1, $2, $3, '13800000001', $4) ON CONFLICT DO NOTHING",
        *(name, f"王{name}", role, township),
    )


async def shift(on: Connection, name: str, start: datetime, end: datetime, post: str = "指挥中心") -> None:
    """A span on duty of a person, who is made known where needed."""
    await shifts(on, [(name, start, end, post)])


async def shifts(on: Connection, rows: Iterable[tuple[str, datetime, datetime, str]]) -> None:
    """Spans on duty in one transaction: of what has begun, a second one would not be taken."""
    spans = list(rows)
    for name in {row[0] for row in spans}:
        await person(on, name)
    people, starts, ends, posts = (list(column) for column in zip(*spans, strict=True))
    await on.execute(
        "INSERT INTO shift (person_id, start_at, end_at, post)"
        " SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[])",
        *(people, starts, ends, posts),
    )


def as_json(value: object) -> Any:
    """What a value looks like after a way through JSON."""
    return json.loads(json.dumps(value))
