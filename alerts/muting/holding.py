"""Holding alerts back, in the database: asked before anybody is told, written down, and looked at again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from alerts.muting.hold import Ground, Held, hold
from alerts.muting.mute import Mute
from alerts.muting.policy import MutePolicy
from alerts.muting.regional import Regional
from alerts.muting.subject import Subject, subject_of
from ingest.grid import Grid
from sql.queries import Connection, Queries, Record

MUTE = Queries("mute")
Bodies = Sequence[dict[str, Any]]


async def hold_all(on: Connection, alert_ids: Sequence[str], policy: MutePolicy, now: datetime) -> dict[str, Held]:
    """Which of these alerts are held back now; within the caller's transaction, before people are told of them.

    What is held is written down, and told when nothing holds it any more: only `alerts.muting.release` ends a hold of
    an alert that stands, so that its opening is told before what came later. Until then no clock runs. That an alert is
    over is held back when its opening was. Locks the alerts' handling: a transaction that also writes to the log has to
    line up for that before (`alerts.handling.air.line_up`).
    """
    row = await MUTE.ground.fetchrow(on, now=now)
    assert row is not None
    if not (row["mutes"] or row["regionals"] or row["holds"]):
        return {}
    bodies = [locked["body"] for locked in await MUTE.lock.fetch(on, alert_ids=sorted(set(alert_ids)))]
    held = await hold_open(on, bodies, policy, now)
    rest = [body["id"] for body in bodies if body["id"] not in held]
    standing = {row["alert_id"]: held_by(row) for row in await MUTE.standing.fetch(on, alert_ids=rest)}
    closed = [body["id"] for body in bodies if body["status"] == "closed"]
    await MUTE.release.execute(on, alert_ids=closed, now=now)
    return {**held, **standing}


async def hold_open(on: Connection, bodies: Bodies, policy: MutePolicy, now: datetime) -> dict[str, Held]:
    """Those of these alerts that stand and are to be held now, written down; the caller has locked their handling."""
    ground, subjects = await ground_of(on, [body for body in bodies if body["status"] != "closed"], now)
    decided = [(subject.alert_id, hold(ground, subject, policy, now)) for subject in subjects]
    held = {alert_id: one for alert_id, one in decided if one is not None}
    if held:
        await put_holds(on, list(held.items()), now)
    return held


async def ground_of(on: Connection, bodies: Bodies, now: datetime) -> tuple[Ground, list[Subject]]:
    """What may hold alerts back now, and the alerts as mutes see them."""
    row = await MUTE.ground.fetchrow(on, now=now)
    assert row is not None
    grid = _grid(**row["grid"]) if row["grid"] else None
    subjects = [subject_of(body, grid) for body in bodies]
    mutes = [_mute(line) for line in row["mutes"]]
    regionals = [Regional(**{**one, "opened_at": _at(one["opened_at"])}) for one in row["regionals"]]
    ground = Ground(mutes, regionals, {})
    if not any(mute.scope == "enterprise" for mute in mutes):
        return ground, subjects
    owners = await MUTE.owners.fetch(on, devices=sorted({one.device for one in subjects if one.device}))
    return replace(ground, owners={row["device_id"]: row["enterprise_id"] for row in owners}), subjects


async def put_holds(on: Connection, held: Sequence[tuple[str, Held]], now: datetime) -> None:
    """Write down that these alerts are held, and by what; count them. The caller has locked their handling."""
    await MUTE.put_holds.execute(
        on,
        alert_ids=[alert_id for alert_id, _ in held],
        untils=[one.until for _, one in held],
        mute_ids=[one.mutes[0] if one.mutes else None for _, one in held],
        regional_ids=[one.regional for _, one in held],
        now=now,
    )
    # Of several mutes the first is written above.
    others = [(mute_id, alert_id) for alert_id, one in held for mute_id in one.mutes[1:]]
    if others:
        mute_ids, alert_ids = map(list, zip(*others, strict=True))
        await MUTE.put_mute_hits.execute(on, mute_ids=mute_ids, alert_ids=alert_ids, now=now)


async def held_counts(on: Connection) -> dict[str, int]:
    """How many alerts are held at present, by reason (`mute`, `regional`)."""
    row = await MUTE.held_counts.fetchrow(on)
    assert row is not None
    return dict(row)


def held_by(row: Record) -> Held:
    """What a row of the holds says."""
    if row["regional_id"] is not None:
        return Held("regional", None, regional=row["regional_id"])
    return Held("mute", row["until"], (row["mute_id"],))


def _mute(line: dict[str, Any]) -> Mute:
    return Mute(
        mute_id=line["mute_id"],
        scope=line["scope"],
        place=line["place"],
        area=None if line["area"] is None else area_of(line["area"]),
        kinds=frozenset(line["kinds"]),
        pollutants=frozenset(line["pollutants"]),
        start=_at(line["start"]),
        end=_at(line["end"]),
        planned_works=line["planned_works"],
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@lru_cache(maxsize=256)
def area_of(geojson: str) -> BaseGeometry:
    """The polygon of a GeoJSON text, made ready for many questions."""
    area = shapely.from_geojson(geojson)
    shapely.prepare(area)
    return area


# Setting up a projection takes longer than all the rest.
@lru_cache(maxsize=8)
def _grid(cell_m: float, epsg: int, lon0: float, lat0: float, nx: int, ny: int) -> Grid:
    return Grid(cell_m, epsg, lon0, lat0, nx, ny)
