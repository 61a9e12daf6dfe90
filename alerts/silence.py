"""When nothing arrives at all: no minute closes, so no rule can say it; the loop itself does, by the clock on the wall.

Minutes stay unjudged meanwhile: what arrives after an outage is judged in its order, as always. The notice is of a
kind of its own, as it is pushed: while it stands nobody watches. What the rules say of the gap (`offline`) comes when
readings do.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from alerts.alert import Alert
from alerts.frames import MINUTE
from alerts.rules.offline import DISTRICT, LEAST, Offline
from alerts.rules.standing import PROFILE
from alerts.store import ALERT, body_of, put_alert, withdraw_alert
from alerts.watch import Watch

KIND = "silence"
SEVERITY = 3  # as an outage of half of the devices
SETTLE = timedelta(minutes=5)  # how long a detector that has just started waits: ingest may have a backlog to bring
RETURNED = "readings arrive again"
LEAST_PATIENCE = timedelta(minutes=LEAST) / 2  # no network's is shorter (`Offline.patience`)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Silence:
    """What a detector has heard since it started; `notice` is the body of the notice that stands."""

    started: datetime | None = None
    heard: datetime | None = None
    notice: dict[str, Any] | None = None


async def listen(on: asyncpg.Connection, silence: Silence, watch: Watch, now: datetime, arrived: bool) -> None:
    """Open the notice when nothing has arrived for too long, close it when something does; both survive a restart."""
    if silence.started is None:
        silence.notice = await ALERT.open_of_kind.fetchval(on, kind=KIND)
        silence.started = now
    if arrived:
        silence.heard = now
        if silence.notice is not None:
            async with on.transaction():
                await withdraw_alert(on, silence.notice, now, RETURNED)
            silence.notice = None
    elif silence.notice is None and (alert := await _noticed(on, silence, watch, now)):
        async with on.transaction():
            await put_alert(on, alert, "opened", alert.opened_at)
        silence.notice = body_of(alert)


async def _noticed(on: asyncpg.Connection, silence: Silence, watch: Watch, now: datetime) -> Alert | None:
    """The notice if it is time for it; the database is only asked when this process has heard nothing for so long."""
    if now < (silence.started or now) + SETTLE or now < (silence.heard or BEGINNING) + LEAST_PATIENCE:
        return None
    patience = next(rule for rule in watch.rules if isinstance(rule, Offline)).patience()
    if patience is None or now < (silence.heard or BEGINNING) + patience:
        return None
    newest = await MINUTE.newest_arrival.fetchval(on)
    silence.heard = max(newest or BEGINNING, silence.heard or BEGINNING)
    return notice(watch, silence.heard, patience, now) if now >= silence.heard + patience else None


def notice(watch: Watch, since: datetime, patience: timedelta, now: datetime) -> Alert:
    """That nothing has arrived from anybody `since`; the district's, and nobody's in particular."""
    at = now.replace(second=0, microsecond=0)
    lon, lat = watch.layout.grid.lonlat(*watch.layout.grid.centre())
    return Alert(
        id=f"{KIND}-all-{at:%Y%m%dT%H%MZ}-{DISTRICT}",
        kind=KIND,
        profile=PROFILE,
        pollutant="",
        pollutants=(),
        source=DISTRICT,
        opened_at=at,
        closed_at=None,
        severity=SEVERITY,
        cells=(),
        lon=round(float(lon), 6),
        lat=round(float(lat), 6),
        peak_at=at,
        peak_value=0.0,
        background=0.0,
        excess=0.0,
        score=round((now - since) / patience, 3),
        candidates=(),
        attribution="none",
        detector=watch.version,
        evidence={
            "sign": "nothing_arrives",
            "since": since.isoformat(),
            "patience_min": round(patience / timedelta(minutes=1), 1),
            "newest_judged": watch.last and watch.last.isoformat(),
        },
    )
