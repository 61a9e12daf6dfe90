"""What a registry says of loggers, units, facilities and thresholds: imported, kept, used; what is wrong is named."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ingest.folder import FolderError, read_folder
from ingest.importer import Count, import_folder, load_registry
from ingest.known import load_directory
from tests.support.messages import frame, message, taken
from tests.support.registry_folder import FILES, write

NOW = datetime(2026, 11, 20, tzinfo=UTC)
MORE = {
    "loggers": "device_id,mn,password\nS1,010000A8900016F000169DC0,654321\n",
    "channels": "station_id,channel,unit\nS1,no2,ppb\nS1,pm25,ng/m³\n",
    "monitors": FILES["monitors.csv"] + "P1,E1,配电,119.96,31.77,,d10001,kW,,\nP1,E1,配电,119.96,31.77,,SB1,state,,\n",
    "facilities": "mn,channel,line,role,on_above\nP1,d10001,涂装,production,10\nP1,SB1,涂装,treatment,0\n",
    "quality": "valid_from,channel,kind,span\n2026-01-01,pm25,micro,500\n",
}


async def test_everything_is_added_kept_and_changed_by_its_key(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    first = await import_folder(write(tmp_path, **MORE), database, NOW)
    names = ("loggers", "channels", "facilities", "quality")
    assert [first.counts[name] for name in names] == [Count(1, 0), Count(2, 0), Count(2, 0), Count(1, 0)]
    assert set((await import_folder(tmp_path, database, NOW)).counts.values()) == {Count(0, 0)}
    changed = {
        **MORE,
        "loggers": MORE["loggers"].replace("654321", "111111"),
        "facilities": "mn,channel,line,role,on_above\nP1,d10001,涂装,production,20\n",
        "quality": MORE["quality"].replace("500", "600"),
    }
    second = await import_folder(write(tmp_path, **changed), database, NOW)
    assert [second.counts[name] for name in names] == [Count(0, 1), Count(0, 0), Count(0, 1, 1), Count(0, 1)]
    registry, _ = read_folder(tmp_path)
    async with pool.acquire() as connection:
        stored = await load_registry(connection)
    assert stored is not None
    assert set(stored.loggers) == set(registry.loggers)
    assert set(stored.station_channels) == set(registry.station_channels)
    assert stored.facilities == registry.facilities


async def test_a_stations_values_are_converted_from_its_units_under_its_id_and_its_mn(
    pool: asyncpg.Pool, database: str, tmp_path: Path
) -> None:
    await import_folder(write(tmp_path, **MORE), database, NOW)
    directory = await load_directory(pool)
    for name in ("S1", "010000A8900016F000169DC0"):
        batch = taken(message(frame(no2=20, pm25=35_000, so2=7), name), directory=directory)
        values = dict(zip(("pm25", "so2", "no2"), batch.values[0][[0, 2, 3]].tolist(), strict=True))
        # 20 ppb · 46.006 g/mol / 24.465 L/mol = 37.61 µg/m³
        assert values == pytest.approx({"pm25": 35.0, "so2": 7.0, "no2": 37.61}, abs=0.005)
        assert batch.devices == [directory.stations["S1"]]
    assert directory.secrets["010000A8900016F000169DC0"] == "654321"


@pytest.mark.parametrize(
    ("file", "line", "problem"),
    [
        ("loggers", "S9,M9,1", "loggers.csv:3:device_id: 'S9' is not in stations.csv"),
        ("loggers", "S2,M1,1", "loggers.csv:3:mn: 'M1' is another device's id"),
        ("loggers", "S2,010000A8900016F000169DC0,1", "loggers.csv:3:mn"),
        ("channels", "S9,no2,ppb", "channels.csv:4:station_id: 'S9' is not in stations.csv"),
        ("channels", "S2,a24088,ppb", "channels.csv:4:channel: no such channel of a station"),
        ("channels", "S2,no2,bananas", "channels.csv:4:unit"),
        ("facilities", "P1,d10009,涂装,treatment,1", "facilities.csv:4:channel: monitors.csv has no 'd10009' of 'P1'"),
        ("facilities", "P1,SB1,涂装,ventilation,1", "facilities.csv:4:role"),
        ("quality", "someday,pm25,micro,500", "quality.csv:3:valid_from"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, file: str, line: str, problem: str) -> None:
    with pytest.raises(FolderError) as error:
        read_folder(write(tmp_path, **{**MORE, file: f"{MORE[file]}{line}\n"}))
    assert any(found.startswith(problem) for found in error.value.problems), error.value.problems
