"""What the detector said of the devices of a case, minute by minute, as CSV."""

from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import numpy as np

from alerts.evidence.archive import Archive
from sql.queries import Queries, Record

EVIDENCE = Queries("evidence")
NAME = "detector/verdicts.csv"
HEAD = "minute,pollutant,device_id,value,background,score,state\n"


async def verdicts(
    on: asyncpg.Connection, archive: Archive, alert: Mapping[str, Any], about: Mapping[str, Any]
) -> None:
    """One member; within a transaction. `state` is the detector's own, see alerts.detector."""
    pollutants = alert.get("pollutants") or [alert.get("pollutant")]
    query, meant = EVIDENCE.verdicts, frozenset(about["ids"])
    asked = query.arguments({"from_at": about["from_at"], "to_at": about["to_at"], "pollutants": list(pollutants)})
    with archive.part(NAME, "verdicts") as part:
        part.write(HEAD.encode())
        async for row in on.cursor(query.text, *asked, prefetch=20):
            part.write("".join(_lines(row, meant)).encode())


def _lines(row: Record, meant: frozenset[str]) -> Iterator[str]:
    columns = [np.frombuffer(row[name], "<f4") for name in ("value", "background", "score")]
    for i, device_id in enumerate(row["devices"]):
        if device_id in meant:
            told = ",".join("" if np.isnan(column[i]) else f"{column[i]:.6g}" for column in columns)
            yield f"{row['minute'].isoformat()},{row['pollutant']},{device_id},{told},{row['state'][i]}\n"
