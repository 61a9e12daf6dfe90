"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.push import contacts, pushes, receipts

ROUTERS: tuple[APIRouter, ...] = (
    contacts.router,
    pushes.router,
    receipts.router,
)
