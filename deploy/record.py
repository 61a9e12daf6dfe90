"""What a state folder remembers between runs: ports, passwords, the programs last used (``state.json``, mode 0600)."""

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from deploy import place, ports
from deploy.problem import Problem


@dataclass(frozen=True, slots=True)
class Record:
    """One state folder's memory; empty texts mean "not started yet"."""

    database_port: int
    mqtt_port: int
    superuser_password: str
    owner_password: str
    mqtt_password: str
    prepared: bool = False
    engine: str = ""
    postgres: str = ""
    timescaledb: str = ""
    license: str = ""
    database_programs: str = ""
    mosquitto: str = ""
    mqtt_programs: str = ""

    @property
    def database_url(self) -> str:
        """Where the owner of the database connects."""
        return f"postgresql://hotgrid:{self.owner_password}@127.0.0.1:{self.database_port}/hotgrid"

    @property
    def major(self) -> int:
        """The PostgreSQL major version of the data."""
        return int(self.postgres.split(".")[0])

    @property
    def mqtt_url(self) -> str:
        """Where the clients of the broker connect."""
        return f"mqtt://hotgrid:{self.mqtt_password}@127.0.0.1:{self.mqtt_port}"


def new(state: Path) -> Record:
    """A first record: free ports, random passwords."""
    database_port = ports.choose(state, taken=0)
    mqtt_port = ports.choose(state, taken=database_port)
    return Record(database_port, mqtt_port, _password(), _password(), _password())


def _password() -> str:
    return secrets.token_urlsafe(24)


def load(state: Path) -> Record | None:
    """The record of ``state``, None before the first ``up``. Raises Problem for one that cannot be read."""
    try:
        told = json.loads((state / "state.json").read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        what = f"读不了状态文件 · the state file cannot be read: {state / 'state.json'}: {error}"
        fix = "用启动它的用户运行，或用 HOTGRID_STATE 换一处 · run as the user who started it, or set HOTGRID_STATE"
        raise Problem("state", what, fix) from error
    known = {field.name for field in fields(Record)}
    return Record(**{name: value for name, value in told.items() if name in known})


def save(state: Path, record: Record) -> None:
    """Keep ``record``; a reader sees the old one or the new one, never half of it."""
    place.write(state / "state.json", json.dumps(asdict(record), indent=1), None)
