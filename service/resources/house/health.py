"""Is the process alive, can it serve, and its metrics."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import asyncpg
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily
from pydantic import BaseModel, Field

from service.database import ACQUIRE_TIMEOUT_S, Database, told
from service.live import Live
from service.metrics import exposition
from service.problems import NotReadyError, Problem, ServiceError
from service.settings import ServiceSettings
from sql.migrate import MigrationError, at_head
from sql.queries import Queries

HEALTH = Queries("health")
router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Data(BaseModel):
    """How fresh the data are: `none` ever came, `silent` for long, or `live`."""

    state: Literal["none", "silent", "live"]
    newest_minute: Annotated[datetime | None, Field(description="start of the newest judged minute")]
    newest_minute_age_s: float | None
    newest_arrival: datetime | None
    newest_arrival_age_s: float | None


class Ready(BaseModel):
    """The database answers and has the newest schema; silent data alone do not make the service unready."""

    status: Literal["ready"] = "ready"
    data: Data
    feed_listening: bool


@router.get("/healthz", operation_id="getHealth", summary="进程存活 · the process is alive")
async def healthz() -> Alive:
    """Touches nothing but the process."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="可以服务 · able to serve",
    responses={503: {"description": "Why not", "model": Problem, "content": {"application/problem+json": {}}}},
)
async def readyz(request: Request) -> Ready:
    """503 with `reasons` where the database is away or not at the newest schema."""
    settings: ServiceSettings = request.app.state.settings
    live: Live = request.app.state.live
    try:
        with told():
            pool = await request.app.state.database.pool()
            async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                behind = not await at_head(connection)
                data = None if behind else await _data(connection, settings.silent_after_s)
    except (ServiceError, MigrationError) as error:
        raise NotReadyError(str(error), reasons=[str(error)]) from error
    if data is None:
        raise NotReadyError("the database lacks migrations", reasons=["run `hotgrid migrate`"])
    return Ready(data=data, feed_listening=live.listening)


async def _data(connection: asyncpg.Connection, silent_after_s: float) -> Data:
    row = await HEALTH.freshness.fetchrow(connection)
    assert row is not None
    now = datetime.now(UTC)
    arrival_age = _age(now, row["arrived"])
    silent = arrival_age is not None and arrival_age > silent_after_s
    return Data(
        state="none" if arrival_age is None else "silent" if silent else "live",
        newest_minute=row["watermark"],
        newest_minute_age_s=_age(now, row["watermark"]),
        newest_arrival=row["arrived"],
        newest_arrival_age_s=arrival_age,
    )


def _age(now: datetime, at: datetime | None) -> float | None:
    return None if at is None else round((now - at).total_seconds(), 3)


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Prometheus 指标 · metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """The text format of Prometheus; gauges that need the database are absent while it is away."""
    live: Live = request.app.state.live
    told_now = [
        GaugeMetricFamily("hotgrid_feed_clients", "Clients of the live feed of this process", value=live.readers),
        GaugeMetricFamily("hotgrid_feed_listening", "1 while the feed listens to the database", value=live.listening),
    ]
    try:
        told_now += await _read(request.app.state.database)
        up = 1
    except ServiceError:
        up = 0
    told_now.append(GaugeMetricFamily("hotgrid_database_up", "1 while the database answers", value=up))
    return Response(exposition(told_now), media_type=CONTENT_TYPE_LATEST)


async def _read(database: Database) -> list[GaugeMetricFamily]:
    with told():
        pool = await database.pool()
        freshness = await HEALTH.freshness.fetchrow(pool)
        alerts = await HEALTH.open_alerts.fetch(pool)
    assert freshness is not None
    open_now = GaugeMetricFamily("hotgrid_open_alerts", "Alerts that are open", labels=("kind", "severity"))
    for row in alerts:
        open_now.add_metric((row["kind"], str(row["severity"])), row["alerts"])
    return [open_now, *_ages(dict(freshness))]


def _ages(freshness: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    now = datetime.now(UTC)
    for name, what in (("watermark", "the newest judged minute"), ("arrived", "the newest arrival")):
        if (age := _age(now, freshness[name])) is not None:
            yield GaugeMetricFamily(f"hotgrid_{name}_age_seconds", f"Age of {what}", value=age)
