"""Which enterprise a request is about: one's own, or the one that is named and within reach."""

from typing import Annotated

from fastapi import Depends, Query

from service.actor import Acting, Identified
from service.database import ACCOUNT, Connection
from service.parameters import Strict
from service.problems import BadInputError, NotFoundError

Named = Annotated[
    str | None,
    Query(
        alias="enterprise",
        pattern=r"^[!-~]{1,64}$",
        description="哪家企业，只有一家时不必写 · whose window: needed by all but accounts of one enterprise",
        examples=["E0007"],
    ),
]


class InWindow(Strict):
    """The query of a route of the window; those that have more parameters extend it."""

    enterprise: Named = None


async def _mine(connection: Connection, identity: Identified, _: Acting, named: Named = None) -> str:
    wanted = named or (identity.enterprises[0] if len(identity.enterprises) == 1 else None)
    if wanted is None:
        message = "请写明企业 · name the enterprise, for example enterprise=E0007"
        raise BadInputError(f"enterprise: {message}", {"enterprise": message})
    found = await ACCOUNT.reached_enterprise.fetchval(connection, enterprise_id=wanted)
    if found is None:
        raise NotFoundError(f"没有这家企业，或无权查看 · there is no enterprise {wanted}, or it is not yours to see")
    return str(found)


Mine = Annotated[str, Depends(_mine, scope="function")]
"""An enterprise_id within reach; raises NotFoundError (404) and BadInputError (422)."""
