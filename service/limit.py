"""How much may be asked a minute: by an address before anything is done for it, by an account or key once it is known.

Every process counts for itself: several of them let through so many times as much.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.account import cookie
from service.account.identity import Identity
from service.meter import Meter, Standing
from service.network import network_of
from service.origin import READING
from service.problems import TooManyError, problem
from service.settings import ServiceSettings

SIGN_IN = "/api/v1/auth/login"
MOST_CREDENTIALS = 20_000

COSTS: Mapping[str, int] = {
    "addPhoto": 5,
    "addWindowFile": 5,
    "exportDutyRoster": 20,
    "importDutyRoster": 20,
    "exportOwnMonitor": 30,
    "makeEvidencePack": 100,
    "replyToAlert": 60,
    "appealAlert": 60,
    "reportRectified": 60,
    "writeMessage": 60,
    "addHook": 60,
    "testHook": 60,
}
"""Operations that cost more than one unit, by operationId: what reads or writes whole files, and what an enterprise
writes that goes to every screen of the desk or out to other machines."""

CHANGE = 5
"""Units that any other change costs: each leaves lines in the audit log, which are kept for ever."""


class Limits:
    """The counts of one process, and which credentials were good or bad when last seen."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.address = Meter(settings.limit_address)
        self.unknown = Meter(settings.limit_unknown)
        self.refused = Meter(settings.limit_refused)
        self.account = Meter(settings.limit_account)
        self._met: OrderedDict[int, bool] = OrderedDict()

    def enter(self, place: str, credential: int | None, now: float) -> Standing:
        """Count a request of an address; one whose credential was not let in lately counts as of somebody unknown."""
        whole = self.address.take(place, now)
        if whole.refused or self._is_good(credential):
            return whole
        tries = self.refused.look(place, now)
        return tries if tries.refused else self.unknown.take(place, now)

    def _is_good(self, credential: int | None) -> bool:
        return credential is not None and self._met.get(credential, False)

    def leave(self, place: str, credential: int | None, status: int, known: bool, now: float) -> None:
        """Remember how a credential fared. A screen left on with an ended session is no guessing: it counts once."""
        is_guess = status == 401 and self._met.get(credential or 0) is not False
        if credential is not None and (known or status == 401):
            self._met[credential] = known and status != 401
            self._met.move_to_end(credential)
            if len(self._met) > MOST_CREDENTIALS:
                self._met.popitem(last=False)
        if is_guess:
            self.refused.take(place, now)


def charge(request: Request, identity: Identity, operation: str) -> None:
    """Count a request of an account, or of a key on its own, by what it costs; raises TooManyError."""
    limits: Limits = request.app.state.limits
    whose = f"key {identity.key}" if identity.key else identity.account
    usual = 1 if request.method in READING else CHANGE
    standing = limits.account.take(whose, time.monotonic(), COSTS.get(operation, usual))
    request.state.standing = standing
    if standing.refused:
        raise _too_many(standing)


class Limited:
    """Refuses an address that asks too much with 429, and says on every answer how its asker stands."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 429."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        place = place_of(scope)
        # With whatever session one comes, a password that is tried is a try of somebody unknown.
        credential = None if scope["path"] == SIGN_IN else _credential(scope)
        standing = self._limits.enter(place, credential, time.monotonic())

        async def saying(message: Message) -> None:
            if message["type"] == "http.response.start":
                state = scope.get("state", {})
                self._leave(scope, credential, message["status"])
                _say(MutableHeaders(scope=message), state.get("standing", standing))
            await send(message)

        if standing.refused:
            await problem(_too_many(standing))(scope, receive, saying)
        else:
            await self.app(scope, receive, saying)

    def _leave(self, scope: Scope, credential: int | None, status: int) -> None:
        # Who is refused without having shown anything has tried nothing, unless it was to sign in.
        if credential is not None or scope["path"] == SIGN_IN:
            known = "identity" in scope.get("state", {})
            self._limits.leave(place_of(scope), credential, status, known, time.monotonic())


def place_of(scope: Scope) -> str:
    """Whose address is counted."""
    return network_of(scope["client"][0] if scope.get("client") else "-")


def has_credential(scope: Scope) -> bool:
    """Whether a request shows anything at all to be known by."""
    return _credential(scope) is not None


def _credential(scope: Scope) -> int | None:
    """What a request shows, not to be read back: by a hash that is another one in every process."""
    request = Request(scope)
    shown = request.headers.get("authorization"), cookie.told(request)
    return None if shown == (None, None) else hash(shown)


def _too_many(standing: Standing) -> TooManyError:
    return TooManyError(
        f"请求过多，请 {standing.retry_s} 秒后再试 · too many requests (limit: {standing.limit} a minute):"
        f" try again in {standing.retry_s} s"
    )


def _say(headers: MutableHeaders, standing: Standing) -> None:
    headers["RateLimit-Limit"] = str(standing.limit)
    headers["RateLimit-Remaining"] = str(standing.remaining)
    headers["RateLimit-Reset"] = str(standing.reset_s)
    if standing.refused:
        headers["Retry-After"] = str(standing.retry_s)
