"""A way into the database whose clock stands."""

from datetime import datetime

import asyncpg

from ingest.gate import Gate
from ingest.known import Known
from ingest.settings import IngestSettings
from tests.support.messages import NOW


def gate_of(pool: asyncpg.Pool, now: datetime = NOW) -> Gate:
    """A gate that knows the registry as it is now."""
    return Gate(IngestSettings(database_url="", mqtt_url="", _env_file=None), pool, Known(pool), (), lambda: now)
