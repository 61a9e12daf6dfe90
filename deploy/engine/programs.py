"""What there is to run: the programs of a TimescaleDB and of a Mosquitto, wherever they lie."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.place import ENVIRONMENT

# The newest schema needs these; older ones are passed over for the private ones.
OLDEST_POSTGRES, OLDEST_TIMESCALEDB = 17, (2, 19)
PLUGINS = "lib/mosquitto/lib"  # of the private engine
_PLUGIN = "mosquitto_dynamic_security.so"


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL with TimescaleDB: the folder of its programs, its versions and licence."""

    bin: Path
    postgres: str
    timescaledb: str
    license: str
    private: bool

    def serves(self, postgres: str, timescaledb: str) -> bool:
        """Whether these programs can run a data folder that was made with those versions."""
        return _major(self.postgres) == _major(postgres) and _module(self.bin, timescaledb) is not None


@dataclass(frozen=True, slots=True)
class Broker:
    """A Mosquitto: its program and version, and its plugin that knows the devices."""

    program: Path
    version: str
    private: bool
    plugin: Path


def database(folder: Path, private: bool = False) -> Database | None:
    """The database whose programs lie in ``folder``; None when it is none, lacks TimescaleDB or is too old."""
    version = _version(folder / "postgres", "--version", r"PostgreSQL\) (\d+[.\d]*)")
    control = next((path for path in _control_files(folder, _major(version)) if path.is_file()), None)
    if not version or control is None or int(_major(version)) < OLDEST_POSTGRES:
        return None
    default = re.search(r"default_version\s*=\s*'([\d.]+)", control.read_text())
    extension = default[1] if default else ""
    module = _module(folder, extension)
    if module is None or tuple(map(int, extension.split(".")[:2])) < OLDEST_TIMESCALEDB:
        return None
    licence = "timescale" if module.with_name(f"timescaledb-tsl-{extension}.so").exists() else "apache"
    return Database(folder, version, extension, licence, private)


def broker(program: Path, private: bool = False) -> Broker | None:
    """The broker at ``program``; None when it is none, or lacks the plugin."""
    version = _version(program, "-h", r"mosquitto version ([\d.]+)")
    prefix = program.parent.parent
    folders = [prefix / PLUGINS, prefix / "lib", prefix / "lib64", *(prefix / "lib").glob("*-linux-gnu")]
    plugin = next((path for folder in folders if (path := folder / _PLUGIN).is_file()), None)
    return Broker(program, version, private, plugin) if version and plugin else None


def installed_databases() -> list[Database]:
    """Every usable TimescaleDB installed on this machine, the newest first."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if program := shutil.which("postgres"):
        folders.append(Path(program).resolve().parent)
    found = [found for folder in dict.fromkeys(folders) if (found := database(folder))]
    return sorted(found, key=lambda one: tuple(map(int, one.postgres.split("."))), reverse=True)


def installed_broker() -> Broker | None:
    """The installed Mosquitto; None where AppArmor would keep it from a data folder of ours."""
    if any(Path("/etc/apparmor.d").glob("*mosquitto*")):
        return None
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    return broker(Path(program)) if program else None


def _major(version: str) -> str:
    return version.split(".")[0]


def _control_files(folder: Path, major: str) -> list[Path]:
    """Where Debian (also ours), the RPMs and a build from source keep it."""
    shares = [folder.parents[3] / "share/postgresql" / major] if len(folder.parents) > 3 else []
    shares += [folder.parent / "share", folder.parent / "share/postgresql"]
    return [share / "extension/timescaledb.control" for share in shares]


def _module(folder: Path, version: str) -> Path | None:
    libraries = (folder.parent / "lib", folder.parent / "lib/postgresql")
    return next((path for lib in libraries if (path := lib / f"timescaledb-{version}.so").is_file()), None)


def _version(program: Path, option: str, pattern: str) -> str:
    if not program.is_file():
        return ""
    shown = subprocess.run([program, option], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    found = re.search(pattern, shown.stdout + shown.stderr)
    return found[1] if found else ""
