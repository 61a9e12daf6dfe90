"""What people are told that is no transition of an alert: the next shift, a missed check-in, a handover to accept."""

from collections.abc import Collection, Mapping
from datetime import datetime

import asyncpg


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

    Within the caller's transaction. `subject` is one word for programs (`next-shift`), `words` the text in `zh` and
    `en`. `key` makes a repeat harmless: what was told under it is not told again. Who is not registered is left out.
    """
    raise NotImplementedError
