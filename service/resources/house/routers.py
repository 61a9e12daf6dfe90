"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.house import accounts, audit, auth, health, keys, page, sso

ROUTERS: tuple[APIRouter, ...] = (
    audit.router,
    auth.router,
    sso.router,
    keys.router,
    accounts.router,
    health.router,
    page.router,
)
