"""Drills: an alert that nobody measured runs the whole chain; its kind keeps it out of every statistic."""

from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from alerts.alert import Alert
from alerts.handling.stage import Actor
from alerts.store import ALERT, put_alert, withdraw_alert

KIND = "drill"
PEAK, BACKGROUND = 180.0, 35.0  # µg/m³ of PM2.5, as a strong emission has them


class Scene(NamedTuple):
    """What is made believe: where (degrees WGS84), how severe (1 to 4), and what for."""

    lon: float
    lat: float
    severity: int
    note: str


async def begin_drill(on: asyncpg.Connection, scene: Scene, actor: Actor, now: datetime) -> str:
    """Open a drill and ring as an alert would; gives its id. One a second at most: a double tap is one drill."""
    alert = _made_up(scene, actor, now)
    async with on.transaction():
        await put_alert(on, alert, "opened", now, scene.note, actor.who)
    return alert.id


async def end_drill(on: asyncpg.Connection, alert_id: str, actor: Actor, why: str, now: datetime) -> bool:
    """The air of a drill is clean again; what people were sent to goes on to its sign-off. False: none is under way."""
    async with on.transaction():
        body: dict[str, Any] | None = await ALERT.open_drill.fetchval(on, alert_id=alert_id)
        if body is not None:
            await withdraw_alert(on, body, now, why, actor.who)
    return body is not None


def _made_up(scene: Scene, actor: Actor, now: datetime) -> Alert:
    name = f"{KIND}-{now:%Y%m%dT%H%M%SZ}"
    return Alert(
        id=name,
        kind=KIND,
        profile=KIND,
        pollutant="pm25",
        pollutants=("pm25",),
        source=name,
        opened_at=now,
        closed_at=None,
        severity=scene.severity,
        cells=(),
        lon=scene.lon,
        lat=scene.lat,
        peak_at=now,
        peak_value=PEAK,
        background=BACKGROUND,
        excess=PEAK - BACKGROUND,
        score=0.0,
        candidates=(),
        attribution="none",
        detector="",
        evidence={"drill": True, "by": actor.who, "note": scene.note},
    )
