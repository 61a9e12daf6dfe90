"""What an enterprise has declared of a monitor, as the API describes it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.declaration import KIND_ZH, STATE_ZH, Declaration, Kind, Span, State, Step, Wish, in_force
from alerts.enterprise.policy import EnterprisePolicy
from sql.queries import Record

KINDS = "; ".join(f"`{kind}` {zh}" for kind, zh in KIND_ZH.items())
STATES = "; ".join(f"`{state}` {zh}" for state, zh in STATE_ZH.items())
Side = Literal["enterprise", "desk"]

EXAMPLE: dict[str, Any] = {
    "mark_id": 12,
    "mn": "010000A8900016F000169DC0",
    "kind": "fault",
    "start": "2026-11-20T02:10:00+00:00",
    "end": None,
    "reason": "采样泵故障",
    "proofs": ["0b8e4f5a9c3d4e2f8a6b7c1d2e3f4a5b"],
    "state": "declared",
    "waits": False,
    "in_force": {"start": "2026-11-20T02:10:00+00:00", "end": "2026-11-27T02:10:00+00:00"},
    "version": 1,
    "made_at": "2026-11-20T04:00:00+00:00",
    "side": "enterprise",
    "reviewed_at": None,
    "review_reason": "",
}
CHANGE: dict[str, Any] = {
    "version": 1,
    "at": "2026-11-20T04:00:00+00:00",
    "side": "enterprise",
    "action": "declare",
    "why": "采样泵故障",
    "state": "declared",
    "start": "2026-11-20T02:10:00+00:00",
    "end": None,
}


class Time(BaseModel):
    """A span, `end` excluded; null: it goes on."""

    start: datetime
    end: datetime | None


class Mark(BaseModel):
    """A mark of a monitor as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    mark_id: int
    mn: str
    kind: Annotated[Kind, Field(description=KINDS)]
    start: datetime
    end: Annotated[datetime | None, Field(description="null: it goes on")]
    reason: str
    proofs: Annotated[list[str], Field(description="ids of files of the window")]
    state: Annotated[State, Field(description=STATES)]
    waits: Annotated[bool, Field(description="not in force before it is accepted: some of it was refused before")]
    in_force: Annotated[
        Time | None,
        Field(description="what is no evidence because of it; before it is accepted only so many days of it"),
    ]
    version: Annotated[int, Field(description="goes up with every step")]
    made_at: datetime
    side: Annotated[Side, Field(description="who declared it: the enterprise, or the desk in its name")]
    reviewed_at: datetime | None
    review_reason: str


class MarkChange(BaseModel):
    """A step of a mark, and how it stood then."""

    model_config = ConfigDict(json_schema_extra={"examples": [CHANGE]})

    version: int
    at: datetime
    side: Side
    action: Step
    why: str
    state: State
    start: datetime
    end: datetime | None


class MarkDetail(Mark):
    """A mark with every step, the oldest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"changes": [CHANGE]}]})

    changes: list[MarkChange]


def shown(row: Record, rules: EnterprisePolicy) -> dict[str, Any]:
    """The fields of a mark, from a row of `declaration.own` or `.newest`."""
    span = Span(row["start_at"], row["end_at"])
    wish = Wish(row["kind"], span, row["reason"], tuple(row["proofs"]))
    force = in_force(Declaration(wish, row["made_at"], "", row["state"], row["waits"]), rules)
    same = ("kind", "reason", "proofs", "state", "waits", "version", "made_at", "side", "reviewed_at", "review_reason")
    return {name: row[name] for name in same} | {
        "mark_id": row["declaration_id"],
        "mn": row["device_id"],
        "start": span.start,
        "end": span.end,
        "in_force": force and force._asdict(),
    }


def step(row: Record) -> dict[str, Any]:
    """The fields of a step, from a row of `declaration.own_changes` or `.changes`."""
    body = row["body"]
    then = {"state": body["state"], "start": body["start_at"], "end": body["end_at"]}
    return {name: value for name, value in row.items() if name != "body"} | then
