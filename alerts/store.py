"""An alert as it stands, into the database: its row and cells, its line in the log, and what must be told."""

import json
from datetime import datetime
from typing import Any

import asyncpg

from alerts.alert import Alert
from alerts.handling.air import begin, clear, line_up
from alerts.outbox import tell
from sql.queries import Queries

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
    """One alert as it stands now, its line in the log, and what must be told; within the caller's transaction."""
    await line_up(on)
    body = body_of(alert, late=why in (LATE, MARKS) and action == "opened")
    body = await ALERT.put.fetchval(
        on,
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
    await _put_cells(on, alert)
    await begin(on, alert.id, alert.kind, at)
    if alert.closed_at is not None:
        await clear(on, alert.id, at)
    seq = await ALERT.log.fetchval(on, alert_id=alert.id, at=at, who=who, action=action, why=why, body=body)
    await tell(on, seq, action, alert.kind, alert.severity)


async def withdraw_alert(
    on: asyncpg.Connection, body: dict[str, Any], at: datetime, why: str, who: str = WHO
) -> None:
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
