"""What an enterprise is told of its own monitors by itself: warnings before a limit is broken, exceedances, faults."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from alerts.enterprise.standing import OWN_KINDS
from alerts.push.tell import EnterpriseEvent, tell_enterprise
from alerts.text import text_of
from sql.queries import Queries, Record

OWNER = Queries("owner")
TOLD = frozenset({"opened", "raised", "closed"})
WARNING = "early_warning"


async def tell_owners(on: asyncpg.Connection, events: Sequence[Record], now: datetime) -> None:
    """Tell the owners of what events are about, in the caller's transaction; whatever the desk has muted."""
    seqs = [event["seq"] for event in events if event["kind"] in OWN_KINDS and event["action"] in TOLD]
    for row in await OWNER.of_events.fetch(on, seqs=seqs) if seqs else []:
        alert, subject = row["body"], _subject(row["body"]["kind"])
        said = text_of(row["action"], alert)
        words = {language: f"{row['outlet']} {text}".strip() for language, text in said.items()}
        more = {"alert_id": alert["id"], "mn": row["mn"], "kind": alert["kind"], "status": alert["status"]}
        await tell_enterprise(
            on, [row["enterprise_id"]], subject, words, alert["severity"], now, f"own-{row['seq']}", more
        )


def _subject(kind: str) -> EnterpriseEvent:
    return "warning" if kind == WARNING else "alert"
