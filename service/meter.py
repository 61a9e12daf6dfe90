"""How much each key has taken lately: a leaky bucket a key, in bounded memory."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

WINDOW_S = 60.0


class Standing(NamedTuple):
    """How a key stands with its limit."""

    limit: int  # units a minute
    remaining: int  # units that could be taken at once
    reset_s: int  # until all of them can
    retry_s: int  # until what was refused would be let in, 0 where it was not

    @property
    def refused(self) -> bool:
        """Whether it was too much."""
        return self.retry_s > 0


class Meter:
    """So many units a minute for each key, all at once or evenly (generic cell rate algorithm, ITU-T I.371).

    Of a key one number is kept: when its bucket will have run empty. Past `most` keys the one longest not seen is
    forgotten: a flood from more addresses than that is not held back here, and shuts out nobody else either.
    """

    def __init__(self, limit: int, most: int = 50_000) -> None:
        self._limit, self._most = limit, most
        self._unit_s = WINDOW_S / limit
        self._empty_at: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, key: Hashable, now: float, cost: int = 1) -> Standing:
        """Take `cost` units at `now` (s of a monotonic clock), or nothing where that is refused."""
        standing, empty_at = self._after(key, now, cost)
        if not standing.refused:
            self._empty_at[key] = empty_at
            self._empty_at.move_to_end(key)
            if len(self._empty_at) > self._most:
                self._empty_at.popitem(last=False)
        return standing

    def look(self, key: Hashable, now: float) -> Standing:
        """Whether a unit could be taken; none is."""
        return self._after(key, now, 1)[0]

    def _after(self, key: Hashable, now: float, cost: int) -> tuple[Standing, float]:
        full_s = max(0.0, self._empty_at.get(key, now) - now)
        # What is dearer than the limit may be had by whom took nothing before.
        wanted_s = full_s + min(cost, self._limit) * self._unit_s
        over_s = wanted_s - WINDOW_S
        if over_s <= 1e-6:
            full_s, over_s = wanted_s, 0.0
        remaining = max(0, math.floor((WINDOW_S - full_s) / self._unit_s + 1e-6))
        return Standing(self._limit, remaining, math.ceil(full_s), math.ceil(over_s)), now + full_s

    def __len__(self) -> int:
        """How many keys are kept."""
        return len(self._empty_at)
