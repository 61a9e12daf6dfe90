"""How people, platforms and sirens are reached: set by those who may, shown by kind and host, never in full."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.channels.address import masked
from alerts.keys import public_key, vapid
from alerts.push import contact as contacts
from alerts.push.contact import CONTACT, Contact, TooMany
from ingest.registry import Key
from service.account.identity import Identity
from service.actor import Acting, Identified
from service.database import Connection
from service.parameters import Strict
from service.problems import ConflictError, ForbiddenError, NotFoundError, bad_input
from service.resources import API
from sql.queries import Record

router = APIRouter(prefix=API, tags=["push"])
MAY_SET = frozenset({"admin", "leader"})
BASE64URL = r"^[A-Za-z0-9_-]+={0,2}$"

ASKED: dict[str, Any] = {
    "person_id": "P04",
    "channel": "apprise",
    "address": "dingtalk://SECRET@TOKEN/13800000001",
    "rank": 1,
    "language": "zh",
    "min_severity": 1,
}
SHOWN: dict[str, Any] = {
    **ASKED,
    "contact_id": 12,
    "enterprise_id": None,
    "name": "王芳",
    "address": "dingtalk://***",
    "created_at": "2026-11-21T00:30:00Z",
    "created_by": "P01",
    "disabled_at": None,
    "why_disabled": None,
}
SUBSCRIPTION: dict[str, Any] = {
    "endpoint": "https://push.example.org/v1/abc",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "language": "zh",
}

ChannelName = Literal["webhook", "webpush", "apprise", "siren", "hook"]
Language = Literal["zh", "en"]
Rank = Annotated[int, Field(ge=1, le=99, description="the order in which a person's contacts are tried")]
Severity = Annotated[int, Field(ge=1, le=4, description="from this severity on")]
Address = Annotated[str, Field(min_length=1, max_length=2048)]
ContactId = Annotated[int, Path(ge=1, lt=2**63)]


class ContactAsked(BaseModel):
    """A new way to reach a person, an officer of an enterprise, or a platform or siren where neither is given."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ASKED]})

    person_id: Key | None = None
    enterprise_id: Annotated[
        Key | None, Field(description="only by apprise; an enterprise sets its hooks itself: POST /enterprise/hooks")
    ] = None
    channel: Annotated[
        Literal["webhook", "apprise", "siren"],
        Field(description="a browser subscribes for itself: POST /push/subscriptions"),
    ]
    address: Annotated[
        Address,
        Field(
            description="webhook: an HTTPS URL · apprise: a URL as apprise writes them, of the services that are"
            " allowed · siren: its MQTT topic below the prefix of the installation"
        ),
    ]
    rank: Rank = 1
    language: Language = "zh"
    min_severity: Severity = 1


class ContactShown(BaseModel):
    """A contact; of its address only the kind and the host are shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN]})

    contact_id: int
    person_id: str | None
    enterprise_id: str | None
    name: str | None
    channel: ChannelName
    address: Annotated[str, Field(description="masked")]
    rank: int
    language: Language
    min_severity: int
    created_at: datetime
    created_by: str
    disabled_at: datetime | None
    why_disabled: str | None


class ContactPage(BaseModel):
    """In the order in which they were made; `next` is `after` of the following page, null on the last."""

    contacts: list[ContactShown]
    next: int | None


class ContactFilter(Strict):
    """Which contacts; who may not set any sees their own."""

    person_id: Key | None = None
    disabled: Annotated[bool, Field(description="those that are used no more, too")] = False
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Made(BaseModel):
    """The number of a contact."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"contact_id": 12}]})

    contact_id: int


THERE: dict[int | str, dict[str, Any]] = {200: {"description": "It was there already", "model": Made}}


class PushKey(BaseModel):
    """By what a browser subscribes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"key": SUBSCRIPTION["keys"]["p256dh"]}]})

    key: Annotated[str, Field(description="`applicationServerKey` of PushManager.subscribe, in base64url")]


class SubscriptionKeys(BaseModel):
    """The keys of a browser's subscription."""

    model_config = ConfigDict(extra="forbid")

    p256dh: Annotated[str, Field(max_length=128, pattern=BASE64URL)]
    auth: Annotated[str, Field(max_length=64, pattern=BASE64URL)]


class SubscriptionAsked(BaseModel):
    """What PushSubscription.toJSON() gives, and the language of the messages."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SUBSCRIPTION]})

    endpoint: Annotated[str, Field(min_length=1, max_length=1800)]
    keys: SubscriptionKeys
    expiration_time: Annotated[float | None, Field(alias="expirationTime", description="not used")] = None
    language: Language = "zh"
    rank: Rank = 2
    min_severity: Severity = 1


class Endpoint(Strict):
    """Which subscription."""

    endpoint: Annotated[str, Field(min_length=1, max_length=1800, pattern=r"^[ -~]+$")]


@router.get("/contacts", operation_id="listContacts", summary="通知方式 · how people and platforms are reached")
async def list_contacts(
    connection: Connection, acting: Acting, asked: Annotated[ContactFilter, Query()]
) -> ContactPage:
    """Of everybody for a leader, one's own for everybody else."""
    person_id = asked.person_id
    if acting.role not in MAY_SET:
        if person_id not in (None, acting.who):
            raise ForbiddenError("only a leader may see how others are reached")
        person_id = acting.who
    rows = await CONTACT.listed.fetch(
        connection, person_id=person_id, disabled=asked.disabled, after=asked.after, limit=asked.limit + 1
    )
    page = rows[: asked.limit]
    return ContactPage(
        contacts=[_shown(row) for row in page], next=page[-1]["contact_id"] if len(rows) > len(page) else None
    )


@router.post(
    "/contacts", operation_id="addContact", status_code=201, summary="添加通知方式 · add a contact", responses=THERE
)
async def add_contact(connection: Connection, acting: Acting, asked: ContactAsked, response: Response) -> Made:
    """The same address of the same person is there once: told again (200), its rank, language and severity are set.

    What a webhook is posted is signed with `HOTGRID_WEBHOOK_SECRET`: `X-Hotgrid-Signature-V2` is `v2=` and the
    HMAC-SHA256 (hexadecimal) of `X-Hotgrid-Timestamp`, a full stop and the body. A receiver refuses what is older than
    five minutes, and leaves alone an `Idempotency-Key` that it has taken in before.
    """
    if asked.channel == "siren" and asked.person_id is not None:
        raise bad_input({"person_id": "a siren is nobody's"})
    _of_one(asked)
    contact = Contact(0, **asked.model_dump())
    async with connection.transaction():
        if contact.enterprise_id and not await CONTACT.enterprise.fetchrow(
            connection, enterprise_id=contact.enterprise_id
        ):
            raise bad_input({"enterprise_id": "no such enterprise"})
        if contact.person_id and not await CONTACT.person.fetchrow(connection, person_id=contact.person_id):
            raise bad_input({"person_id": "no such person"})
        try:
            contact_id, added = await contacts.add(connection, contact, acting.who, datetime.now(UTC))
        except TooMany as error:
            raise ConflictError(str(error)) from error
        except ValueError as error:
            raise bad_input({"address": str(error)}) from error
    response.status_code = 201 if added else 200
    return Made(contact_id=contact_id)


def _of_one(asked: ContactAsked) -> None:
    if asked.enterprise_id is None:
        return
    if asked.person_id is not None:
        raise bad_input({"enterprise_id": "a contact is of a person or of an enterprise"})
    if asked.channel != "apprise":
        raise bad_input({"channel": "an officer of an enterprise is reached by apprise"})


@router.delete(
    "/contacts/{contact_id}", operation_id="removeContact", status_code=204, summary="删除通知方式 · remove a contact"
)
async def remove_contact(connection: Connection, acting: Acting, contact_id: ContactId) -> None:
    """It is used no more and its address forgotten; that it was there is kept."""
    if not await contacts.disable(connection, contact_id, f"removed by {acting.who}", datetime.now(UTC)):
        raise NotFoundError(f"no contact {contact_id} is in use")


@router.get("/push/key", operation_id="getPushKey", summary="推送公钥 · by what a browser subscribes")
async def push_key(connection: Connection) -> PushKey:
    """The public VAPID key of this installation; it never changes."""
    return PushKey(key=public_key(await vapid(connection)).rstrip("="))


@router.post(
    "/push/subscriptions",
    operation_id="subscribe",
    status_code=201,
    summary="订阅浏览器推送 · subscribe a browser",
    responses=THERE,
)
async def subscribe(connection: Connection, identity: Identified, asked: SubscriptionAsked, response: Response) -> Made:
    """For the person who acts. A browser is one person's: who subscribed it before is pushed to it no more."""
    person_id = _person(identity)
    address = json.dumps({"endpoint": asked.endpoint, "keys": asked.keys.model_dump()})
    contact = Contact(0, person_id, "webpush", address, asked.rank, asked.language, asked.min_severity)
    async with connection.transaction():
        try:
            contact_id, added = await contacts.subscribe(connection, contact, person_id, datetime.now(UTC))
        except TooMany as error:
            raise ConflictError(str(error)) from error
        except ValueError as error:
            wrong = str(error)
            raise bad_input({"keys" if "keys" in wrong else "endpoint": wrong}) from error
    response.status_code = 201 if added else 200
    return Made(contact_id=contact_id)


@router.delete(
    "/push/subscriptions", operation_id="unsubscribe", status_code=204, summary="退订浏览器推送 · unsubscribe a browser"
)
async def unsubscribe(connection: Connection, identity: Identified, asked: Annotated[Endpoint, Query()]) -> None:
    """Of the person who acts."""
    if not await contacts.unsubscribe(connection, _person(identity), asked.endpoint, datetime.now(UTC)):
        raise NotFoundError("this browser is not subscribed by you")


def _person(identity: Identity) -> str:
    if identity.person_id is None:
        raise ForbiddenError(f"only a person of the roster can subscribe, and {identity.account} is of none")
    return identity.person_id


def _shown(row: Record) -> ContactShown:
    address = row["address"] if row["disabled_at"] else masked(row["channel"], row["address"])
    return ContactShown(**{**dict(row), "address": address})
