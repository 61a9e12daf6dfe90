"""The one way out over HTTP: to an address that was judged, without redirects, proxies or cookies, bounded in time."""

import logging
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx2

from alerts.channels.guard import Guard
from alerts.channels.message import Later
from alerts.channels.refused import Gone, Refused

TIMEOUT = httpx2.Timeout(10, connect=5)
MOST_ADDRESSES = 3  # of a name are tried, as long as none takes the connection
ANSWER_BYTES = 65_536
LONGEST_WAIT_S = 3600.0
# Asked to slow down or to come back: everything else in the 400s will not get better by trying again.
PASSING = frozenset({408, 425, 429})


class Answer(NamedTuple):
    """What the other side said."""

    status: int
    headers: httpx2.Headers
    body: bytes


class Outlet:
    """Posts once; the name is looked up once and the connection goes to what was judged, whatever DNS says next."""

    def __init__(self, guard: Guard, trusted: ssl.SSLContext | None = None) -> None:
        """Servers are `trusted` by the certificates of this machine, where nothing else is given."""
        self._guard, self._trusted = guard, trusted or ssl.create_default_context()
        for talkative in ("httpx2", "httpcore2"):  # they log whole URLs, and a URL may be all it takes to send
            logging.getLogger(talkative).setLevel(logging.WARNING)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises Refused for where it may not go, httpx2.HTTPError or OSError where another try may help."""
        aim = httpx2.URL(url)
        port = aim.port or {"https": 443, "http": 80}[aim.scheme]
        *first, last = (await self._guard.addresses(aim.host, port))[:MOST_ADDRESSES]
        for address in first:
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await self._post(aim, address, body, headers)
        return await self._post(aim, last, body, headers)

    async def _post(self, aim: httpx2.URL, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        # The certificate is still checked against the name, and the name is what the server is asked for.
        named, to = {**headers, "Host": aim.netloc.decode()}, {"sni_hostname": aim.host}
        # A client for each: a connection that was made for one name must not be used for another at its address.
        async with (
            httpx2.AsyncClient(verify=self._trusted, timeout=TIMEOUT, trust_env=False) as client,
            client.stream("POST", aim.copy_with(host=address), content=body, headers=named, extensions=to) as response,
        ):
            return Answer(response.status_code, response.headers, await _read(response))


async def _read(response: httpx2.Response) -> bytes:
    """The beginning of an answer: nobody needs more, and nobody can make us take more."""
    body = b""
    async for part in response.aiter_raw():
        body += part
        if len(body) >= ANSWER_BYTES:
            break
    return body[:ANSWER_BYTES]


def judge(answer: Answer, now: datetime, gone: frozenset[int] = frozenset()) -> None:
    """Nothing for a yes; raises Gone, Refused or Later by the status. `now` is for a Retry-After that is a date."""
    status = answer.status
    if status in gone:
        raise Gone(f"HTTP {status}")
    if 200 <= status < 300:
        return
    if 300 <= status < 500 and status not in PASSING:
        raise Refused(f"HTTP {status}")
    raise Later(f"HTTP {status}", retry_after(answer.headers.get("Retry-After", ""), now))


def retry_after(told: str, now: datetime) -> float:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3), bounded; 0 where it says nothing that can be understood."""
    try:
        seconds = float(told) if told.isascii() and told.isdigit() else _until(told, now)
    except (ValueError, OverflowError):
        return 0
    return min(max(seconds, 0), LONGEST_WAIT_S)


def _until(told: str, now: datetime) -> float:
    at = parsedate_to_datetime(told)
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
