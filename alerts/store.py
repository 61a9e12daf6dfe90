"""An alert as it stands, into the database: its row and cells, its line in the log, and what must be told."""

import json
import logging
from datetime import datetime
from typing import Any

import asyncpg

from alerts.alert import Alert
from alerts.handling.air import begin, clear, line_up, resume
from alerts.outbox import tell
from sql.queries import Queries

logger = logging.getLogger(__name__)
ALERT = Queries("alert")
WHO = "detector"
LATE = "late readings"
MARKS = "marks"


def body_of(alert: Alert, late: bool = False) -> dict[str, Any]:
    """The alert as the API and the feed give it: the contract's line and what the desk needs besides."""
    status = "open" if alert.closed_at is None else "closed"
    about = {"source": alert.source, "profile": alert.profile, "evidence": alert.evidence}
    # Through JSON once, so that it equals what the database gives back.
    body: dict[str, Any] = json.loads(json.dumps({**alert.line(), "status": status, "late": late, **about}))
    return body


async def put_alert(
    on: asyncpg.Connection, alert: Alert, action: str, at: datetime, why: str = "", who: str = WHO
) -> None:
    """One alert as it stands now, its line in the log, and what must be told; within the caller's transaction.

    Of many that raise the same source at once the first wins; the others leave nothing.
    """
    await line_up(on)
    body = body_of(alert, late=why in (LATE, MARKS) and action == "opened")
    row = await ALERT.put.fetchrow(
        on,
        action=action,
        alert_id=alert.id,
        kind=alert.kind,
        profile=alert.profile,
        pollutant=alert.pollutant,
        source=alert.source,
        status=body["status"],
        severity=alert.severity,
        opened_at=alert.opened_at,
        closed_at=alert.closed_at,
        late=body["late"],
        lon=alert.lon,
        lat=alert.lat,
        body=body,
    )
    if row is None:
        logger.warning("%s (%s) left out: another alert of %s is open", alert.id, action, alert.source)
        return
    if row["before"] is None:
        action = "opened"
        await begin(on, alert.id, alert.kind, at)
    await _put_cells(on, alert)
    if alert.closed_at is not None:
        await clear(on, alert.id, at)
    elif row["before"] == "closed":
        await resume(on, alert.id, at)
    seq = await ALERT.log.fetchval(on, alert_id=alert.id, at=at, who=who, action=action, why=why, body=row["body"])
    graver = action == "updated" and alert.severity > row["severity"]
    await tell(on, seq, "raised" if graver else action, alert.kind, alert.severity)


async def withdraw_alert(on: asyncpg.Connection, body: dict[str, Any], at: datetime, why: str, who: str = WHO) -> None:
    """Close an alert that no longer stands, log it and tell those who were told of it."""
    await line_up(on)
    closed_at = max(at, datetime.fromisoformat(body["opened_at"]))
    end = closed_at.isoformat()
    cells = [{**cell, "to": cell["to"] or end} for cell in body["cells"]]
    body = {**body, "status": "closed", "closed_at": end, "cells": cells}
    await clear(on, body["id"], closed_at)
    seq = await ALERT.withdraw.fetchval(on, alert_id=body["id"], closed_at=closed_at, body=body, who=who, why=why)
    await tell(on, seq, "closed", body["kind"], body["severity"])


async def _put_cells(on: asyncpg.Connection, alert: Alert) -> None:
    await ALERT.drop_cells.execute(on, alert_id=alert.id)
    await ALERT.put_cells.execute(
        on,
        alert_id=alert.id,
        ix=[stay.ix for stay in alert.cells],
        iy=[stay.iy for stay in alert.cells],
        from_at=[stay.from_ for stay in alert.cells],
        to_at=[stay.to for stay in alert.cells],
    )
