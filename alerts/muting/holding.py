"""Holding alerts back, in the database: asked before anybody is told, written down, and looked at again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

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


class Judged(NamedTuple):
    """What holds an alert back, and the hold that has ended by that."""

    held: Held | None
    ended: Held | None


async def hold_for(
    on: Connection, alert_id: str, body: dict[str, Any], policy: MutePolicy, now: datetime
) -> Held | None:
    """Whether an alert is held back now; within the caller's transaction, before people are told anything of it.

    What is held is written down and told later, when nothing holds it any more (`alerts.muting.release`); until then
    no clock runs. That an alert is over is held back when its opening was. Locks the alert's handling: a transaction
    that also writes to the log has to line up for that before (`alerts.handling.air.line_up`).
    """
    await MUTE.lock.execute(on, alert_ids=[alert_id])
    judged = await judge(on, alert_id, body, policy, now)
    return judged.ended if body["status"] == "closed" else judged.held


async def judge(on: Connection, alert_id: str, body: dict[str, Any], policy: MutePolicy, now: datetime) -> Judged:
    """Decide and write down; the alert's handling is locked by the caller's transaction."""
    held = None
    if body["status"] != "closed":
        ground, subjects = await ground_of(on, [body], now)
        held = hold(ground, subjects[0], policy, now)
    if held is not None:
        await put_holds(on, [(alert_id, held)], now)
        return Judged(held, None)
    outcome = "over" if body["status"] == "closed" else "told"
    row = await MUTE.release.fetchrow(on, alert_id=alert_id, now=now, outcome=outcome)
    return Judged(None, _held(row) if row else None)


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
    """Write down that these alerts are held, and by what; count them."""
    await MUTE.lock.execute(on, alert_ids=[alert_id for alert_id, _ in held])
    await MUTE.put_holds.execute(
        on,
        alert_ids=[alert_id for alert_id, _ in held],
        untils=[one.until for _, one in held],
        mute_ids=[one.mutes[0] if one.mutes else None for _, one in held],
        regional_ids=[one.regional for _, one in held],
        now=now,
    )
    for alert_id, one in held:
        if len(one.mutes) > 1:
            await MUTE.put_mute_hits.execute(on, alert_id=alert_id, mute_ids=list(one.mutes), now=now)


async def held_counts(on: Connection) -> dict[str, int]:
    """How many alerts are held at present, by reason (`mute`, `regional`)."""
    row = await MUTE.held_counts.fetchrow(on)
    assert row is not None
    return dict(row)


async def clock_starts(on: Connection, alert_ids: Sequence[str]) -> dict[str, datetime | None]:
    """Since when the clocks run of those of these alerts that were ever held; None: held now, none runs."""
    return {row["alert_id"]: row["at"] for row in await MUTE.clock_starts.fetch(on, ids=list(alert_ids))}


def _held(row: Record) -> Held:
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
