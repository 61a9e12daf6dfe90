"""The cookie of a session: by its name a browser knows that it is for this host, this path and https alone."""

from fastapi import Request, Response

HTTPS_NAME = "__Host-hotgrid"
HTTP_NAME = "hotgrid"
"""Over plain http, as on the loopback or behind nothing: browsers take no `__Host-` cookie there."""


def told(request: Request) -> str | None:
    """The token that a request brings, None where it brings none."""
    return request.cookies.get(_name(request))


def put(request: Request, response: Response, token: str, life_s: int) -> None:
    """Have the browser keep a token."""
    secure = request.url.scheme == "https"
    response.set_cookie(_name(request), token, max_age=life_s, path="/", secure=secure, httponly=True, samesite="lax")


def drop(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    secure = request.url.scheme == "https"
    response.delete_cookie(_name(request), path="/", secure=secure, httponly=True, samesite="lax")


def _name(request: Request) -> str:
    return HTTPS_NAME if request.url.scheme == "https" else HTTP_NAME
