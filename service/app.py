"""The app: what it serves, what it keeps, how it answers."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import asyncpg
from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from service import problems
from service.access import access_to
from service.account.oidc import provider_of
from service.account.password import Passwords
from service.account.watch import Watch
from service.admission import admitted
from service.audit.folding import Folding
from service.audit.trail import Audited, recording
from service.database import AWAY, Database
from service.described import Described
from service.headers import Guarded
from service.limit import Limited, Limits
from service.live import Live
from service.metrics import Metered
from service.origin import SameOrigin
from service.resources import API
from service.resources.air import availability, cell, grid, quality, rejects, stations, track
from service.resources.alert import alerts, feed, findings, recurrence
from service.resources.bureau import enterprises, evidence, letters, names, operators, reviews
from service.resources.bureau import onboarding as outlets
from service.resources.desk import campaigns, drills, handling, holds, mutes, photos, sla
from service.resources.duty import calendar, handover, log, now, plan, report, swap, table
from service.resources.enterprise import alerts as own_alerts
from service.resources.enterprise import availability as own_availability
from service.resources.enterprise import deadlines as own_deadlines
from service.resources.enterprise import exceedances, files, hooks, limits, monitors, overview, series, signs, upkeep
from service.resources.enterprise import export as own_export
from service.resources.enterprise import ledger as own_ledger
from service.resources.enterprise import marks as own_marks
from service.resources.enterprise import onboarding as own_outlets
from service.resources.enterprise import operator as own_operator
from service.resources.enterprise import thread as own_thread
from service.resources.enterprise import warnings as own_warnings
from service.resources.house import accounts, audit, auth, health, keys, page, sso
from service.resources.push import contacts, pushes, receipts
from service.settings import ServiceSettings

logger = logging.getLogger(__name__)
FEED_BEGINS_S = 3.0

# In the order in which paths are tried: the stream before the alert that has an id.
ROUTERS = (
    feed.router,
    alerts.router,
    handling.router,
    photos.router,
    drills.router,
    sla.router,
    mutes.router,
    holds.router,
    recurrence.router,
    campaigns.router,
    contacts.router,
    pushes.router,
    receipts.router,
    calendar.router,
    table.router,
    now.router,
    handover.router,
    log.router,
    plan.router,
    report.router,
    swap.router,
    findings.router,
    grid.router,
    cell.router,
    stations.router,
    track.router,
    availability.router,
    rejects.router,
    quality.router,
    files.router,
    own_alerts.router,
    own_thread.router,
    names.router,
    letters.router,
    own_export.router,
    enterprises.router,
    evidence.router,
    hooks.router,
    audit.router,
    auth.router,
    sso.router,
    keys.router,
    accounts.router,
    overview.router,
    monitors.router,
    series.router,
    limits.router,
    own_availability.router,
    exceedances.router,
    signs.router,
    own_warnings.router,
    upkeep.router,
    own_outlets.router,
    own_ledger.router,
    own_operator.router,
    outlets.router,
    operators.router,
    own_marks.router,
    own_deadlines.router,
    reviews.router,
    health.router,
    page.router,
)


def make_app(settings: ServiceSettings) -> FastAPI:
    """The whole service; it starts without its database too, and serves once that answers."""
    app = Described(
        title="hotgrid",
        summary="热点网格 · hot-grid alerts, readings and duty",
        version="1",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        redirect_slashes=False,
        max_body_size=settings.body_limit,
        responses=problems.RESPONSES,
    )
    app.state.settings = settings
    app.state.limits = Limits(settings)
    app.state.folding = Folding()
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(admitted)])
        for route in router.routes:
            access_to(getattr(route, "operation_id", None) or route.name)  # type: ignore[attr-defined]
    page.mount(app)
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)
    app.add_middleware(SameOrigin)
    app.add_middleware(Limited, limits=app.state.limits)
    app.add_middleware(Audited, folding=app.state.folding)
    app.add_middleware(Guarded)
    app.add_middleware(Metered)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The pool, the live feed and the newest minute live as long as the app."""
    settings: ServiceSettings = app.state.settings
    app.state.database = Database(settings.database_url, settings.pool_size)
    app.state.live = Live(settings, app.state.database)
    app.state.minutes = grid.Minutes()
    app.state.passwords = Passwords()
    app.state.provider = provider_of(settings)
    app.state.darkroom = photos.darkroom()
    app.state.window_intake = files.intake()
    app.state.copyist = table.copyist()
    app.state.exporting = own_export.exporting()
    app.state.packing = evidence.packing()
    app.state.watch = Watch(app.state.database, app.state.live.wake)
    listening = asyncio.create_task(app.state.live.run(), name="live feed")
    watching = asyncio.create_task(app.state.watch.run(), name="watch")
    try:
        await app.state.database.pool()
        async with asyncio.timeout(FEED_BEGINS_S):
            await app.state.live.begun.wait()
    except (*AWAY, asyncpg.PostgresError) as error:
        logger.warning("the database cannot be used (%r): answering 503 until it can", error)
    try:
        async with recording(app, settings.database_url):
            yield
    finally:
        for task in (listening, watching):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        app.state.passwords.close()
        app.state.database.close()
