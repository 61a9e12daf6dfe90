"""Files of the enterprise's window: taken in as raw bytes, known by their content, handed out as attachments alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise import file
from alerts.enterprise.content import ACCEPTED, EXTENSIONS, MOST_BYTES, ContentError, Paper, examined
from service.actor import Acting
from service.body import BOUNDED_HERE, Intake
from service.database import Connection
from service.problems import ConflictError, NotFoundError, bad_input
from service.resources import API
from service.resources.enterprise.mine import InWindow, Mine
from service.rules import OwnRules

router = APIRouter(prefix=API, tags=["enterprise"])
AT_ONCE = 2  # a picture is up to 200 MB when it is decoded
UNDER_WAY = 16
# A browser is to do nothing with it but save it.
KEPT = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Download-Options": "noopen",
}
EXAMPLE: dict[str, Any] = {
    "file_id": "0b8e4f5a9c3d4e2f8a6b7c1d2e3f4a5b",
    "name": "整改报告.pdf",
    "content_type": "application/pdf",
    "bytes": 182044,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "at": "2026-11-21T06:40:12+00:00",
    "side": "enterprise",
}
FileIds = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")], ...],
    Field(max_length=20, description="文件编号 · ids of files, as `POST /enterprise/files` answered"),
]


class WindowFile(BaseModel):
    """A file of the window; pictures are encoded anew, everything else is as it was sent."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [EXAMPLE]})

    file_id: str
    name: Annotated[str, Field(description="as it was sent, with the extension that fits the content")]
    content_type: Annotated[str, Field(description=f"by its content: {', '.join(EXTENSIONS)}")]
    bytes: int
    sha256: Annotated[str, Field(description="of the file that is served")]
    at: datetime
    side: Annotated[file.Side, Field(description="who sent it")]


def intake() -> Intake:
    """Where files of the window are taken in."""
    return Intake(AT_ONCE, UNDER_WAY, MOST_BYTES)


async def _body(request: Request) -> AsyncIterator[bytes]:
    taking: Intake = request.app.state.window_intake
    async with taking.body(request) as raw:
        yield raw


# Before any connection: none is held while the body comes in over a weak network.
Body = Annotated[bytes, Depends(_body, scope="function")]
_RAW = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


class Naming(InWindow):
    """What the file is called."""

    name: Annotated[
        str, Field(min_length=1, max_length=400, description="文件名 · its name", examples=["整改报告.pdf"])
    ]


@router.post(
    "/enterprise/files",
    operation_id="addWindowFile",
    summary="上传文件 · send a file",
    status_code=201,
    max_body_size=BOUNDED_HERE,
    openapi_extra={"requestBody": _RAW},
)
async def add_file(
    raw: Body,
    enterprise_id: Mine,
    actor: Acting,
    connection: Connection,
    rules: OwnRules,
    asked: Annotated[Naming, Query()],
) -> WindowFile:
    """The file as the body, up to 5 MiB: PDF, JPEG, PNG, WebP, XLSX without macros, CSV, TXT; what it is says its
    content. The same file sent again is the same file. What is attached to nothing is gone after a day."""
    sent = file.Sent(enterprise_id, actor, datetime.now(UTC))
    try:
        kept = await file.keep(connection, await _examined(raw, asked.name), sent, rules.enterprise.files_mb)
    except file.FullError as error:
        raise ConflictError(str(error), reason="full") from error
    return WindowFile.model_validate(kept)


async def _examined(raw: bytes, name: str) -> Paper:
    try:
        return await asyncio.to_thread(examined, raw, name)
    except ContentError as error:
        raise bad_input({error.field: str(error)}) from error


FileId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="as the upload answered")]
_ANY: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in EXTENSIONS},
        "description": f"The file: {ACCEPTED}",
    },
    304: {"description": "unchanged since If-None-Match"},
}


@router.get(
    "/enterprise/files/{file_id}",
    operation_id="getWindowFile",
    summary="下载文件 · one file",
    response_class=Response,
    responses=_ANY,
)
async def get_file(
    connection: Connection,
    enterprise_id: Mine,
    actor: Acting,
    file_id: FileId,
    _: Annotated[InWindow, Query()],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """The file as an attachment; it never changes. Of the other side's only what is attached to something."""
    found = await file.file_of(connection, enterprise_id, file_id, file.side_of(actor))
    if found is None:
        raise NotFoundError(f"没有这个文件 · no file {file_id}")
    headers = {"ETag": f'"{found.sha256}"', **KEPT}
    if found.sha256 in if_none_match:
        return Response(status_code=304, headers=headers)
    plain = f"file.{EXTENSIONS[found.content_type]}"
    headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    body = await file.body_of(connection, enterprise_id, file_id)
    # As a header of our own: what names a media type for texts is told a character set too, and that may be wrong.
    return Response(body, headers=headers | {"Content-Type": found.content_type})
