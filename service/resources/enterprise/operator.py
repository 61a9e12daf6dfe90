"""Who operates the enterprise's monitors, and how well: by its own monitors alone, and never who else there is."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.operators import links, operators, scores, window_of
from service.database import Connection, as_application
from service.resources import API
from service.resources.bureau.scored import OPERATED, SCORED, Operated, Scored, operated, scored
from service.resources.enterprise.mine import InWindow, Mine
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["enterprise"])
OWN: dict[str, Any] = {
    **SCORED,
    "monitors": 1,
    "operator_id": "YW01",
    "name": "清禾环境监测运维有限公司",
    "contact": "运维值班 0519-0000-0301",
    "operated": [OPERATED],
}


class OwnOperator(Scored):
    """A company that operates monitors of the enterprise, scored by these alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [OWN]})

    operator_id: str
    name: str
    contact: str
    operated: list[Operated]


class OwnOperators(BaseModel):
    """Over the days from `from`, `to` excluded."""

    since: Annotated[date, Field(alias="from")]
    to: date
    operators: list[OwnOperator]


@router.get(
    "/enterprise/operator", operation_id="getOwnOperator", summary="本企业运维单位 · who operates one's monitors"
)
async def own_operator(
    request: Request, connection: Connection, enterprise_id: Mine, rules: OwnRules, _: Annotated[InWindow, Query()]
) -> OwnOperators:
    """Name, contact and how well the enterprise's own monitors were operated."""
    window = window_of(rules, datetime.now(UTC))
    linked = await links(connection, window, enterprise_id=enterprise_id)
    ids = {link.operator_id for link in linked}
    known = [one for one in await operators(connection) if one.operator_id in ids]
    async with as_application(connection, request):  # the detector's alerts are not an enterprise's to read
        of = await scores(connection, linked, window, lambda link: link.operator_id)
    told = [
        OwnOperator(
            **scored(of[one.operator_id]),
            operator_id=one.operator_id,
            name=one.name,
            contact=one.contact,
            operated=[Operated(**operated(link)) for link in linked if link.operator_id == one.operator_id],
        )
        for one in known
    ]
    return OwnOperators(**{"from": window.from_day}, to=window.to_day, operators=told)
