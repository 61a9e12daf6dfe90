"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.alert import alerts, feed, findings, recurrence

ROUTERS: tuple[APIRouter, ...] = (
    feed.router,
    alerts.router,
    recurrence.router,
    findings.router,
)
