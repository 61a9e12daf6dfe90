"""Headers that tell a browser what the pages of this service may do: nothing but talk to this service."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # In the field one says where one is, and takes photos.
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}
STRICT = "max-age=31536000"  # for a year a browser then asks by TLS only


class Guarded:
    """Sets the headers that an answer does not set itself; one that says nothing of how long it holds is not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; add the headers when the answer begins."""

        async def guarding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (*HEADERS.items(), ("Cache-Control", "no-store")):
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = STRICT
                if "identity" in scope.get("state", {}):
                    _for_one_alone(headers)
            await send(message)

        await self.app(scope, receive, guarding)


def _for_one_alone(headers: MutableHeaders) -> None:
    """No proxy keeps what depends on who asks, and a browser shows it to nobody who signs in there later."""
    kept = headers["Cache-Control"]
    if not {"private", "no-store"} & {part.strip() for part in kept.split(",")}:
        headers["Cache-Control"] = f"private, {kept}"
    for name in ("Cookie", "Authorization"):
        headers.add_vary_header(name)
