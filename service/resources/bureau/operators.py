"""Companies that operate monitors, the best first: how well, and which monitors."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.operator_score import Score, ranks, score_of
from alerts.enterprise.operators import Link, Operator, Window, links, operators, scores, window_of
from service.database import Connection
from service.parameters import Strict
from service.problems import NotFoundError
from service.resources import API
from service.resources.bureau.scored import OPERATED, SCORED, Operated, Scored, operated, scored
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["bureau"])
OperatorId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="运维单位编号 · its `operator_id`")]
OPERATOR: dict[str, Any] = {
    **SCORED,
    "operator_id": "YW01",
    "name": "清禾环境监测运维有限公司",
    "contact": "运维值班 0519-0000-0301",
    "rank": 1,
    "of": 7,
}


class RankedOperator(Scored):
    """A company with its score; `rank` among the `of` that have one, 1 is the best, null without a score."""

    model_config = ConfigDict(json_schema_extra={"examples": [OPERATOR]})

    operator_id: str
    name: str
    contact: str
    rank: int | None
    of: int


class OperatorTable(BaseModel):
    """Every company, the best first, over the days from `from`, `to` excluded."""

    since: Annotated[date, Field(alias="from")]
    to: date
    operators: list[RankedOperator]


class OperatedMonitor(Scored, Operated):
    """A monitor of a company, with the score of its own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [SCORED | OPERATED | {"monitors": 1}]}, populate_by_name=True
    )


class OperatorDetail(RankedOperator):
    """A company with its monitors."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**OPERATOR, "operated": [SCORED | OPERATED | {"monitors": 1}]}]}
    )

    operated: list[OperatedMonitor]


@router.get("/operators", operation_id="listOperators", summary="运维单位排名 · companies that operate monitors")
async def list_operators(connection: Connection, rules: OwnRules, _: Annotated[Strict, Query()]) -> OperatorTable:
    """Scored by what the system measures on the monitors within reach; the worst is last, without a score after it."""
    window = window_of(rules, datetime.now(UTC))
    rows = await _ranked(connection, window, await links(connection, window))
    last = len(rows) + 1
    rows.sort(key=lambda one: (one.rank or last, one.operator_id))
    return OperatorTable(**{"from": window.from_day}, to=window.to_day, operators=rows)


@router.get("/operators/{operator_id}", operation_id="getOperator", summary="一家运维单位 · one such company")
async def get_operator(
    connection: Connection, rules: OwnRules, operator_id: OperatorId, _: Annotated[Strict, Query()]
) -> OperatorDetail:
    """Its score with the parts, and each of its monitors with the score of its own."""
    window = window_of(rules, datetime.now(UTC))
    linked = await links(connection, window)
    own = [link for link in linked if link.operator_id == operator_id]
    company = next((one for one in await _ranked(connection, window, linked) if one.operator_id == operator_id), None)
    if company is None:
        raise NotFoundError(f"没有这家运维单位 · no operator {operator_id}")
    single = await scores(connection, own, window, _key)
    monitors = [OperatedMonitor(**scored(single[_key(link)]), **operated(link)) for link in own]
    return OperatorDetail(**company.model_dump(), operated=monitors)


def _key(link: Link) -> str:
    return f"{link.mn} {link.from_on}"


async def _ranked(connection: Connection, window: Window, linked: list[Link]) -> list[RankedOperator]:
    of = await scores(connection, linked, window, lambda link: link.operator_id)
    none = score_of([], window.policy.enterprise.operators)
    places = ranks({operator_id: score.score for operator_id, score in of.items()})
    return [_row(one, of.get(one.operator_id, none), places) for one in await operators(connection)]


def _row(one: Operator, score: Score, places: dict[str, int]) -> RankedOperator:
    named = {"operator_id": one.operator_id, "name": one.name, "contact": one.contact}
    return RankedOperator(**scored(score), **named, rank=places.get(one.operator_id), of=len(places))
