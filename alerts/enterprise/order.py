"""An enterprise whose name was released is told what the desk orders of it, and how its rectification was found."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import asyncpg

from alerts.enterprise.naming import RELEASE
from alerts.handling.desk import Outcome
from alerts.push.tell import tell_enterprise

SEVERITY = 2


async def tell_order(on: asyncpg.Connection, outcome: Outcome, zone: tzinfo, now: datetime) -> None:
    """Tell the enterprise that was found of a step that orders something of it, or lets it off.

    Within the transaction of the step. Whose name was not released hears nothing.
    """
    handling = outcome.handling
    words, who = order(outcome.alert_id, handling, zone), handling["enterprise_id"]
    if words is None or who is None:
        return
    if await RELEASE.is_found.fetchval(on, alert_id=outcome.alert_id, enterprise_id=who):
        more = {"alert_id": outcome.alert_id, "stage": handling["stage"], "rectify_by": handling["rectify_by"]}
        await tell_enterprise(on, [who], "letter", words, SEVERITY, now, f"order-{outcome.seq}", more)


def order(alert_id: str, handling: Mapping[str, Any], zone: tzinfo) -> dict[str, str] | None:
    """What is told of a handling after the step, None where the enterprise need not know."""
    if handling["stage"] == "rectifying":
        until = f"{datetime.fromisoformat(handling['rectify_by']).astimezone(zone):%m-%d %H:%M}"
        return {
            "zh": f"告警 {alert_id}：请于 {until} 前完成整改，并在企业窗口提交整改报告",
            "en": f"Alert {alert_id}: put it right by {until}, and report it in the window",
        }
    if handling["stage"] == "verified":
        return {
            "zh": f"告警 {alert_id}：整改已核实通过",
            "en": f"Alert {alert_id}: what was put right has been verified",
        }
    return None
