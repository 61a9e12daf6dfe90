"""Messages to chat services, mailboxes and text-message gateways: robots ourselves, everything else by apprise."""

import asyncio
import logging
import re
import warnings
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType, PersistentStoreMode

from alerts.channels.address import check
from alerts.channels.cut import composed, cut, utf8
from alerts.channels.guard import Guard
from alerts.channels.message import Later, Message, Sent
from alerts.channels.outlet import PASSING
from alerts.channels.refused import Refused
from alerts.channels.robot import HOOKS, Robots
from alerts.channels.scheme import SCHEMES

AT_ONCE = 16  # apprise blocks: so many threads wait for its services
TIMEOUT_S = 30
READ_S = 10.0
TITLE_BYTES = 200
_TYPES = {1: NotifyType.INFO, 2: NotifyType.WARNING, 3: NotifyType.FAILURE, 4: NotifyType.FAILURE}
# How a phone is told that it is urgent, where the address does not say it: option, and its values by severity.
_URGENCY = {
    "ntfy": ("priority", ("low", "default", "high", "max")),
    "bark": ("level", ("passive", "active", "timeSensitive", "critical")),
    "gotify": ("priority", ("low", "normal", "high", "emergency")),
}
_ERROR = re.compile(r"\berror=(\d{3})(?:\d\d)?\b")


class Chat:
    """The address is a URL as apprise writes them, of a service in `scheme.SCHEMES`."""

    name = "apprise"
    room = 500

    def __init__(self, guard: Guard, robots: Robots) -> None:
        self._guard, self._robots = guard, robots
        self._threads = ThreadPoolExecutor(AT_ONCE, "chat")
        # They log topics, mailboxes and texts: what matters of it is in our exceptions.
        for talkative in ("apprise", "urllib3"):
            logging.getLogger(talkative).setLevel(logging.CRITICAL + 1)
        # Its plugins are loaded with the first address: now, not while something is to be sent.
        with warnings.catch_warnings(action="ignore"):
            Apprise.instantiate("ntfy://localhost/topic")

    def per_minute(self, address: str) -> int | None:
        """By the documentation of the service."""
        known = SCHEMES.get(address.partition("://")[0])
        return known.per_minute if known else None

    async def send(self, address: str, message: Message) -> Sent:
        """See Channel. Services have no notion of a key: what is sent twice is shown twice."""
        try:
            check(self.name, address)
        except ValueError as error:
            raise Refused(f"the address {error}") from error
        scheme = urlsplit(address).scheme
        if scheme in HOOKS:
            text = composed(message.title, message.text, message.url, SCHEMES[scheme].room)
            return await self._robots.send(address, text)
        plugin = _plugin(_urgent(address, message.severity))
        if SCHEMES[scheme].own_server:
            # What the address says of a mail's way is the plugin's to know; DNS might still answer it otherwise.
            await self._guard.addresses(getattr(plugin, "smtp_host", "") or plugin.host, plugin.port or 443)
        async with asyncio.timeout(TIMEOUT_S):
            await asyncio.get_running_loop().run_in_executor(
                self._threads, _notify, plugin, message, SCHEMES[scheme].room
            )
        return Sent()


def _urgent(address: str, severity: int) -> str:
    parts = urlsplit(address)
    option, values = _URGENCY.get(parts.scheme.removesuffix("s"), ("", ()))
    if not option or option in parse_qs(parts.query):
        return address
    told = f"{option}={values[severity - 1]}"
    return parts._replace(query=f"{parts.query}&{told}" if parts.query else told).geturl()


def _plugin(address: str) -> NotifyBase:
    asset = AppriseAsset(
        app_id="hotgrid",
        app_desc="hotgrid",
        app_url="",
        http_redirects=False,
        image_url_mask="",
        pem_autogen=False,
        pgp_autogen=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    plugin = Apprise.instantiate(address, asset=asset)
    if not isinstance(plugin, NotifyBase):
        raise Refused("the address is not understood; see the service's page at appriseit.com")
    plugin.socket_read_timeout = READ_S
    return plugin


class _Ear(logging.Handler):
    """Hears what a plugin says of a failure; nobody else does."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.said.append(record.getMessage())


def _notify(plugin: NotifyBase, message: Message, room: int) -> None:
    title = cut(message.title, TITLE_BYTES)
    text = composed("", message.text, message.url, room - utf8(title)).strip("\n")
    ear = _Ear()
    plugin.logger = logging.Logger("plugin")  # without a parent, so that no handler but ours gets anything
    plugin.logger.addHandler(ear)
    kind = _TYPES.get(message.severity, NotifyType.FAILURE)
    if not plugin.notify(body=text or title, title=title, notify_type=kind, body_format=NotifyFormat.TEXT):
        _raise(ear.said)


def _raise(said: Iterable[str]) -> None:
    """A failure by the status that the service answered with, as the plugin tells it."""
    found = [int(match[1]) for line in said if (match := _ERROR.search(line))]
    if found and 300 <= found[-1] < 500 and found[-1] not in PASSING:
        raise Refused(f"HTTP {found[-1]}")
    raise Later(f"HTTP {found[-1]}" if found else "the service did not take it")
