"""No page of another site makes this service do something in its reader's name."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.problems import ForbiddenError, problem

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OURS = frozenset({"same-origin", "none"})
"""What a browser says of our own pages and of an address typed by hand; programs say nothing at all."""
BEARER = "bearer "
SECRET = "/r/"
"""Links of receipts: who knows one may use it. Their page sends no referrer, so browsers call its origin `null`."""


class SameOrigin:
    """Refuses what would change something when a browser says that another site asks for it.

    Signing in too: nobody is signed in as somebody else by a page of another site. A key needs no such protection: no
    browser adds one by itself, and beside a key `service.admission` looks at no cookie.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403."""
        if scope["type"] == "http" and scope["method"] not in READING and _is_foreign(scope):
            refusal = problem(ForbiddenError("另一网站发起的请求 · the page of another site asked for this"))
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_foreign(scope: Scope) -> bool:
    """By Sec-Fetch-Site; where the browser does not send it, by an Origin that is not where the request went."""
    headers = Headers(scope=scope)
    if scope["path"].startswith(SECRET) or headers.get("authorization", "").lower().startswith(BEARER):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in OURS
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
