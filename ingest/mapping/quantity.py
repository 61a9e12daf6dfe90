"""One mapped quantity: from what a vendor sends for it to a value of its channel and an HJ 212 letter."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.flag import LETTERS, UNFLAGGED
from ingest.mapping.path import ABSENT, Path, as_text

LETTERS_THEMSELVES = {letter: letter for letter in LETTERS}
OTHERWISE = "*"  # in the flags: every other word
WRONG = (ValueError, TypeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value of `channel`: scale and offset to the unit of the registry; `words` are texts that mean numbers."""

    channel: str
    path: Path
    scale: float = 1.0
    offset: float = 0.0
    flag: Path | None = None
    words: Mapping[str, float] = field(default_factory=dict)

    def number(self, raw: Any, missing: frozenset[float | str]) -> float | None:
        """The value, None for what the vendor sends where there is none; raises what is in WRONG."""
        if isinstance(raw, str) or (isinstance(raw, bool) and self.words):
            raw = self._spelt((as_text(raw) or "").strip(), missing)
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise TypeError("not a number")
        if raw in missing:
            return None
        value = float(raw) * self.scale + self.offset
        if not math.isfinite(value):
            raise ValueError("not a finite number")
        return value

    def _spelt(self, text: str, missing: frozenset[float | str]) -> float | None:
        if not text or text in missing:
            return None
        if text in self.words:
            return self.words[text]
        if "_" in text:  # which Python would take
            raise ValueError("not a number")
        return float(text)


def letter(raw: Any, flags: Mapping[str, str]) -> str | None:
    """The HJ 212 letter of a vendor's flag; None if it sent none, UNFLAGGED for one that nobody has mapped."""
    if raw is ABSENT or raw is None:
        return None
    word = (as_text(raw) or "").strip()
    return flags.get(word) or flags.get(OTHERWISE, UNFLAGGED) if word else None
