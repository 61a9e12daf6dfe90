"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.air import availability, cell, grid, quality, rejects, stations, track

ROUTERS: tuple[APIRouter, ...] = (
    grid.router,
    cell.router,
    stations.router,
    track.router,
    availability.router,
    rejects.router,
    quality.router,
)
