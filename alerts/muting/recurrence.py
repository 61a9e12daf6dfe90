"""Whether it is the same again: earlier alerts of the same cell or enterprise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sql.queries import Connection, Queries, Record

RECURRENCE = Queries("recurrence")
EMISSIONS = frozenset({"hotspot", "exceedance", "park"})
MOST = 200  # of the newest are listed; all are counted


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Earlier alerts since `since`; the enterprise is who was found, else the first candidate."""

    since: datetime
    cell: str | None  # in which the alert was found first
    enterprise_id: str | None
    found: bool  # by a field team
    total: int
    same_cell: int
    same_enterprise: int
    false_alarms: int
    alerts: Sequence[Record]


def comparable(kind: str) -> frozenset[str]:
    """The kinds that an alert may be a recurrence of: an emission of any emission, the rest of its own kind."""
    return EMISSIONS if kind in EMISSIONS else frozenset({kind})


async def recurrence(on: Connection, alert_id: str, days: int) -> Recurrence | None:
    """What happened in the same cell or by the same enterprise in the days before an alert; None: no such alert.

    Merged alerts do not count beside the one they are part of; drills are of no kind that is compared with.
    """
    about = await RECURRENCE.about.fetchrow(on, alert_id=alert_id)
    if about is None:
        return None
    since = about["opened_at"] - timedelta(days=days)
    rows = await RECURRENCE.earlier.fetch(
        on,
        alert_id=alert_id,
        opened_at=about["opened_at"],
        since=since,
        ix=about["ix"],
        iy=about["iy"],
        enterprise_id=about["enterprise_id"],
        kinds=sorted(comparable(about["kind"])),
        limit=MOST,
    )
    counts = ("total", "same_cells", "same_enterprises", "false_alarms")
    cell = None if about["ix"] is None else f"{about['ix']}-{about['iy']}"
    total, same_cell, same_enterprise, false_alarms = (rows[0][name] if rows else 0 for name in counts)
    return Recurrence(
        since,
        cell,
        about["enterprise_id"],
        about["found"],
        total,
        same_cell,
        same_enterprise,
        false_alarms,
        rows,
    )
