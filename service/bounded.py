"""A body over the limit is told as a problem: the framework's own answer is plain text, without our headers."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.headers import Guarded
from service.problems import TooLargeError, problem


class Told:
    """Answers in place of the framework where that refuses a body for its size."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; keep back an answer of the framework's own, and give ours."""
        kept = False

        async def telling(message: Message) -> None:
            nonlocal kept
            if message["type"] == "http.response.start":
                kept = message["status"] == 413 and not _is_ours(message)
            if not kept:
                await send(message)

        await self.app(scope, receive, telling)
        if kept:
            told = problem(TooLargeError("the body is larger than this service takes: send less at once"))
            await Guarded(told)(scope, receive, send)


def _is_ours(message: Message) -> bool:
    return "json" in Headers(raw=message["headers"]).get("content-type", "")
