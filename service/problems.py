"""What can go wrong, as application/problem+json (RFC 9457): one dict from error class to status and titles."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5


class ServiceError(Exception):
    """Something the client is told; `detail` says what happened and what to do about it."""

    def __init__(self, detail: str, fields: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = dict(fields or {})
        self.more = more


class BadInputError(ServiceError):
    """A parameter cannot be understood or is out of bounds; `fields` names each."""


class NotFoundError(ServiceError):
    """The path is right, the thing is not there."""


class UnknownPathError(ServiceError):
    """No such path."""


class WrongMethodError(ServiceError):
    """The path does not take this method."""


class SignInError(ServiceError):
    """Nobody is signed in, or no longer, or the key is none."""


class ForbiddenError(ServiceError):
    """Whoever asks may not do this."""


class ConflictError(ServiceError):
    """It cannot be done as things stand; the detail says how they stand."""


class StaleError(ServiceError):
    """Somebody else changed it meanwhile: read it again and decide anew."""


class KeyReusedError(ServiceError):
    """An Idempotency-Key came again with another request."""


class TooLargeError(ServiceError):
    """The body is larger than the limit."""


class TooManyError(ServiceError):
    """More was asked, or tried, in so short a time than may be; `Retry-After` says when to come again."""


class WrongTypeError(ServiceError):
    """The body is of a type that this path does not take."""


class BusyError(ServiceError):
    """As many requests of this kind as can be dealt with are under way."""


class ProviderAwayError(ServiceError):
    """The provider of single sign-on does not answer, or not as it should."""


class DatabaseAwayError(ServiceError):
    """The database does not answer; it passes by itself once it does."""


class SchemaBehindError(ServiceError):
    """The database lacks tables or a role of this program."""


class NotReadyError(ServiceError):
    """The service cannot be used at present; `reasons` tells why."""


class FeedFullError(ServiceError):
    """As many live clients as are allowed are connected."""


class InternalError(ServiceError):
    """A fault of ours."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How an error class is told; the slug is part of the public contract and never changes."""

    status: int
    slug: str
    title: str
    title_zh: str


PROBLEMS: dict[type[ServiceError], Kind] = {
    BadInputError: Kind(422, "bad-input", "A parameter is wrong", "参数有误"),
    UnknownPathError: Kind(404, "no-such-path", "There is no such path", "没有这个路径"),
    NotFoundError: Kind(404, "not-found", "There is no such thing", "没有找到"),
    WrongMethodError: Kind(405, "wrong-method", "This path does not take this method", "此路径不支持这种方法"),
    SignInError: Kind(401, "sign-in", "Sign in first", "请先登录"),
    ForbiddenError: Kind(403, "forbidden", "You may not do this", "无权操作"),
    ConflictError: Kind(409, "not-now", "This cannot be done as things stand", "当前状态下不能操作"),
    StaleError: Kind(412, "stale", "Somebody else changed it meanwhile", "已被他人更改"),
    KeyReusedError: Kind(422, "key-reused", "The Idempotency-Key was used before", "Idempotency-Key 已用于别的请求"),
    TooLargeError: Kind(413, "too-large", "The body is too large", "请求体过大"),
    TooManyError: Kind(429, "too-many", "Too many requests", "请求过多"),
    WrongTypeError: Kind(415, "wrong-type", "The body is of the wrong type", "请求体类型不符"),
    BusyError: Kind(503, "busy", "Too many such requests at once", "同类请求过多"),
    ProviderAwayError: Kind(503, "provider-away", "Single sign-on does not answer", "单点登录暂时不通"),
    DatabaseAwayError: Kind(503, "database-away", "The database does not answer", "数据库无应答"),
    SchemaBehindError: Kind(503, "schema-behind", "The database is not at the newest schema", "数据库结构不是最新"),
    NotReadyError: Kind(503, "not-ready", "The service is not ready", "服务尚未就绪"),
    FeedFullError: Kind(503, "feed-full", "Too many live clients", "实时连接数已满"),
    InternalError: Kind(500, "broken", "The service has a fault", "服务内部出错"),
}
_BY_STATUS: dict[int, type[ServiceError]] = {
    PROBLEMS[error].status: error for error in (UnknownPathError, WrongMethodError, TooLargeError, BadInputError)
}


class FieldError(BaseModel):
    """One wrong parameter."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with the title in two languages and the wrong parameters named."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:hotgrid:problem:bad-input",
                    "title": "A parameter is wrong",
                    "title_zh": "参数有误",
                    "status": 422,
                    "detail": "limit: Input should be less than or equal to 500",
                    "errors": [{"field": "limit", "message": "Input should be less than or equal to 500"}],
                }
            ]
        }
    )

    type: str
    title: str
    title_zh: str
    status: int
    detail: str
    errors: list[FieldError] = []


def _documented(description: str) -> dict[str, Any]:
    return {"description": description, "model": Problem, "content": {MEDIA_TYPE: {}}}


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": _documented("What is wrong with the request, the parameter named"),
    "5XX": _documented("The service cannot answer at present; `Retry-After` says when to come again"),
}


def problem(error: ServiceError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for an error."""
    kind = PROBLEMS[type(error)]
    body: dict[str, object] = {
        "type": f"urn:hotgrid:problem:{kind.slug}",
        "title": kind.title,
        "title_zh": kind.title_zh,
        "status": kind.status,
        "detail": error.detail,
    }
    if error.fields:
        body["errors"] = [{"field": field, "message": message} for field, message in error.fields.items()]
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if kind.status == 401:
        sent["WWW-Authenticate"] = "Bearer"
    if "retry_after_s" in error.more:
        sent["Retry-After"] = str(error.more["retry_after_s"])
    if kind.status == 503:
        sent["Retry-After"] = str(RETRY_AFTER_S)
    return Response(_written(body | error.more), kind.status, sent, MEDIA_TYPE)


def _written(body: Mapping[str, object]) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:  # half a surrogate pair, as the request had it
        return json.dumps(body).encode()


def install(app: FastAPI) -> None:
    """Every way out of the app that is not an answer becomes a problem."""
    app.add_exception_handler(ServiceError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


async def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return problem(error)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(bad_input({_field(one): _message(one) for one in error.errors()}))


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "is not a parameter of this path"
    return str(error["msg"]).removeprefix("Value error, ")


def bad_input(fields: Mapping[str, str]) -> BadInputError:
    """The error for wrong parameters, each with its message."""
    return BadInputError("; ".join(f"{field}: {message}" for field, message in fields.items()), fields)


def _field(error: Mapping[str, Any]) -> str:
    # Of what is no JSON the place is a number of characters.
    named = error["loc"][1:] if error["type"] != "json_invalid" else ()
    return ".".join(str(part) for part in named) or "body"


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    made = _BY_STATUS.get(error.status_code, InternalError if error.status_code >= 500 else BadInputError)
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problem(made(detail), error.headers)


async def _broken(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(
        InternalError("The fault was written to the log of the service; the request can be tried again later")
    )
