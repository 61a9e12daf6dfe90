"""Photos of an alert: taken in as raw bytes, served as the JPEG that was made of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.handling import photo
from alerts.handling.illegal import Illegal
from alerts.handling.picture import MEDIA_TYPES, MOST_BYTES, Picture, PictureError, cleaned, digest
from service.actor import Acting, Identified
from service.body import BOUNDED_HERE, Intake
from service.database import Connection, Pool
from service.parameters import Strict
from service.problems import ConflictError, ForbiddenError, NotFoundError, WrongTypeError, bad_input
from service.resources import API
from service.resources.alert.alerts import AlertId
from service.resources.desk.within import must_be_within

router = APIRouter(prefix=API, tags=["handling"])
AT_ONCE = 2  # decoded: up to 200 MB each
UNDER_WAY = 16  # of at most 10 MB each
KEPT = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Disposition": 'inline; filename="photo.jpg"'}

EXAMPLE: dict[str, Any] = {
    "photo_id": "5d1c7b0f9a3e4c2d8b6f0e1a2c3d4e5f",
    "at": "2026-11-21T00:41:09+00:00",
    "who": "P12",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "width": 1920,
    "height": 2560,
    "bytes": 661607,
}


class Photo(BaseModel):
    """A photo as it is kept: encoded anew, upright, without places, names and whatever else was in the file."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [EXAMPLE]})

    photo_id: str
    at: datetime
    who: str
    sha256: Annotated[str, Field(description="of the JPEG that is served")]
    width: int
    height: int
    bytes: int


class Photos(BaseModel):
    """The photos of an alert, in the order they came."""

    photos: list[Photo]


def darkroom() -> Intake:
    """Where photos are taken in."""
    return Intake(AT_ONCE, UNDER_WAY, MOST_BYTES)


ContentType = Annotated[str, Header(description="image/jpeg, image/png or image/webp; what it is says the content")]


async def _body(request: Request, content_type: ContentType = "") -> AsyncIterator[bytes]:
    if not content_type.lower().startswith("image/") or "svg" in content_type.lower():
        raise WrongTypeError(f"Content-Type is {content_type or 'missing'}; send one of {', '.join(MEDIA_TYPES)}")
    intake: Intake = request.app.state.darkroom
    async with intake.body(request) as raw:
        yield raw


# Before the actor: no connection is held while the body comes in over a weak network.
Body = Annotated[bytes, Depends(_body, scope="function")]
_RAW = {"required": True, "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES}}


@router.post(
    "/alerts/{alert_id}/photos",
    operation_id="addPhoto",
    summary="上传现场照片 · add a photo",
    status_code=201,
    max_body_size=BOUNDED_HERE,
    openapi_extra={"requestBody": _RAW},
)
async def add_photo(
    alert_id: AlertId, raw: Body, identity: Identified, actor: Acting, pool: Pool, _: Annotated[Strict, Query()]
) -> Photo:
    """The raw image as the body, JPEG, PNG or WebP up to 10 MB. The same file sent again is the same photo."""
    await must_be_within(pool, identity, alert_id)
    try:
        if not await photo.has_room(pool, alert_id):
            raise NotFoundError(f"no alert {alert_id}")
    except Illegal as error:
        raise (ForbiddenError if error.reason == "role" else ConflictError)(str(error)) from error
    kept = await photo.same(pool, alert_id, digest(raw))
    if kept is None:
        taken = photo.Taken(alert_id, actor, datetime.now(UTC))
        kept = await photo.keep(pool, await _cleaned(raw), taken)
    return Photo.model_validate(kept)


async def _cleaned(raw: bytes) -> Picture:
    try:
        return await asyncio.to_thread(cleaned, raw)
    except PictureError as error:
        raise bad_input({"body": str(error)}) from error


@router.get("/alerts/{alert_id}/photos", operation_id="listPhotos", summary="一条告警的照片 · the photos of an alert")
async def list_photos(connection: Connection, alert_id: AlertId, _: Annotated[Strict, Query()]) -> Photos:
    """In the order they came; none of an alert that does not exist."""
    return Photos(photos=[Photo.model_validate(one) for one in await photo.listed(connection, alert_id)])


PhotoId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="as the upload answered")]
_JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "unchanged since If-None-Match"},
}


@router.get(
    "/photos/{photo_id}",
    operation_id="getPhoto",
    summary="一张照片 · one photo",
    response_class=Response,
    responses=_JPEG,
)
async def get_photo(
    connection: Connection,
    photo_id: PhotoId,
    _: Annotated[Strict, Query()],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The JPEG; it never changes."""
    sha256 = await photo.sha256_of(connection, photo_id)
    if sha256 is None:
        raise NotFoundError(f"no photo {photo_id}")
    headers = {"ETag": f'"{sha256}"', **KEPT}
    if sha256 in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(await photo.jpeg_of(connection, photo_id), media_type="image/jpeg", headers=headers)
