"""Whoever is bound to townships handles the alerts of these; what the air is like everybody may see."""

from fastapi import Depends

import sql.queries
from alerts.handling.desk import HANDLING
from service.account.identity import Identity
from service.actor import Identified
from service.database import Connection
from service.problems import ForbiddenError
from service.resources.alert.alerts import AlertId


async def must_be_within(on: sql.queries.Connection, identity: Identity, alert_id: str) -> None:
    """Raise ForbiddenError where the alert is handled by another township; one of no township is for everybody."""
    if identity.townships is None:
        return
    there = await HANDLING.township_of.fetchval(on, alert_id=alert_id)
    if there and there not in identity.townships:
        raise ForbiddenError(
            f"该告警属于{there}，你负责{'、'.join(identity.townships)}"
            f" · the alert is in {there}, you act in {', '.join(identity.townships)}",
            reason="place",
        )


async def _within(connection: Connection, identity: Identified, alert_id: AlertId) -> None:
    await must_be_within(connection, identity, alert_id)


Within = Depends(_within, scope="function")


def must_act_everywhere(identity: Identity) -> None:
    """Raise ForbiddenError for whoever is bound to townships: what is asked for reaches beyond them."""
    if identity.townships is not None:
        raise ForbiddenError(
            f"涉及全区，你负责{'、'.join(identity.townships)}"
            f" · it reaches everywhere, you act in {', '.join(identity.townships)}",
            reason="place",
        )


async def _everywhere(identity: Identified) -> None:
    must_act_everywhere(identity)


Everywhere = Depends(_everywhere)
