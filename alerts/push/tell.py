"""What people and enterprises are told that is no transition of an alert: a next shift, a warning, a letter."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import asyncpg

from alerts.outbox import PUSH, wake
from alerts.push.audience import Told
from alerts.push.contact import CONTACT
from alerts.push.pursue import key_of

WORDS = "words"
EnterpriseEvent = Literal["alert", "warning", "mark", "letter", "deadline"]
"""What an enterprise's addresses are told: an alert of its own or released to it, an early warning, the review of a
mark, a message of the desk (also answers to appeals and rectification), a deadline that is near or over."""
EVENTS: tuple[EnterpriseEvent, ...] = get_args(EnterpriseEvent)


async def tell_people(  # noqa: PLR0913 - what is said, to whom and when
    on: asyncpg.Connection,
    person_ids: Collection[str],
    subject: str,
    words: Mapping[str, str],
    severity: int,
    now: datetime,
    key: str,
) -> None:
    """Queue a message to people, each by the first of their contacts that takes this severity (1 to 4).

    Within the caller's transaction; it goes within a second of its commit. `subject` is one word for programs
    (`next-shift`), `words` the text in `zh` and `en`. `key` makes a repeat harmless: what was told under it is not told
    again. Who is not registered is left out; who does not confirm is told by the next channel, as with an alert.
    """
    told = [Told(person_id, WORDS, key, 0, subject) for person_id in sorted(set(person_ids))]
    telling = {
        "telling": key,
        "action": WORDS,
        "severity": severity,
        "words": {"subject": subject, **words},
        "told": [one._asdict() for one in told],
    }
    await PUSH.put_tellings.execute(on, rows=[telling] if told else [], now=now)


async def tell_enterprise(  # noqa: PLR0913 - what is said, to whom and when
    on: asyncpg.Connection,
    enterprise_ids: Collection[str],
    subject: EnterpriseEvent | Literal["test"],
    words: Mapping[str, str],
    severity: int,
    now: datetime,
    key: str,
    data: Mapping[str, Any] | None = None,
    only: int | None = None,
) -> int:
    """Queue a message to every address in use of these enterprises that wants this event; to how many.

    Within the caller's transaction, with the rights of the application (`as_application` in an enterprise's request).
    `words` is the text in `zh` and `en`, `data` what programs are told beside it (JSON). Severity 1 to 4. `key` makes a
    repeat harmless: what an enterprise was told under it is not told again. No receipt is waited for. `only` this
    contact, whatever it wants.
    """
    tellings = {f"{key}-{enterprise_id}": enterprise_id for enterprise_id in sorted(set(enterprise_ids))}
    said = {"subject": subject, **words, "data": dict(data or {})}
    rows = [{"telling": one, "action": WORDS, "severity": severity, "words": said, "told": []} for one in tellings]
    new = [row["telling"] for row in await PUSH.put_tellings.fetch(on, rows=rows, now=now)] if rows else []
    await PUSH.next_look.execute(on, rows=[{"telling": one, "next_at": None} for one in new])
    of = {tellings[one]: one for one in new}
    asked = {"enterprise_ids": list(of), "event": subject, "severity": severity, "only": only}
    contacts = await CONTACT.of_enterprises.fetch(on, **asked)
    pushes = [_push(of[row["enterprise_id"]], row, subject, severity) for row in contacts]
    lanes = await PUSH.put.fetch(on, rows=pushes, now=now)
    await wake(on, [(row["lane"], row["severity"]) for row in lanes])
    return len(lanes)


def _push(telling: str, contact: Mapping[str, Any], subject: str, severity: int) -> dict[str, Any]:
    return {
        "key": key_of(telling, contact["contact_id"]),
        "telling": telling,
        "contact_id": contact["contact_id"],
        "channel": contact["channel"],
        "action": WORDS,
        "reason": subject,
        "severity": severity,
        "why": "",
    }
