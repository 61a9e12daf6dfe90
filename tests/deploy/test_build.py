"""Tests of deploy.engine.build and deploy.engine.programs, on real engines."""

import json
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.engine import build, programs, sources
from deploy.problem import Problem
from deploy.servers import Servers


@pytest.fixture
def engine(servers: Servers) -> Path:
    """The private engine that this run's servers use."""
    return Path(servers.programs.mqtt_programs).parent


@pytest.fixture
def twin(engine: Path) -> Iterator[Path]:
    """A cache on the same file system with an engine of the same files, which a test may damage or move."""
    cache = engine.parent / f".test-{os.getpid()}"
    shutil.copytree(engine, cache / "engine", symlinks=True, copy_function=os.link)
    told = json.loads((engine / "engine.json").read_text()) | {"home": str(cache / "engine")}
    (cache / "engine/engine.json").unlink()
    (cache / "engine/engine.json").write_text(json.dumps(told))
    yield cache
    shutil.rmtree(cache)


def silent(_: str) -> None:
    """Say nothing."""


def test_a_whole_engine_is_found_again(twin: Path) -> None:
    assert build.find(twin, with_database=True) == twin / "engine"


def test_an_engine_that_lost_a_library_is_not_trusted(twin: Path) -> None:
    (twin / "engine/lib/libpq.so.5").unlink()

    assert build.find(twin, with_database=True) is None


def test_an_engine_that_was_moved_is_not_trusted(twin: Path) -> None:
    (twin / "engine").rename(twin / "moved")

    assert build.find(twin, with_database=True) is None


def test_a_half_written_record_is_not_trusted(twin: Path) -> None:
    record = twin / "engine/engine.json"
    text = record.read_text()
    record.unlink()
    record.write_text(text[:100])

    assert build.find(twin, with_database=True) is None


def test_a_cold_build_makes_a_broker_in_a_folder_of_any_name(tmp_path: Path) -> None:
    cache = tmp_path / "缓存 dir 'q'"
    (cache / ".building-left").mkdir(parents=True)
    said: list[str] = []

    engine = build.ensure(cache, with_database=False, say=said.append)

    assert build.broker(engine).version >= "2.0.21"
    assert build.find(cache, with_database=True) is None
    assert sorted(path.name for path in cache.iterdir()) == sorted([engine.name, "lock"])
    assert any("downloading" in line for line in said)
    assert "  100 %" in said


def test_a_machine_that_is_not_debian_gets_the_other_ways_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "fedora", "PRETTY_NAME": "Fedora 43"})

    with pytest.raises(Problem, match="Fedora 43") as raised:
        build.ensure(tmp_path, with_database=True, say=silent)

    assert raised.value.code == "not-debian"
    assert "compose" in raised.value.fix
    assert "HOTGRID_DATABASE_URL" in raised.value.fix
    assert "HOTGRID_MQTT_URL" in raised.value.fix


def test_a_processor_without_an_engine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(Problem, match=r"\[arch\].*riscv64"):
        build.ensure(tmp_path, with_database=True, say=silent)


def test_a_machine_whose_sources_name_no_mirror_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "machine", list)

    with pytest.raises(Problem, match=r"\[no-mirror\]"):
        build.ensure(tmp_path, with_database=True, say=silent)


def test_a_cache_that_cannot_be_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Problem, match=r"\[cache-unwritable\](.|\n)*HOTGRID_CACHE"):
        build.ensure(tmp_path / "file/cache", with_database=True, say=silent)


def test_an_installed_database_in_debians_layout_is_recognised(servers: Servers) -> None:
    found = programs.database(Path(servers.programs.database_programs))

    assert found is not None
    assert not found.private
    assert (found.postgres, found.license) == (servers.programs.postgres, "apache")
    assert found.serves("17.0", found.timescaledb)
    assert not found.serves("16.4", found.timescaledb)
    assert not found.serves("17.0", "2.18.0")


def test_an_installed_database_in_the_layout_of_the_rpms_is_recognised(engine: Path, tmp_path: Path) -> None:
    original = next(engine.glob("lib/postgresql/*/bin")).parent
    (tmp_path / "pgsql-17/share").mkdir(parents=True)
    (tmp_path / "pgsql-17/bin").mkdir()
    (tmp_path / "pgsql-17/lib").symlink_to(original / "lib")
    (tmp_path / "pgsql-17/share/extension").symlink_to(next(engine.glob("share/postgresql/*/extension")))
    (tmp_path / "pgsql-17/bin/postgres").write_text(f'#!/bin/sh\nexec {original}/bin/postgres "$@"\n')
    (tmp_path / "pgsql-17/bin/postgres").chmod(0o755)

    found = programs.database(tmp_path / "pgsql-17/bin")

    assert found is not None
    assert found.timescaledb.startswith("2.19")


def test_a_postgresql_without_timescaledb_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n")
    (tmp_path / "bin/postgres").chmod(0o755)

    assert programs.database(tmp_path / "bin") is None


def test_an_engine_without_security_updates_for_long_says_so(twin: Path) -> None:
    said: list[str] = []
    os.utime(twin / "engine/engine.json", (0, 0))

    build.ensure(twin, with_database=True, say=said.append)

    assert any("security updates" in line and str(twin / "engine") in line for line in said)
