"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.enterprise import (
    alerts,
    availability,
    deadlines,
    exceedances,
    export,
    files,
    hooks,
    ledger,
    limits,
    marks,
    monitors,
    onboarding,
    operator,
    overview,
    series,
    signs,
    thread,
    upkeep,
    warnings,
)

ROUTERS: tuple[APIRouter, ...] = (
    files.router,
    alerts.router,
    thread.router,
    export.router,
    hooks.router,
    overview.router,
    monitors.router,
    series.router,
    limits.router,
    availability.router,
    exceedances.router,
    signs.router,
    warnings.router,
    upkeep.router,
    onboarding.router,
    ledger.router,
    operator.router,
    marks.router,
    deadlines.router,
)
