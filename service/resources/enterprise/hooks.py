"""An enterprise's own hooks: where its programs are posted what concerns it, and how that went."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.address import masked
from alerts.push.contact import CONTACT, TooMany
from alerts.push.hook import MOST, NewHook, add_hook, is_hook, remove_hook, try_hook
from alerts.push.tell import EnterpriseEvent
from service.actor import Acting
from service.database import Connection, as_application
from service.problems import ConflictError, NotFoundError, bad_input
from service.resources import API
from service.resources.enterprise.mine import InWindow, Mine
from sql.queries import Record

router = APIRouter(prefix=API, tags=["enterprise"])
HookId = Annotated[int, Path(ge=1, lt=2**63)]
ASKED: dict[str, Any] = {"url": "https://ehs.example.com/hotgrid", "events": ["alert", "warning"], "min_severity": 1}
SHOWN: dict[str, Any] = {
    "hook_id": 31,
    "url": "https://ehs.example.com/***",
    "events": ["alert", "warning"],
    "min_severity": 1,
    "created_at": "2026-11-21T00:30:00Z",
    "created_by": "enterprise:E0007",
    "last_sent": "2026-11-21T03:12:08Z",
    "waiting": 0,
    "failed": 0,
    "problem": None,
}


class HookAsked(BaseModel):
    """Where, and what of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASKED]})

    url: Annotated[
        str, Field(min_length=1, max_length=2048, pattern=r"^[ -~]+$", description="https://, a public host")
    ]
    events: Annotated[
        list[EnterpriseEvent],
        Field(
            min_length=1,
            max_length=10,
            description="alert: one that concerns you · warning: before a limit is broken · mark: a mark was reviewed"
            " · letter: a message of the desk, a decision · deadline",
        ),
    ]
    min_severity: Annotated[int, Field(ge=1, le=4)] = 1


class HookMade(BaseModel):
    """The secret is told once; who loses it asks for the same URL again, and gets a new one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"hook_id": 31, "secret": "jv0bZz8kq3M8yQm1w5yqQdW0c1uV7dQ5x0mYyJcFJ9o"}]}
    )

    hook_id: int
    secret: str


class Hook(BaseModel):
    """A hook in use; of its URL the host is shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN]})

    hook_id: int
    url: Annotated[str, Field(description="masked")]
    events: list[str]
    min_severity: int
    created_at: datetime
    created_by: str
    last_sent: datetime | None
    waiting: Annotated[int, Field(description="not sent yet")]
    failed: Annotated[int, Field(description="given up for good")]
    problem: Annotated[str | None, Field(description="what came of the last one that did not go")]


class Hooks(BaseModel):
    """All hooks in use, in the order in which they were made."""

    enterprise_id: str
    hooks: list[Hook]


class HookTried(BaseModel):
    """Whether a test is on its way; once a minute."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"queued": True}]})

    queued: bool


_THERE: dict[int | str, dict[str, Any]] = {200: {"description": "It was there: set anew", "model": HookMade}}


@router.get("/enterprise/hooks", operation_id="listHooks", summary="本企业回调地址 · an enterprise's hooks")
async def list_hooks(connection: Connection, mine: Mine, _: Annotated[InWindow, Query()]) -> Hooks:
    """Addresses are masked and secrets never shown."""
    rows = await CONTACT.hooks.fetch(connection, enterprise_id=mine)
    return Hooks(enterprise_id=mine, hooks=[_shown(row) for row in rows])


@router.post(
    "/enterprise/hooks",
    operation_id="addHook",
    status_code=201,
    summary="添加回调地址 · add a hook",
    responses=_THERE,
)
async def make_hook(
    request: Request,
    connection: Connection,
    mine: Mine,
    acting: Acting,
    asked: HookAsked,
    response: Response,
    _: Annotated[InWindow, Query()],
) -> HookMade:
    """Only https, and only hosts of the public internet; what a name stands for is judged whenever something is sent.

    What is posted is signed with the hook's secret: `X-Hotgrid-Signature-V2` is `v2=` and the HMAC-SHA256 (hexadecimal)
    of `X-Hotgrid-Timestamp`, a full stop and the body. Refuse what is older than five minutes, and leave alone an
    `Idempotency-Key` that was taken in before. Until it is answered 2xx it is tried again, for three days.
    """
    wanted = NewHook(mine, asked.url, asked.events, asked.min_severity)
    async with as_application(connection, request), connection.transaction():
        try:
            hook_id, secret, added = await add_hook(connection, wanted, acting.who, datetime.now(UTC))
        except TooMany as error:
            raise ConflictError(f"最多 {MOST} 个回调地址 · {error}") from error
        except ValueError as error:
            raise bad_input({"url": str(error)}) from error
    response.status_code = 201 if added else 200
    return HookMade(hook_id=hook_id, secret=secret)


@router.delete(
    "/enterprise/hooks/{hook_id}", operation_id="removeHook", status_code=204, summary="删除回调地址 · remove a hook"
)
async def end_hook(
    request: Request,
    connection: Connection,
    mine: Mine,
    acting: Acting,
    hook_id: HookId,
    _: Annotated[InWindow, Query()],
) -> None:
    """It is used no more, its address and secret are forgotten."""
    async with as_application(connection, request), connection.transaction():
        if not await remove_hook(connection, mine, hook_id, acting.who, datetime.now(UTC)):
            raise _unknown(mine, hook_id)


@router.post(
    "/enterprise/hooks/{hook_id}/test",
    operation_id="testHook",
    status_code=202,
    summary="测试回调地址 · post a test to a hook",
)
async def test(
    request: Request, connection: Connection, mine: Mine, hook_id: HookId, _: Annotated[InWindow, Query()]
) -> HookTried:
    """What came of it is in the list some seconds later."""
    if not await is_hook(connection, mine, hook_id):
        raise _unknown(mine, hook_id)
    async with as_application(connection, request), connection.transaction():
        queued = await try_hook(connection, mine, hook_id, datetime.now(UTC))
    return HookTried(queued=queued > 0)


def _unknown(enterprise_id: str, hook_id: int) -> NotFoundError:
    return NotFoundError(f"没有这个回调地址 · {enterprise_id} has no hook {hook_id} in use")


_SAME = ("events", "min_severity", "created_at", "created_by", "last_sent", "waiting", "failed")


def _shown(row: Record) -> Hook:
    return Hook(
        hook_id=row["contact_id"],
        url=masked(row["channel"], row["address"]),
        problem=row["last_problem"],
        **{name: row[name] for name in _SAME},
    )
