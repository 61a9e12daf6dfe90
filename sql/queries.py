"""Named blocks of SQL in `queries/NOUN.sql`: loaded once, never concatenated, parameters by name.

A block starts with `-- name: verb`; `:param` stands for a value. Strings, comments and `::casts` are left alone.
"""

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool"
Record: TypeAlias = asyncpg.Record

_HEAD = re.compile(r"^-- name: (\w+)[^\n]*\n", re.MULTILINE)
_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::\w+|:(?P<param>[a-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Query:
    """One statement; every method takes its parameters by keyword and refuses a missing or unknown one."""

    name: str
    text: str
    params: tuple[str, ...]

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """The values in the order of $1, $2, …"""
        if values.keys() != set(self.params):
            raise TypeError(f"query {self.name} takes {', '.join(self.params)}; got {', '.join(values)}")
        return [values[param] for param in self.params]

    async def fetch(self, on: Connection, **values: Any) -> list[Record]:
        """All rows."""
        rows: list[Record] = await on.fetch(self.text, *self.arguments(values))
        return rows

    async def fetchrow(self, on: Connection, **values: Any) -> Record | None:
        """The first row, None where there is none."""
        return await on.fetchrow(self.text, *self.arguments(values))

    async def fetchval(self, on: Connection, **values: Any) -> Any:
        """The first column of the first row, None where there is none."""
        return await on.fetchval(self.text, *self.arguments(values))

    async def execute(self, on: Connection, **values: Any) -> None:
        """Run for the effect."""
        await on.execute(self.text, *self.arguments(values))


class Queries:
    """The blocks of one file as attributes."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        text = files("sql").joinpath("queries", f"{noun}.sql").read_text(encoding="utf-8")
        parts = _HEAD.split(text)[1:]
        self._blocks = {
            name: _compile(f"{noun}.{name}", body) for name, body in zip(parts[::2], parts[1::2], strict=True)
        }

    def __getattr__(self, name: str) -> Query:
        try:
            return self._blocks[name]
        except KeyError:
            raise AttributeError(f"queries/{self._noun}.sql has no block {name!r}") from None

    def __iter__(self) -> Any:
        return iter(self._blocks.values())


def _compile(name: str, body: str) -> Query:
    params: list[str] = []

    def number(match: re.Match[str]) -> str:
        param = match["param"]
        if param is None:
            return match[0]
        if param not in params:
            params.append(param)
        return f"${params.index(param) + 1}"

    return Query(name, _TOKEN.sub(number, body).strip().rstrip(";").rstrip(), tuple(params))
