"""What the roster follows from: rotations, leave, substitutes, temporary schedules, days that are off or not."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from alerts.roster import book, change
from alerts.roster.book import Kind
from alerts.roster.change import By
from service.database import Connection
from service.parameters import Strict
from service.resources import API
from service.resources.duty.entries import (
    Holiday,
    KeptHoliday,
    KeptLeave,
    KeptRotation,
    KeptSubstitute,
    KeptTemporary,
    Leave,
    Rotation,
    Substitute,
    Temporary,
    kept,
)
from service.resources.duty.rostering import Changing, Number, told
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["duty"])
EntryId = Annotated[Number, Path(description="its `id`")]


async def _listed(connection: Connection, kind: Kind) -> list[dict[str, Any]]:
    return [kept(entry) for entry in await book.entries(connection, kind)]


async def _added(connection: Connection, kind: Kind, body: dict[str, Any], by: By) -> dict[str, Any]:
    with told():
        return kept(await change.add(connection, kind, body, by))


async def _ended(connection: Connection, kind: Kind, entry_id: int, by: By) -> dict[str, Any]:
    with told():
        return kept(await change.end(connection, kind, entry_id, by))


@router.get("/duty/rotations", operation_id="listRotations", summary="轮班一览 · rotations in force")
async def rotations(connection: Connection, _: Annotated[Strict, Query()]) -> list[KeptRotation]:
    """In the order in which they were made; of two that concern the same time the later one counts."""
    return [KeptRotation.model_validate(one) for one in await _listed(connection, "rotation")]


@router.post("/duty/rotations", operation_id="addRotation", summary="新增轮班 · a rotation more", status_code=201)
async def add_rotation(connection: Connection, body: Rotation, by: Changing, rules: OwnRules) -> KeptRotation:
    """Only leaders; what has not begun is published anew at once."""
    told = body.model_dump(mode="json") | {"zone": body.zone or rules.zone}
    return KeptRotation.model_validate(await _added(connection, "rotation", told, by))


@router.delete(
    "/duty/rotations/{entry_id}", operation_id="endRotation", summary="撤销轮班 · a rotation holds no longer"
)
async def end_rotation(connection: Connection, entry_id: EntryId, by: Changing) -> KeptRotation:
    """Only leaders; what was on duty until now stays as it was."""
    return KeptRotation.model_validate(await _ended(connection, "rotation", entry_id, by))


@router.get("/duty/leave", operation_id="listLeave", summary="请假一览 · leave in force")
async def leave(connection: Connection, _: Annotated[Strict, Query()]) -> list[KeptLeave]:
    """In the order in which they were made; of two that concern the same time the later one counts."""
    return [KeptLeave.model_validate(one) for one in await _listed(connection, "leave")]


@router.post("/duty/leave", operation_id="addLeave", summary="新增请假 · a leave more", status_code=201)
async def add_leave(connection: Connection, body: Leave, by: Changing) -> KeptLeave:
    """Only leaders; what has not begun is published anew at once."""
    return KeptLeave.model_validate(await _added(connection, "leave", body.model_dump(mode="json"), by))


@router.delete("/duty/leave/{entry_id}", operation_id="endLeave", summary="撤销请假 · a leave holds no longer")
async def end_leave(connection: Connection, entry_id: EntryId, by: Changing) -> KeptLeave:
    """Only leaders; what was on duty until now stays as it was."""
    return KeptLeave.model_validate(await _ended(connection, "leave", entry_id, by))


@router.get("/duty/substitutes", operation_id="listSubstitutes", summary="替班一览 · substitutes in force")
async def substitutes(connection: Connection, _: Annotated[Strict, Query()]) -> list[KeptSubstitute]:
    """In the order in which they were made; of two that concern the same time the later one counts."""
    return [KeptSubstitute.model_validate(one) for one in await _listed(connection, "substitute")]


@router.post("/duty/substitutes", operation_id="addSubstitute", summary="新增替班 · a substitute more", status_code=201)
async def add_substitute(connection: Connection, body: Substitute, by: Changing) -> KeptSubstitute:
    """Only leaders; what has not begun is published anew at once."""
    return KeptSubstitute.model_validate(await _added(connection, "substitute", body.model_dump(mode="json"), by))


@router.delete(
    "/duty/substitutes/{entry_id}", operation_id="endSubstitute", summary="撤销替班 · a substitute holds no longer"
)
async def end_substitute(connection: Connection, entry_id: EntryId, by: Changing) -> KeptSubstitute:
    """Only leaders; what was on duty until now stays as it was."""
    return KeptSubstitute.model_validate(await _ended(connection, "substitute", entry_id, by))


@router.get("/duty/temporary", operation_id="listTemporary", summary="临时排班一览 · temporary schedules in force")
async def temporary(connection: Connection, _: Annotated[Strict, Query()]) -> list[KeptTemporary]:
    """In the order in which they were made; of two that concern the same time the later one counts."""
    return [KeptTemporary.model_validate(one) for one in await _listed(connection, "temporary")]


@router.post(
    "/duty/temporary", operation_id="addTemporary", summary="新增临时排班 · a temporary schedule more", status_code=201
)
async def add_temporary(connection: Connection, body: Temporary, by: Changing) -> KeptTemporary:
    """Only leaders; what has not begun is published anew at once."""
    return KeptTemporary.model_validate(await _added(connection, "temporary", body.placed(), by))


@router.delete(
    "/duty/temporary/{entry_id}",
    operation_id="endTemporary",
    summary="撤销临时排班 · a temporary schedule holds no longer",
)
async def end_temporary(connection: Connection, entry_id: EntryId, by: Changing) -> KeptTemporary:
    """Only leaders; what was on duty until now stays as it was."""
    return KeptTemporary.model_validate(await _ended(connection, "temporary", entry_id, by))


@router.get("/duty/holidays", operation_id="listHolidays", summary="节假日调整一览 · days that differ in force")
async def holidays(connection: Connection, _: Annotated[Strict, Query()]) -> list[KeptHoliday]:
    """In the order in which they were made; of two that concern the same time the later one counts."""
    return [KeptHoliday.model_validate(one) for one in await _listed(connection, "holiday")]


@router.post(
    "/duty/holidays", operation_id="addHoliday", summary="新增节假日调整 · a day that differs more", status_code=201
)
async def add_holiday(connection: Connection, body: Holiday, by: Changing) -> KeptHoliday:
    """Only leaders; what has not begun is published anew at once."""
    return KeptHoliday.model_validate(await _added(connection, "holiday", body.model_dump(mode="json"), by))


@router.delete(
    "/duty/holidays/{entry_id}",
    operation_id="endHoliday",
    summary="撤销节假日调整 · a day that differs holds no longer",
)
async def end_holiday(connection: Connection, entry_id: EntryId, by: Changing) -> KeptHoliday:
    """Only leaders; what was on duty until now stays as it was."""
    return KeptHoliday.model_validate(await _ended(connection, "holiday", entry_id, by))
