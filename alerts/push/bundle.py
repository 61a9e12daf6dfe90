"""What is due for one contact, made into messages: the first alert alone, the rest of the burst as one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from alerts.push.policy import PushPolicy


class Row(NamedTuple):
    """A push that is due for a contact; `seq` orders the events of an alert."""

    push_id: int
    alert_id: str
    action: str
    seq: int
    severity: int
    due_at: datetime


class State(NamedTuple):
    """How it is with an alert when the message goes: its `status` in the air, the handling's `stage`.

    `mine`: it is (still) dispatched to the reader or the reader's team.
    """

    status: str
    stage: str
    mine: bool = False


class Parcel(NamedTuple):
    """One message of one or more rows, the most severe first, then the oldest."""

    rows: tuple[Row, ...]

    @property
    def severity(self) -> int:
        """That of the most severe row."""
        return self.rows[0].severity


class Dropped(NamedTuple):
    """A row that is not sent any more, and why: `taken`, `closed`, `merged`, `false_alarm`, `reassigned`, `superseded`,
    `never_told` (an end of what the reader never heard of)."""

    row: Row
    reason: str


class Bundled(NamedTuple):
    """Every row is in exactly one parcel or dropped."""

    parcels: tuple[Parcel, ...]
    dropped: tuple[Dropped, ...]


def bundle(
    rows: Sequence[Row],
    states: Mapping[str, State],
    heard: Collection[str],
    last_sent: datetime | None,
    policy: PushPolicy,
    now: datetime,
) -> Bundled:
    """The messages of one contact at `now`, in the order to be sent.

    `states` by alert; `heard`: the alerts of which this reader was sent something before; `last_sent`: when this
    contact was last sent something.

    The most severe row goes alone when nothing was sent to the contact for `bundle_seconds`, the rest is one message.
    If any row has waited longer than `catch_up_minutes` (the channel was down), all is one message.
    """
    raise NotImplementedError


def obsolete(row: Row, state: State | None) -> str | None:
    """Why a row need not be sent any more, None if it must be."""
    raise NotImplementedError
