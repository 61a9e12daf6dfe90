"""The cookie of a session: by its name a browser knows that it is for this host, this path and https alone."""

from fastapi import Request, Response

HTTPS_PREFIX = "__Host-"
HTTP_NAME = "hotgrid"
"""Over plain http, as on the loopback or behind nothing: browsers take no `__Host-` cookie there."""


def told(request: Request, of: str = HTTP_NAME) -> str | None:
    """The token that a request brings, None where it brings none."""
    return request.cookies.get(_name(request, of))


def put(request: Request, response: Response, token: str, life_s: int, of: str = HTTP_NAME) -> None:
    """Have the browser keep a token."""
    secure = request.url.scheme == "https"
    name = _name(request, of)
    response.set_cookie(name, token, max_age=life_s, path="/", secure=secure, httponly=True, samesite="lax")


def drop(request: Request, response: Response, of: str = HTTP_NAME) -> None:
    """Have the browser forget it."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request, of), path="/", secure=secure, httponly=True, samesite="lax")


def _name(request: Request, of: str) -> str:
    return f"{HTTPS_PREFIX}{of}" if request.url.scheme == "https" else of
