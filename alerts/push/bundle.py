"""What is due for one contact, made into messages: the first alert alone, the rest of the burst as one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.handling.rules import LIVE, TAKEN
from alerts.handling.stage import ENDED, STAGES
from alerts.push.policy import PushPolicy

_OPEN = frozenset({"open"})
_SENT = frozenset({"dispatched"})
NEEDED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("opened", "reopen", "split", "release", "lapse", "recheck", "rung"), _OPEN),
    **dict.fromkeys(("dispatch", "unanswered", "unstaffed"), _SENT),
    **dict.fromkeys(("raised", "breach", "propose"), LIVE),
    "decline": frozenset({"open", "acknowledged"}),
    "report": frozenset({"reported"}),
    "rectify": frozenset({"rectifying", "rectified"}),
    "verify": frozenset({"rectifying", "verified"}),
    "acknowledge": TAKEN,
    "closed": frozenset(STAGES) - _OPEN,
    "close": ENDED,
    "false-alarm": ENDED,
    "merge": ENDED,
}
"""In which stages of the handling each action must still be told; one that is not here always."""
RELIEF = frozenset({"acknowledge", "closed", "close", "false-alarm", "merge"})
"""What matters only to who was told before that there is something to do."""


class Row(NamedTuple):
    """A push that is due for a contact; `seq` orders the events of an alert.

    What is about no alert (a next shift, a missed check-in) has a key of its own as `alert_id`.
    """

    push_id: int
    alert_id: str
    action: str
    seq: int
    severity: int
    due_at: datetime


class State(NamedTuple):
    """How it is with an alert when the message goes; `mine`: it is with the reader or the reader's team."""

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

    Of each alert only the newest row that still matters is told, and a dispatch. The most severe row goes alone when
    nothing was sent to the contact for `bundle_seconds`, the rest is one message. If any row has waited longer than
    `catch_up_minutes` (the channel was down), all is one message.
    """
    dropped = [Dropped(row, reason) for row in rows if (reason := _reason(row, states.get(row.alert_id), heard))]
    gone = {one.row.push_id for one in dropped}
    # Whatever else has happened since, who is sent somewhere must hear of that.
    newest = {
        (row.alert_id, row.action == "dispatch"): row for row in sorted(rows, key=_age) if row.push_id not in gone
    }
    kept = sorted(newest.values(), key=lambda row: (-row.severity, row.due_at, row.push_id))
    told = {row.push_id for row in kept} | gone
    dropped += [Dropped(row, "superseded") for row in rows if row.push_id not in told]
    late = any(now - row.due_at > timedelta(minutes=policy.catch_up_minutes) for row in rows)
    quiet = last_sent is None or now - last_sent >= timedelta(seconds=policy.bundle_seconds)
    return Bundled(_parcels(kept, alone=quiet and not late), tuple(dropped))


def _age(row: Row) -> tuple[int, datetime, int]:
    return row.seq, row.due_at, row.push_id


def _parcels(kept: Sequence[Row], alone: bool) -> tuple[Parcel, ...]:
    cut = 1 if alone else 0
    return tuple(Parcel(tuple(part)) for part in (kept[:cut], kept[cut:]) if part)


def _reason(row: Row, state: State | None, heard: Collection[str]) -> str | None:
    if row.action in RELIEF and row.alert_id not in heard:
        return "never_told"
    return obsolete(row.action, state)


def obsolete(action: str, state: State | None) -> str | None:
    """Why an event of an alert need not be told any more, as things are with the alert now; None if it must be."""
    if state is None:
        return None
    if state.stage not in NEEDED.get(action, STAGES):
        return state.stage if state.stage in ENDED else "superseded" if action in RELIEF else "taken"
    if action == "dispatch" and not state.mine:
        return "reassigned"
    return "superseded" if action == "reassigned" and state.mine else None
