"""`hotgrid load` and `hotgrid export` as commands: what they say, that they can be stopped, that they round-trip."""

import json
import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.servers import DATABASE_VARIABLE, MQTT_VARIABLE, Servers
from tests.support.database import value
from tests.support.holding import held, until_held
from tests.support.processes import COMMAND, hotgrid
from tests.support.readings_file import Line, write_csv, write_parquet
from tests.support.registry_folder import write

START = datetime(2025, 11, 20, 16, tzinfo=UTC)
MIDWAY = """
CREATE TRIGGER a_hold BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.hour >= '2026-01-20') EXECUTE FUNCTION hold()
"""


@pytest.fixture
def env(servers: Servers, database: str, tmp_path: Path) -> dict[str, str]:
    """Servers with the registry in them."""
    found = {**os.environ, DATABASE_VARIABLE: database, MQTT_VARIABLE: str(servers.mqtt_url)}
    (tmp_path / "registry").mkdir()
    said(found, "import", str(write(tmp_path / "registry")))
    return found


def said(env: dict[str, str], *arguments: str, status: int = 0) -> str:
    """What a command says, both ways."""
    done = subprocess.run([COMMAND, *arguments], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def lines(count: int) -> list[Line]:
    return [
        {"ts": START + timedelta(minutes=i // 2), "device_id": f"S{1 + i % 2}", "pm25": i % 90, "no2": i % 50}
        for i in range(count)
    ]


def test_it_says_what_became_of_the_rows(env: dict[str, str], tmp_path: Path) -> None:
    extra: list[Line] = [
        {**lines(1)[0], "device_id": "X9", "街道": "东山"},
        {**lines(1)[0], "device_id": "S2", "no2": -1e9},
    ]
    path = str(write_csv(tmp_path / "a.csv", lines(10)[2:] + extra, bom=True))
    assert said(env, "load", path).splitlines() == [
        "a.csv: 读取 · rows read 10; 新增 · new 9; 已有 · already there 0; 空行 · empty 0",
        "  不是通道的列 · columns of no channel: 街道",
        "  未登记设备 · devices not in the registry, 1 rows: X9 (1)",
        "  未装入 · refused, implausible: 1",
        "    行 · row 11: implausible: no2: -1e+09 µg/m³ cannot be",
    ]
    told = json.loads(said(env, "load", path, "--json"))
    assert (told["rows"], told["new"], told["already_there"]) == (10, 0, 9)
    assert (told["unknown_devices"], told["refused"]) == ({"X9": 1}, {"implausible": 1})


def test_what_is_no_file_of_readings_is_one_message(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time,device_id,pm25\n")
    told = said(env, "load", str(tmp_path / "a.csv"), status=1)
    assert "error: a.csv: column ts is missing; there are time, device_id, pm25" in told
    assert "Traceback" not in told


async def test_it_can_be_stopped_at_any_time_and_run_again(env: dict[str, str], database: str, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", lines(600_000), group=50_000)
    with hotgrid(env, tmp_path) as run:
        async with held(database, MIDWAY, "touched"):
            child = run.start("load", str(path))
            await until_held(database)
            child.send(signal.SIGINT)
            assert child.ended() != 0
        assert "Traceback" not in child.text()
        before = await value(database, "SELECT count(*) FROM station_reading")
        assert 0 < before < 600_000
        assert f"new {before:,};" in child.text()
        assert f"new {600_000 - before:,}; 已有 · already there {before:,};" in run.run("load", str(path))
    assert await value(database, "SELECT count(*) FROM station_reading") == 600_000
    assert await value(database, "SELECT count(*) FROM arrival") == 0


@pytest.mark.parametrize("name", ["b.parquet", "b.csv"])
def test_what_is_exported_can_be_loaded_elsewhere(env: dict[str, str], tmp_path: Path, name: str) -> None:
    said(env, "load", str(write_parquet(tmp_path / "a.parquet", lines(4000))))
    out = str(tmp_path / name)
    span = ("--from", "2025-11-21", "--to", "2025-11-22T00:00:00+08:00")
    assert said(env, "export", *span, "--out", out).startswith("2,880 行 · rows → ")
    told = json.loads(said(env, "load", out, "--converted", "--json"))
    assert (told["rows"], told["new"], told["already_there"], told["refused"]) == (2880, 0, 2880, {})
    assert json.loads(said(env, "export", *span, "--out", out, "--device", "S1", "--json"))["rows"] == 1440


def test_what_cannot_be_exported_is_one_message(env: dict[str, str]) -> None:
    cases = [
        ("yesterday", "a.csv", "'yesterday': 2026-", 2),
        ("2025-11-20", "a.csv", "error: --from must lie before --to", 1),
        ("2025-11-22", "a.xlsx", "error: a.xlsx: must end in .parquet or .csv", 1),
        ("2025-11-22", "nowhere/a.csv", "No such file or directory", 1),
    ]
    for to, out, problem, status in cases:
        told = said(env, "export", "--from", "2025-11-21", "--to", to, "--out", out, status=status)
        assert problem in told
        assert "Traceback" not in told
