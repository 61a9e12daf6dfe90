"""Tests of deploy.engine.elf and of the private engine's files as the dynamic loader will see them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.engine import elf, unpack
from deploy.problem import Problem
from deploy.servers import Servers


def test_a_program_tells_its_loader_and_the_libraries_it_needs() -> None:
    read = elf.read(Path("/bin/sh"))

    assert read is not None
    assert "libc.so.6" in read.needed
    assert Path(read.interpreter).exists()


def test_what_is_no_elf_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\n")

    assert elf.read(tmp_path / "script") is None


def test_a_missing_library_stops_the_build_though_the_host_has_it(tmp_path: Path) -> None:
    shutil.copy("/bin/sh", tmp_path / "program")
    (tmp_path / "lib").mkdir()

    with pytest.raises(Problem, match=r"libc\.so\.6 \(program\)"):
        unpack.needed(tmp_path / "lib", [tmp_path / "program"])


def test_the_private_programs_load_nothing_from_the_host(servers: Servers) -> None:
    prefix = Path(servers.programs.mqtt_programs).parent
    loader = next((prefix / "lib").glob("ld-linux*"))
    programs = [*prefix.glob("bin/*"), *prefix.glob("lib/postgresql/*/bin/*")]

    listed = [subprocess.check_output([loader, "--list", program], text=True) for program in programs]

    assert {"postgres", "initdb", "psql", "mosquitto", "mosquitto_sub"} <= {program.name for program in programs}
    for line in "".join(listed).splitlines():
        assert "=>" not in line or f"=> {prefix}" in line
    for program in programs:
        read = elf.read(program)
        assert read is not None
        assert read.interpreter == str(loader)


def test_every_extension_finds_its_libraries_in_the_engine(servers: Servers) -> None:
    prefix = Path(servers.programs.mqtt_programs).parent
    modules = list(prefix.glob("lib/postgresql/*/lib/*.so"))

    assert {"libc.so.6", "libcrypto.so.3"} <= unpack.needed(prefix / "lib", modules)
    assert any(module.name.startswith("timescaledb-2.") for module in modules)
    assert not [module for module in modules if (read := elf.read(module)) and read.search_path]


def test_a_damaged_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.deb").write_bytes(b"no package")

    with pytest.raises(Problem, match=r"\[build\].*broken\.deb"):
        unpack.unpack([tmp_path / "broken.deb"], tmp_path)


@pytest.mark.parametrize(
    ("packaged", "home"),
    [
        ("./usr/lib/x86_64-linux-gnu/libpq.so.5", "lib/libpq.so.5"),
        ("./lib/aarch64-linux-gnu/libc.so.6", "lib/libc.so.6"),
        ("./usr/sbin/mosquitto", "bin/mosquitto"),
        ("./usr/lib/postgresql/17/bin/postgres", "lib/postgresql/17/bin/postgres"),
        ("./usr/share/postgresql/17/timezonesets/Asia.txt", "share/postgresql/17/timezonesets/Asia.txt"),
        (
            "./usr/share/postgresql/17/extension/timescaledb--2.19.3.sql",
            "share/postgresql/17/extension/timescaledb--2.19.3.sql",
        ),
        ("./usr/share/postgresql/17/extension/timescaledb--2.1.0--2.19.3.sql", None),
        ("./usr/share/postgresql/17/man/man1/psql.1.gz", None),
        ("./usr/lib/postgresql/17/lib/llvmjit.so", None),
        ("./etc/mosquitto/mosquitto.conf", None),
        ("./usr/lib/x86_64-linux-gnu/../../../../etc/passwd.so", None),
    ],
)
def test_only_what_runs_is_unpacked_and_to_its_place(packaged: str, home: str | None) -> None:
    assert unpack.home(packaged) == home
