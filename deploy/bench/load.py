"""History: `hotgrid load` from Parquet against raw COPY of the same rows, and `hotgrid export`."""

import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deploy.bench.city import SENT, City, name_of
from deploy.bench.house import BENCH, House, house
from deploy.bench.row import Row, forget_peak, memory
from ingest import export as exporting
from ingest import load as loading

STATIONS, MINUTES, ROUNDS = 5_000, 200, 3
START = datetime(2026, 1, 1, tzinfo=UTC)


async def load() -> list[Row]:
    """A file as a recording is: minute after minute, every station."""
    city = City(STATIONS, START)
    async with house(city) as here:
        path = here.folder / "readings.parquet"
        _write(path, city)
        await BENCH.make_copy_target.execute(here.database)
        await BENCH.make_copy_hypertable.execute(here.database)
        forget_peak("self")
        rounds = [await _round(here, path) for _ in range(ROUNDS)]
        loaded, copied = (float(np.median(rates)) for rates in zip(*rounds, strict=True))
        return [
            Row(f"load, {STATIONS * MINUTES:,} rows of a Parquet file, median of {ROUNDS}", loaded, "rows/s"),
            Row("raw COPY of the same rows", copied, "rows/s"),
            Row("load / raw COPY", loaded / copied, "x", ">= 0.5"),
            Row("load, most memory", memory("self", "VmHWM"), "MB"),
            Row("load of the same file again", await _loaded(here, path), "rows/s"),
            Row("export to Parquet", await _exported(here, "a.parquet"), "rows/s"),
            Row("export to CSV", await _exported(here, "a.csv"), "rows/s"),
        ]


def _write(path: Path, city: City) -> None:
    ids = pa.array([name_of(cell) for cell in range(STATIONS)])
    kinds = [("ts", pa.timestamp("us", "UTC")), ("device_id", pa.string()), *((name, pa.float32()) for name in SENT)]
    schema = pa.schema(kinds)
    with pq.ParquetWriter(path, schema) as writer:
        for minute in range(MINUTES):
            ts = pa.array(np.full(STATIONS, city.at(minute).replace(tzinfo=None), "M8[us]")).cast(
                schema.field("ts").type
            )
            writer.write_table(pa.table([ts, ids, *map(pa.array, city.values(minute).T)], schema=schema))


async def _round(here: House, path: Path) -> tuple[float, float]:
    """Rows a second of either way, one after the other: others at work on the machine slow down both."""
    await BENCH.forget_readings.execute(here.database)
    loaded = await _loaded(here, path)
    return loaded, await _copied(here)


async def _loaded(here: House, path: Path) -> float:
    asked, tally = loading.Asked(path), loading.Tally()
    began = time.perf_counter()
    await loading.load(asked, here.servers.database_url, lambda: datetime.now(UTC), tally, lambda _: None)
    seconds = time.perf_counter() - began
    assert tally.new + tally.there == STATIONS * MINUTES
    return STATIONS * MINUTES / seconds


async def _copied(here: House) -> float:
    """Out of memory into a table like theirs."""
    rows = io.BytesIO()
    await here.database.copy_from_query(BENCH.readings.text, output=rows, format="binary")
    await BENCH.forget_copied.execute(here.database)
    rows.seek(0)
    began = time.perf_counter()
    await here.database.copy_to_table("copied", source=rows, format="binary")
    return STATIONS * MINUTES / (time.perf_counter() - began)


async def _exported(here: House, name: str) -> float:
    asked = exporting.Asked(START, START + timedelta(minutes=MINUTES), here.folder / name)
    began = time.perf_counter()
    count = await exporting.export(asked, here.servers.database_url, lambda _: None)
    assert count == STATIONS * MINUTES
    return count / (time.perf_counter() - began)
