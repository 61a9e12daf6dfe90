"""What judging a minute gave beside alerts, into the database: the verdicts of the grid, checkpoints."""

from collections.abc import Mapping
from datetime import datetime

import asyncpg
import numpy as np

from alerts.detector.panel import Verdict
from alerts.frames import MINUTE
from ingest.layout import Layout

Verdicts = list[tuple[datetime, Mapping[str, Verdict]]]


async def layout_number(on: asyncpg.Connection, layout: Layout) -> int:
    """The number under which the database knows this order of devices."""
    devices = [device.id for device in layout.devices]
    number = await MINUTE.layout.fetchval(on, devices=devices)
    return int(number or await MINUTE.put_layout.fetchval(on, devices=devices))


async def put_verdicts(on: asyncpg.Connection, layout: int, verdicts: Verdicts) -> None:
    """The judged minutes as arrays, one row a minute and pollutant."""
    rows = [(minute, name, verdict) for minute, of_minute in verdicts for name, verdict in of_minute.items()]
    if rows:
        floats = {
            part: [np.asarray(getattr(verdict, part), "<f4").tobytes() for _, _, verdict in rows]
            for part in ("value", "background", "score")
        }
        await MINUTE.put_verdicts.execute(
            on,
            layout=layout,
            minute=[minute for minute, _, _ in rows],
            pollutant=[name for _, name, _ in rows],
            state=[np.asarray(verdict.state, np.uint8).tobytes() for _, _, verdict in rows],
            **floats,
        )


async def put_checkpoint(
    on: asyncpg.Connection, minute: datetime, detector: str, state: bytes, oldest_needed: datetime
) -> None:
    """Save the state of a version of the detector; of those before `oldest_needed` the newest stays."""
    await MINUTE.put_checkpoint.execute(on, minute=minute, detector=detector, state=state)
    await MINUTE.drop_checkpoints.execute(on, older_than=oldest_needed, detector=detector)
