"""What people do with an alert: one POST a step, all through the one state machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.order import tell_order
from alerts.handling.desk import KeyReused, Outcome, Stale, Unknown, act
from alerts.handling.illegal import Illegal
from alerts.handling.stage import Action, Actor
from alerts.handling.words import ACTION_ZH
from alerts.muting.ledger import mute_for_alert
from alerts.muting.wish import MuteError, Silencing
from alerts.policy import Policy
from service.actor import Acting, Identified
from service.database import Connection
from service.parameters import Strict
from service.problems import ConflictError, ForbiddenError, KeyReusedError, NotFoundError, StaleError, bad_input
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.resources.desk import acts
from service.resources.desk.acts import Said
from service.resources.desk.handled import EXAMPLE, Handling
from service.resources.desk.within import Within, must_be_within
from service.rules import OwnRules, Rules

_SAID = {"end": "until", "reason": "why"}
"""Fields of a mute by what they are called here."""
router = APIRouter(prefix=API, tags=["handling"], dependencies=[Within])

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[ -~]{1,200}$",
        description="同一键重复提交只生效一次 · the same request with the same key is done once, and gets"
        " the same answer again, for seven days",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=r'^(\*|"\d{1,9}")$',
        description="`ETag` of the alert as it was seen: taken only if nobody has taken a step meanwhile (412); `*` or"
        " none: whatever the version",
    ),
]


class Taken(BaseModel):
    """A step that was taken; `seq` is its number on the live feed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"alert_id": "hotspot-pm25-20261121T0012Z-10-7", "seq": 4711, "handling": EXAMPLE, "repeated": False}
            ]
        }
    )

    alert_id: str
    seq: int
    handling: Handling
    repeated: Annotated[bool, Field(description="the same key had done it before; nothing was done now")]


@dataclass(frozen=True, slots=True)
class Step:
    """Who steps where, and on what condition."""

    connection: Connection
    alert_id: str
    actor: Actor
    key: str | None
    expected: int | None

    async def take(self, said: Said, now: datetime) -> Outcome:
        """Take it; raises what the client is told."""
        with refused():
            return await act(self.connection, self.alert_id, said.act(self.actor), now, self.key, self.expected)


async def _step(
    connection: Connection,
    alert_id: AlertId,
    actor: Acting,
    _: Annotated[Strict, Query()],
    key: Key = None,
    if_match: IfMatch = None,
) -> Step:
    expected = None if if_match in (None, "*") else int(str(if_match).strip('"'))
    return Step(connection, alert_id, actor, key, expected)


Stepping = Annotated[Step, Depends(_step, scope="function")]


@contextmanager
def refused() -> Iterator[None]:
    """Turn a step that cannot be taken into what the client is told."""
    try:
        yield
    except Unknown as error:
        raise (bad_input({error.field: str(error)}) if error.field else NotFoundError(str(error))) from error
    except Stale as error:
        raise StaleError(str(error), version=error.version) from error
    except KeyReused as error:
        raise KeyReusedError(str(error)) from error
    except Illegal as error:
        raise _illegal(error) from error


def _illegal(error: Illegal) -> Exception:
    fields = {error.field: str(error)} if error.field else None
    if error.reason in ("missing", "time") and fields:
        told = bad_input(fields)
        told.more["reason"] = error.reason
        return told
    kind = ForbiddenError if error.reason == "role" else ConflictError
    return kind(str(error), fields, reason=error.reason)


def answered(outcome: Outcome) -> Response:
    """The outcome as it is stored, so that a repeat gets the very same."""
    body = {name: getattr(outcome, name) for name in Taken.model_fields}
    headers = {"ETag": f'"{outcome.handling["version"]}"'}
    return Response(msgspec.json.encode(body), headers=headers, media_type="application/json")


def _route(action: Action, summary: str) -> Callable[[Any], Any]:
    words = action.split("-")
    return router.post(
        f"/alerts/{{alert_id}}/{action}",
        response_model=Taken,
        operation_id=words[0] + "".join(word.title() for word in words[1:]) + "Alert",
        summary=f"{ACTION_ZH[action]} · {summary}",
    )


async def _taken(step: Step, said: Said) -> Response:
    return answered(await step.take(said, datetime.now(UTC)))


async def _ordered(step: Step, said: Said, rules: Policy) -> Response:
    """Take a step that the enterprise which was found hears of."""
    now = datetime.now(UTC)
    async with step.connection.transaction():
        outcome = await step.take(said, now)
        if not outcome.repeated:
            await tell_order(step.connection, outcome, rules.tz, now)
    return answered(outcome)


@_route("acknowledge", "take an open alert on")
async def acknowledge(step: Stepping, said: Annotated[acts.Acknowledge | None, Body()] = None) -> Response:
    """Lasts until the alert ends; nobody's again where nothing happens for long, or at the end of the shift."""
    return await _taken(step, said or acts.Acknowledge())


@_route("release", "give it back")
async def release(step: Stepping, said: Annotated[acts.Release | None, Body()] = None) -> Response:
    """It is open again, and people are called."""
    return await _taken(step, said or acts.Release())


@_route("dispatch", "send somebody")
async def dispatch(step: Stepping, said: acts.Dispatch) -> Response:
    """The sender of an open alert takes it on as well; of one under way the order is taken from whoever has it."""
    return await _taken(step, said)


@_route("accept", "take the order")
async def accept(step: Stepping, said: Annotated[acts.Accept | None, Body()] = None) -> Response:
    """By who was sent, or anybody of the team; the desk may do it for somebody who only has a phone."""
    return await _taken(step, said or acts.Accept())


@_route("decline", "give the order back")
async def decline(step: Stepping, said: acts.Decline) -> Response:
    """The alert is back at the desk. Once it is accepted, only by who has."""
    return await _taken(step, said)


@_route("arrive", "be there")
async def arrive(step: Stepping, said: acts.Arrive) -> Response:
    """The distance to the estimated source is kept; from afar only with a reason."""
    return await _taken(step, said)


@_route("report", "say what was found")
async def report(step: Stepping, said: acts.Report) -> Response:
    """By who was sent, or the desk. The cause is what the detector learns its hit rate from."""
    return await _taken(step, said)


@_route("rectify", "order it put right; say that it is")
async def rectify(step: Stepping, rules: OwnRules, said: Annotated[acts.Rectify | None, Body()] = None) -> Response:
    """After the report the desk orders it, with a deadline; then the field says that it is done, or the enterprise that
    was found does in its window."""
    return await _ordered(step, said or acts.Rectify(), rules)


@_route("verify", "look whether it is")
async def verify(step: Stepping, said: acts.Verify, rules: OwnRules) -> Response:
    """Where it has not been put right there is a new deadline."""
    return await _ordered(step, said, rules)


@_route("propose", "propose to close it")
async def propose(step: Stepping, said: acts.Propose) -> Response:
    """For those who may not sign off."""
    return await _taken(step, said)


@_route("close", "sign it off")
async def close(step: Stepping, said: acts.Close) -> Response:
    """Neither the third-party dispatcher nor the field may."""
    return await _taken(step, said)


@_route("false-alarm", "there was nothing")
async def false_alarm(step: Stepping, said: acts.FalseAlarm) -> Response:
    """Ends it, and tells the detector."""
    return await _taken(step, said)


@_route("reopen", "it is not over")
async def reopen(step: Stepping, said: acts.Reopen) -> Response:
    """Everything begins anew; what was done before stays in the log."""
    return await _taken(step, said)


@_route("recheck", "look again later")
async def recheck(step: Stepping, said: acts.Recheck) -> Response:
    """First when, then what was seen."""
    return await _taken(step, said)


@_route("merge", "handle it with another")
async def merge(step: Stepping, identity: Identified, said: acts.Merge) -> Response:
    """The other one ends by itself only when the air of both is clean."""
    await must_be_within(step.connection, identity, said.into)
    return await _taken(step, said)


@_route("split", "handle it by itself again")
async def split(step: Stepping, said: Annotated[acts.Split | None, Body()] = None) -> Response:
    """It goes on in the stage that it had."""
    return await _taken(step, said or acts.Split())


@_route("link", "the number of its case")
async def link(step: Stepping, said: acts.Link) -> Response:
    """A later one replaces it."""
    return await _taken(step, said)


@_route("silence", "keep it and its like quiet")
async def silence(step: Stepping, said: acts.Silence, rules: Rules) -> Response:
    """Makes a mute of the alert, see `/mutes`; what that holds back is counted, and told when it is over."""
    now = datetime.now(UTC)
    async with step.connection.transaction():
        outcome = await step.take(said, now)
        if not outcome.repeated:
            await _mute(step, said, rules, now)
    return answered(outcome)


async def _mute(step: Step, said: acts.Silence, rules: Policy, now: datetime) -> None:
    asked = Silencing(said.why, said.until, said.scope, said.planned_works)
    try:
        await mute_for_alert(step.connection, step.alert_id, asked, step.actor.who, rules.mute, now)
    except MuteError as error:
        if error.field == "alert_id":
            raise ConflictError(str(error), reason="kind") from error
        field = _SAID.get(error.field, error.field)
        raise bad_input({field: str(error)}) from error


@_route("comment", "say something")
async def comment(step: Stepping, said: acts.Comment) -> Response:
    """Changes nothing but the log; of enterprises only the one that was found."""
    return await _taken(step, said)
