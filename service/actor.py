"""Who acts: whom `service.admission` has let in, in the words of the desk."""

from typing import Annotated

from fastapi import Depends, Request

from alerts.handling.stage import Actor
from service.account.identity import Identity


def _identity(request: Request) -> Identity:
    identity: Identity = request.state.identity
    return identity


Identified = Annotated[Identity, Depends(_identity)]
"""The account with what it reaches."""


def _actor(request: Request, identity: Identified) -> Actor:
    return identity.actor(request.client.host if request.client else "")


Acting = Annotated[Actor, Depends(_actor)]
