"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.duty import calendar, handover, log, now, plan, report, swap, table

ROUTERS: tuple[APIRouter, ...] = (
    calendar.router,
    table.router,
    now.router,
    handover.router,
    log.router,
    plan.router,
    report.router,
    swap.router,
)
