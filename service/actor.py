"""Who acts: until there are accounts, a person of the roster that the request names, or the machine's own user."""

from typing import Annotated

from fastapi import Depends, Header, Request

from alerts.handling.stage import Actor
from service.database import Connection
from service.problems import UnknownActorError
from sql.queries import Queries

ACTOR = Queries("actor")
LOCAL = "local"
ENTERPRISE = "enterprise:"
Named = Annotated[
    str | None,
    Header(
        alias="X-Hotgrid-Actor",
        pattern=r"^[!-~]{1,80}$",
        description="以谁的名义 · in whose name: a `person_id` of the roster, or `enterprise:ID`; without it the"
        " machine's own user, who may do everything",
    ),
]


async def _actor(request: Request, connection: Connection, named: Named = None) -> Actor:
    place = request.client.host if request.client else ""
    if named is None:
        return Actor(LOCAL, "admin", place=place)
    if named.startswith(ENTERPRISE):
        row = await ACTOR.enterprise.fetchrow(connection, enterprise_id=named.removeprefix(ENTERPRISE))
    else:
        row = await ACTOR.person.fetchrow(connection, person_id=named)
    if row is None:
        raise UnknownActorError(f"X-Hotgrid-Actor: no person or enterprise {named}")
    return Actor(named, row["role"], row["name"], place, row["township"])


Acting = Annotated[Actor, Depends(_actor, scope="function")]
