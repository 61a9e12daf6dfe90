"""MQTT topic filters: what they match, and whether two of them could match the same topic."""

from collections.abc import Sequence
from typing import NamedTuple


class Filter(NamedTuple):
    """A topic filter: `+` is one level, `#` all that remain."""

    text: str
    levels: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """Checked by the rules of MQTT; raises ValueError."""
        levels = tuple(text.split("/"))
        if not text or "\0" in text or len(text.encode()) > 65_535:
            raise ValueError("no topic filter: empty, too long, or with a NUL in it")
        if text.startswith("$"):
            raise ValueError("no $ at the beginning: the share is added by itself, and $SYS is the broker's own")
        if any(len(level) > 1 and ("+" in level or "#" in level) for level in levels) or "#" in levels[:-1]:
            raise ValueError(f"no topic filter: {text!r}: + and # stand for whole levels, # only for the last ones")
        return cls(text, levels)

    @property
    def wildcards(self) -> int:
        """How many groups a match has."""
        return sum(level in ("+", "#") for level in self.levels)

    def match(self, levels: Sequence[str]) -> tuple[str, ...] | None:
        """What the wildcards stand for in a topic, None if it is none of ours."""
        groups: list[str] = []
        for i, wanted in enumerate(self.levels):
            if wanted == "#":
                return (*groups, "/".join(levels[i:]))
            if i >= len(levels):
                return None
            if wanted == "+":
                groups.append(levels[i])
            elif wanted != levels[i]:
                return None
        return tuple(groups) if len(levels) == len(self.levels) else None

    def overlaps(self, other: "Filter") -> bool:
        """Whether there is a topic that both match."""
        return _overlap(self.levels, other.levels)


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if "#" in (one[:1] + other[:1]):
        return True
    if not one or not other:
        return one == other or (one or other) == ("#",)
    same = one[0] == other[0] or "+" in (one[0], other[0])
    return same and _overlap(one[1:], other[1:])
