"""HTTP clients of the benchmarks: as thin as can be, so that the server is what is measured."""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

API = "/api/v1"
WARM = 5  # requests before those that count


def timed(url: str, path: str, count: int, headers: dict[str, str] | None = None) -> list[float]:
    """Seconds from asking to the last byte, of `count` requests one after the other over one connection."""
    return timed_all(url, [path] * (count + WARM), headers)[WARM:]


def timed_all(url: str, paths: Sequence[str], headers: dict[str, str] | None = None) -> list[float]:
    """The same of different requests."""
    return timed_each(url, [(path, headers or {}) for path in paths])


def timed_each(url: str, asked: Sequence[tuple[str, dict[str, str]]]) -> list[float]:
    """The same of different requests, each with headers of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    times = []
    for path, headers in asked:
        began = time.perf_counter()
        connection.request("GET", API + path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != http.client.OK:
            raise OSError(f"{path}: HTTP {answer.status}")
    connection.close()
    return times


class Ear:
    """Listens to the live feed: when the first event of each minute was here, by the time of the event."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=600)
        self._connection.request("GET", API + "/alerts/stream", headers=headers)
        self._answer = self._connection.getresponse()
        self._change = threading.Condition()
        self._heard: dict[str, float] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def heard(self, at: str, patience_s: float) -> float | None:
        """When (perf_counter) the first event of this time came, None where none does."""
        with self._change:
            self._change.wait_for(lambda: at in self._heard, patience_s)
            return self._heard.get(at)

    def _listen(self) -> None:
        for data in self._data():
            now = time.perf_counter()
            with self._change:
                self._heard.setdefault(json.loads(data)["at"], now)
                self._change.notify()

    def _data(self) -> Iterator[bytes]:
        try:
            while line := self._answer.readline():
                if line.startswith(b"data:"):
                    yield line[5:]
        except (OSError, http.client.HTTPException):
            return  # the server has ended
