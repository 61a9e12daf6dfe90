"""Paths into a payload, and texts with paths in them: read once, looked up in every message.

`$` is the payload, `@` the record (the payload itself where a payload is one record); then `.key`, `['any key']`,
`[0]`, and where several are meant `[*]`, all of a list or of an object.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, Final, NamedTuple

_STEP = re.compile(r"\.([^.\[\]{}\s]+)|\[(\d{1,6})\]|\['([^']+)'\]|\[\"([^\"]+)\"\]|(\[\*\])")
_HOLE = re.compile(r"\{([^{}]*)\}")


class Absent(Enum):
    """What a path finds where there is nothing."""

    ABSENT = "absent"


class Each(Enum):
    """The step `[*]`."""

    EACH = "*"


ABSENT: Final = Absent.ABSENT
EACH: Final = Each.EACH


class Scope(NamedTuple):
    """What is looked at: a payload, a record of it, its key or number there, what the topic's wildcards stand for."""

    payload: Any
    record: Any
    key: str
    levels: tuple[str, ...]


class Path(NamedTuple):
    """A way into a payload."""

    text: str
    root: str
    steps: tuple[str | int | Each, ...]

    @classmethod
    def parse(cls, text: str) -> "Path":
        """From `$.a['b'][0]`, `@.a`, or without a root `a.b`; raises ValueError."""
        root = text[0] if text[:1] in ("$", "@") else ""
        rest = text[len(root) :]
        if not root and not rest.startswith("["):
            rest = f".{rest}"
        steps: list[str | int | Each] = []
        at = 0
        while at < len(rest):
            found = _STEP.match(rest, at)
            if found is None:
                raise ValueError(f"no path: {text!r} at {rest[at:]!r}; write it as $.key[0].key or $['any key']")
            key, index, single, double, each = found.groups()
            steps.append(int(index) if index else EACH if each else key or single or double)
            at = found.end()
        return cls(text, root, tuple(steps))

    def find(self, scope: Scope) -> Any:
        """What is there, or ABSENT; the path has no `[*]`."""
        return walk(scope.payload if self.root == "$" else scope.record, self.steps)

    def each(self, node: Any) -> Iterator[tuple[str, Any]]:
        """What is there below a root, each with the key or number of its last `[*]`."""
        return _each(node, self.steps, "")


def walk(node: Any, steps: tuple[Any, ...]) -> Any:
    """What lies below a node, or ABSENT."""
    for step in steps:
        if type(node) is str:  # whose letters could be numbered too
            return ABSENT
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return node


def _each(node: Any, steps: tuple[Any, ...], key: str) -> Iterator[tuple[str, Any]]:
    if EACH not in steps:
        found = walk(node, steps)
        if found is not ABSENT:
            yield key, found
        return
    at = steps.index(EACH)
    node = walk(node, steps[:at])
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, member in members:
        yield from _each(member, steps[at + 1 :], str(name))


class Template(NamedTuple):
    """A value, or a text with holes: `{1}` a wildcard of the topic, `{key}` the record's key, `{@.path}` a path."""

    text: str
    parts: tuple[str | int | Path, ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """A text that begins with `$` or `@` is one path, and what it finds is not made a text; raises ValueError."""
        if text[:1] in ("$", "@"):
            return cls(text, (_single(text),))
        parts: list[str | int | Path] = []
        for i, part in enumerate(_HOLE.split(text)):
            if i % 2 == 0:
                parts += [part] if part else []
            elif part.isdecimal():
                parts.append(int(part) - 1)
            else:
                parts.append(KEY if part == "key" else _single(part))
        if not parts or "{" in _HOLE.sub("", text) or -1 in parts:
            raise ValueError(f"no text with holes: {text!r}; write it as $.path, {{1}}, {{@.path}} or text-{{1}}")
        return cls(text, tuple(parts))

    @property
    def levels(self) -> int:
        """How many wildcards the topic must have."""
        return max((part + 1 for part in self.parts if isinstance(part, int)), default=0)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths in it."""
        return tuple(part for part in self.parts if isinstance(part, Path) and part is not KEY)

    def fill(self, scope: Scope) -> Any:
        """The value or text for a record, ABSENT if something of it is not there."""
        if len(self.parts) == 1:
            return _filled(self.parts[0], scope)
        texts = [as_text(_filled(part, scope)) for part in self.parts]
        return ABSENT if None in texts else "".join(text or "" for text in texts)


KEY: Final = Path("key", "", ())


def _single(text: str) -> Path:
    path = Path.parse(text)
    if not path.root or EACH in path.steps:
        raise ValueError(f"no path to one thing: {text!r}; begin it with $ or @, and leave out [*]")
    return path


def _filled(part: str | int | Path, scope: Scope) -> Any:
    if isinstance(part, str):
        return part
    if isinstance(part, int):
        return scope.levels[part]
    return scope.key if part is KEY else part.find(scope)


def as_text(value: object) -> str | None:
    """A plain value as a vendor's document would write it, None for what is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else None
