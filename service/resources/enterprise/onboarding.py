"""The enterprise's outlets on their way onto the network: what is owed until when, and what it says it has done."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from alerts.enterprise.outlets import Saying, outlets, say
from service.actor import Acting
from service.database import Connection
from service.parameters import Day
from service.problems import NotFoundError
from service.resources import API
from service.resources.enterprise.files import FileIds
from service.resources.enterprise.mine import InWindow, Mine
from service.resources.enterprise.outlet import OutletId, OutletStanding, refused, told
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["enterprise"])
SAID: dict[str, Any] = {"on": "2026-11-20", "note": "已安装", "files": ["0b8e4f5a9c3d4e2f8a6b7c1d2e3f4a5b"]}
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]


class StepSaid(BaseModel):
    """When a step was done, and the papers that prove it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SAID]})

    on: Annotated[Day, Field(description="not in the future, not before the step before it")]
    note: Note = ""
    files: Annotated[FileIds, Field(min_length=1)]


@router.get(
    "/enterprise/onboarding",
    operation_id="listOwnOutlets",
    summary="本企业排口安装联网进度 · one's outlets on their way onto the network",
)
async def list_own(
    connection: Connection, enterprise_id: Mine, rules: OwnRules, _: Annotated[InWindow, Query()]
) -> list[OutletStanding]:
    """Every registered outlet: does it need a VOC monitor and why, how far is it, until when is what owed."""
    found = await outlets(connection, rules, datetime.now(UTC), enterprise_id=enterprise_id)
    return await told(connection, found, with_who=False)


@router.post(
    "/enterprise/onboarding/{outlet_id}/{step}",
    operation_id="sayOutletStep",
    summary="申报安装或调试检测完成 · say that a monitor is installed or tested",
)
async def say_step(  # noqa: PLR0913 - who, where, which step and what is said of it
    connection: Connection,
    enterprise_id: Mine,
    actor: Acting,
    rules: OwnRules,
    outlet_id: OutletId,
    step: Literal["installed", "tested"],
    body: StepSaid,
    _: Annotated[InWindow, Query()],
) -> OutletStanding:
    """In their order, with proof; said again the same way it is one. What was tested waits for the authority."""
    now = datetime.now(UTC)
    saying = Saying(step, actor, body.on, body.note, body.files)
    with refused():
        found = await say(connection, outlet_id, enterprise_id, saying, rules, now)
    if found is None:
        raise NotFoundError(f"没有这个排口 · {enterprise_id} has no outlet {outlet_id}")
    return (await told(connection, [found], with_who=False))[0]
