"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.desk import campaigns, drills, handling, holds, mutes, photos, sla

ROUTERS: tuple[APIRouter, ...] = (
    handling.router,
    photos.router,
    drills.router,
    sla.router,
    mutes.router,
    holds.router,
    campaigns.router,
)
