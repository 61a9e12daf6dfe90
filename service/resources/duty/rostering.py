"""What the resources of the roster have in common: its words in requests, and its refusals as problems."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from alerts.roster.change import By, UnknownPeople
from alerts.roster.definition import DefinitionError
from alerts.roster.refusal import Forbidden, Missing, Refused
from ingest.registry import Key, storable
from service.actor import Acting
from service.parameters import Instant, Strict
from service.problems import BadInputError, ConflictError, ForbiddenError, NotFoundError, bad_input
from service.rules import OwnRules

LONGEST = timedelta(days=400)
Post = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(storable)]
AnyPost = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64), AfterValidator(storable)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(storable)]
Number = Annotated[int, Field(ge=1, lt=2**62)]
Most = Annotated[int, Field(ge=1, le=500)]


class Body(BaseModel):
    """The body of a request; a field that it does not have is refused, not overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Body):
    """From `start` (included) to `end` (not)."""

    start: Instant
    end: Instant

    @field_validator("end")
    @classmethod
    def _forward(cls, end: datetime, info: ValidationInfo) -> datetime:
        start = info.data.get("start")
        if start is not None and not timedelta(0) < end - start <= LONGEST:
            raise ValueError(f"must be after start, at most {LONGEST.days} days")
        return end


class Reason(Body):
    """Why, in words."""

    why: Note = ""


class Why(Strict):
    """Why, in words."""

    why: Note = ""


PersonKey = Key


def _by(actor: Acting, rules: OwnRules, asked: Annotated[Why, Query()]) -> By:
    return By(actor, asked.why, datetime.now(UTC), timedelta(days=rules.roster.horizon_days))


# Who changes the roster, and the reason in the query.
Changing = Annotated[By, Depends(_by)]


@contextmanager
def told() -> Iterator[None]:
    """Turn what the roster says of a change that it does not take into what the client is told."""
    try:
        yield
    except Forbidden as error:
        raise ForbiddenError(str(error)) from error
    except Refused as error:
        raise ConflictError(str(error)) from error
    except Missing as error:
        raise NotFoundError(str(error)) from error
    except UnknownPeople as error:
        raise bad_input(error.fields) from error
    except ValidationError as error:
        raise _senseless(error) from error
    except DefinitionError as error:
        raise bad_input(dict([_named(str(error))])) from error


def _senseless(error: ValidationError) -> BadInputError:
    return bad_input(dict(_named(str(one["msg"]).removeprefix("Value error, ")) for one in error.errors()))


def _named(message: str) -> tuple[str, str]:
    """A message of a definition begins with the name of what is wrong."""
    field, colon, rest = message.partition(": ")
    return (field, rest) if colon else ("body", message)


def span_of(since: datetime | None, to: datetime | None, now: datetime, usual: timedelta) -> tuple[datetime, datetime]:
    """The span that is asked for: `usual` from now on where nothing else is said; raises BadInputError."""
    start = since or (to - usual if to else now)
    end = to or start + usual
    if not timedelta(0) < end - start <= LONGEST:
        raise bad_input({"from": f"must lie before `to`, at most {LONGEST.days} days"})
    return start, end


def example(told: dict[str, Any], **more: Any) -> ConfigDict:
    """The configuration of a model with an example."""
    return ConfigDict(json_schema_extra={"examples": [told | more]}, from_attributes=True)
