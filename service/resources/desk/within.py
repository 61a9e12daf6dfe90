"""Whoever is bound to townships handles the alerts of these; what the air is like everybody may see."""

from fastapi import Depends

from alerts.handling.desk import HANDLING
from service.actor import Identified
from service.database import Connection
from service.problems import ForbiddenError
from service.resources.alert.alerts import AlertId


async def _within(connection: Connection, identity: Identified, alert_id: AlertId) -> None:
    """Raise ForbiddenError where the alert is handled by another township; one of no township is for everybody."""
    if identity.townships is None:
        return
    there = await HANDLING.township_of.fetchval(connection, alert_id=alert_id)
    if there and there not in identity.townships:
        raise ForbiddenError(
            f"该告警属于{there}，你负责{'、'.join(identity.townships)}"
            f" · the alert is in {there}, you act in {', '.join(identity.townships)}",
            reason="place",
        )


Within = Depends(_within, scope="function")
