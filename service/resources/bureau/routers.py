"""The resources of this room, in the order in which their paths are tried."""

from fastapi import APIRouter

from service.resources.bureau import enterprises, evidence, letters, names, onboarding, operators, reviews

ROUTERS: tuple[APIRouter, ...] = (
    names.router,
    letters.router,
    enterprises.router,
    evidence.router,
    onboarding.router,
    operators.router,
    reviews.router,
)
