"""What a state folder remembers between runs: ports, passwords, programs (``state.json``, mode 0600)."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy import place, ports
from deploy.credential import CONTROL, SERVICE
from deploy.listener import NOWHERE, Listener
from deploy.problem import Problem


@dataclass(frozen=True, slots=True)
class Programs:
    """What the private servers run from; texts are empty before the first start.

    ``engine`` is "private" (unpacked by us) or "installed", ``license`` "apache" or "timescale"; the two last are
    folders of programs (``psql``, ``mosquitto_sub`` … lie there too).
    """

    engine: str = ""
    postgres: str = ""
    timescaledb: str = ""
    license: str = ""
    mosquitto: str = ""
    database_programs: str = ""
    mqtt_programs: str = ""


def _password() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Record:
    """One state folder's memory."""

    database_port: int
    mqtt_port: int
    superuser_password: str
    owner_password: str
    mqtt_password: str
    prepared: bool = False
    programs: Programs = Programs()
    control_password: str = field(default_factory=_password)  # the oldest records lack it
    listener: Listener = NOWHERE

    @property
    def database_url(self) -> str:
        """Where the owner of the database connects."""
        return f"postgresql://hotgrid:{self.owner_password}@127.0.0.1:{self.database_port}/hotgrid"

    @property
    def mqtt_url(self) -> str:
        """Where the clients of the broker connect."""
        return f"mqtt://{SERVICE}:{self.mqtt_password}@127.0.0.1:{self.mqtt_port}"

    @property
    def control_url(self) -> str:
        """Where the broker is told who may come in."""
        return f"mqtt://{CONTROL}:{self.control_password}@127.0.0.1:{self.mqtt_port}"


def new(state: Path) -> Record:
    """A first record: free ports, random passwords."""
    database_port = ports.choose(state, taken=0)
    return Record(database_port, ports.choose(state, database_port), _password(), _password(), _password())


def load(state: Path) -> Record | None:
    """The record of ``state``, None before the first ``up``. Raises Problem for one that cannot be read."""
    try:
        told = json.loads((state / "state.json").read_text())
        parts = {"programs": Programs(**told["programs"]), "listener": Listener(**told.get("listener", {}))}
        return Record(**told | parts)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"读不了 · cannot be read: {state / 'state.json'}: {error}"
        fix = "用启动它的用户运行，或设置 HOTGRID_STATE · run as the user who started it, or set HOTGRID_STATE"
        raise Problem("state", what, fix) from error


def save(state: Path, record: Record) -> Record:
    """Keep ``record``: a reader sees the old one or the new one, never half of it."""
    place.write(state / "state.json", json.dumps(asdict(record), indent=1), None)
    return record
