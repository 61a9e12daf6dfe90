"""What people are told that is no transition of an alert: the next shift, a missed check-in, a handover to accept."""

from collections.abc import Collection, Mapping
from datetime import datetime

import asyncpg

from alerts.outbox import PUSH
from alerts.push.audience import Told

WORDS = "words"


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
