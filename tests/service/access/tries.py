"""Requests by which somebody might get at another enterprise's data, made by chance from a seed."""

import base64
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from service.access import ACCESS
from tests.service.access.city import ROUTES
from tests.service.forgetful import Valid

ENTERPRISES = ("E0007", "E0009", "e0007", "E0007,E0009", "E0009,E0007", "*", "%", "{E0007}", "E000_", "E0007'--", "")
ACCEPTS = ("*/*", "application/json", "text/csv", "application/vnd.apache.parquet", "text/html", "application/zip", "")
TIMES = ("2020-01-01T00:00:00Z", "2026-11-20T00:00:00+08:00", "2100-01-01T00:00:00Z", "2026-11-01", "2030-01-01")
WORDS: Mapping[str, Sequence[str]] = {
    "enterprise": ENTERPRISES,
    "enterprise_id": ENTERPRISES,
    "format": ("csv", "parquet", "json"),
    "step": ("minute", "hour", "day"),
    "by": ("hour", "day", "month"),
    "sort": ("exceedances", "valid", "name"),
    "state": ("open", "declared", "accepted", "online", "failed"),
    "limit": ("500", "1"),
    "account": ("*", "enterprise-e0007", "admin"),
    "person": ("P1", "enterprise:E0007"),
    "person_id": ("P1", "enterprise:E0007"),
    "after": ("0", "a", ""),
    "before": ("999999999",),
    "ended": ("true",),
    "last": ("false",),
    **dict.fromkeys(("from", "to", "since", "start", "end"), TIMES),
}
SMUGGLED: Sequence[Mapping[str, str]] = (
    {"x-hotgrid-actor": "enterprise:E0007"},
    {"x-hotgrid-actor": "P1"},
    {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "service", "x-real-ip": "127.0.0.1"},
    {"x-forwarded-user": "enterprise-e0007", "x-remote-user": "admin", "remote-user": "admin"},
    {"x-http-method-override": "GET"},
    {"x-http-method-override": "DELETE", "x-method-override": "DELETE"},
    {"x-original-url": "/api/v1/enterprise?enterprise=E0007", "x-rewrite-url": "/api/v1/enterprises"},
    {"forwarded": "for=127.0.0.1;host=service;proto=https"},
    {"range": "bytes=0-100"},
    {"if-none-match": "*"},
    {"if-match": "*"},
    {"accept-encoding": "gzip"},
    {"idempotency-key": "k1"},
    {"x-enterprise": "E0007", "hotgrid.reach": "*"},
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is known of E0007 to whoever tries: its ids, cursors, tags, and a beginning of its keys."""

    ids: Mapping[str, Sequence[str]]
    """By the name of a parameter; `""` are all."""
    cursors: Sequence[str]
    tags: Sequence[str]
    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Try:
    """One request; `path` is encoded already."""

    operation: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def sent(self) -> bytes:
        """Everything that is said in it: what comes back of this is no news."""
        return f"{self.path} {self.query} {dict(self.headers)}".encode() + self.body


@dataclass(slots=True)
class Trying:
    """An endless supply of tries."""

    chance: random.Random
    valid: Mapping[str, Valid]
    secrets: Secrets
    filters: Mapping[str, Sequence[str]]
    """The parameters of the query that each operation knows."""
    operations: Sequence[str] = field(default=tuple(ROUTES))

    def tries(self, number: int) -> Iterator[Try]:
        """So many of them."""
        for _ in range(number):
            yield self._one(self.chance.choice(self.operations))

    def _one(self, operation: str) -> Try:
        method, path = ROUTES[operation]
        valid = self.valid.get(operation, Valid())
        for name, value in valid.path.items():
            path = path.replace(f"{{{name}}}", quote(self._told(name, value), safe=""))
        if self.chance.random() < 0.12:
            method = self.chance.choice(("HEAD", "OPTIONS", "GET", "POST", "DELETE", "PUT"))
        headers = self._headers()
        body = b""
        if valid.raw:
            body = valid.raw
        elif valid.bodies and method not in ("GET", "HEAD", "OPTIONS"):
            body = json.dumps(self._body(self.chance.choice(valid.bodies))).encode()
        kind = valid.content_type or ("application/json" if body else "")
        return Try(operation, method, path, self._query(operation, valid), {**headers, "content-type": kind}, body)

    def _told(self, name: str, value: str) -> str:
        dice = self.chance.random()
        if dice < 0.7:
            return value
        if dice < 0.95 and (known := self.secrets.ids.get(name) or self.secrets.ids[""]):
            return self.chance.choice(known)
        return self.chance.choice((f"{value}%", value.upper(), f" {value}", f"{value}\0", f"../{value}", "*"))

    def _query(self, operation: str, valid: Valid) -> tuple[tuple[str, str], ...]:
        told = [(name, self._word(name, value)) for name, value in valid.query.items() if self.chance.random() < 0.8]
        more = [name for name in self.filters.get(operation, ()) if self.chance.random() < 0.15]
        told += [(name, self._word(name, "")) for name in more]
        if self.chance.random() < 0.15:  # twice, in either order
            told += [("enterprise", one) for one in self.chance.sample(("E0007", "E0009"), 2)]
        self.chance.shuffle(told)
        return tuple(told)

    def _word(self, name: str, value: str) -> str:
        if value and self.chance.random() < 0.5:
            return value
        if name == "cursor":
            return self._cursor()
        return self.chance.choice(WORDS.get(name) or self.secrets.ids.get(name) or (value or "1",))

    def _cursor(self) -> str:
        if self.chance.random() < 0.5 and self.secrets.cursors:
            return self.chance.choice(self.secrets.cursors)
        id_ = self.chance.choice((*self.secrets.ids[""], "' OR '1'='1", "", "E0007"))
        place: Any = [self.chance.choice(("2100-01-01T00:00:00Z", "exceedances")), id_]
        if self.chance.random() < 0.5:
            place = ["exceedances", 1e9, id_]
        return base64.urlsafe_b64encode(json.dumps(place).encode()).rstrip(b"=").decode()

    def _headers(self) -> dict[str, str]:
        told = {"accept": self.chance.choice(ACCEPTS)}
        if self.chance.random() < 0.4:
            told |= self.chance.choice(SMUGGLED)
        if self.chance.random() < 0.15:
            told["if-none-match"] = self.chance.choice(self.secrets.tags)
        if self.chance.random() < 0.1:
            told["authorization"] = f"Bearer {self.chance.choice(self.secrets.keys)}"
        if self.chance.random() < 0.05:
            told["last-event-id"] = "0"
        return told

    def _body(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._body(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            known = self.secrets.ids.get(name)
            return [self.chance.choice(known)] if known and self.chance.random() < 0.7 else value
        known = self.secrets.ids.get(name)
        if not known or self.chance.random() < 0.4:
            return value
        chosen = self.chance.choice(known)
        return int(chosen) if isinstance(value, int) and chosen.isdecimal() else chosen


OF_ENTERPRISES = tuple(name for name, access in ACCESS.items() if access.admits("enterprise") and not access.open)
"""Operations that an enterprise may call at all: most tries go there."""
