"""An enterprise is told what the desk says to a mark that it has declared."""

from datetime import datetime

import asyncpg

from alerts.enterprise.declaration import KIND_ZH, STATE_ZH, Declaration
from alerts.push.tell import tell_enterprise
from ingest.validity import BEIJING

SEVERITY = {"accepted": 1, "refused": 2}


async def tell_reviewed(
    on: asyncpg.Connection, enterprise_id: str, mn: str, number: int, one: Declaration, now: datetime
) -> None:
    """Within the transaction of the review."""
    kind, since = one.wish.kind, f"{one.wish.span.start.astimezone(BEIJING):%m-%d %H:%M}"
    why = one.review_reason.strip()
    words = {
        "zh": f"{mn} 自 {since} 的标记（{KIND_ZH[kind]}）{STATE_ZH[one.state]}{f'：{why}' if why else ''}",
        "en": f"{mn}: the mark ({kind}) from {since} on was {one.state}{f': {why}' if why else ''}",
    }
    data = {"declaration_id": number, "mn": mn, "kind": kind, "state": one.state, "reason": why}
    key = f"reviewed-{number}-{one.version}"
    await tell_enterprise(on, [enterprise_id], "mark", words, SEVERITY[one.state], now, key, data)
