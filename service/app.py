"""The app: what it serves, what it keeps, how it answers."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import asyncpg
from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from service import problems
from service.access import access_to, operation_of
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
from service.resources.air import grid
from service.resources.air.routers import ROUTERS as AIR
from service.resources.alert.routers import ROUTERS as ALERT
from service.resources.bureau import evidence
from service.resources.bureau.routers import ROUTERS as BUREAU
from service.resources.desk import photos
from service.resources.desk.routers import ROUTERS as DESK
from service.resources.duty import table
from service.resources.duty.routers import ROUTERS as DUTY
from service.resources.enterprise import export, files
from service.resources.enterprise.routers import ROUTERS as ENTERPRISE
from service.resources.house import page
from service.resources.house.routers import ROUTERS as HOUSE
from service.resources.push.routers import ROUTERS as PUSH
from service.settings import ServiceSettings

logger = logging.getLogger(__name__)
FEED_BEGINS_S = 3.0

ROUTERS = (*ALERT, *DESK, *PUSH, *DUTY, *AIR, *ENTERPRISE, *BUREAU, *HOUSE)


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
            access_to(operation_of(route))
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
    app.state.exporting = export.exporting()
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
