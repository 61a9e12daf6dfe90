"""What became of the rows of a file: read, new, there already, refused and why."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SHOWN = 10


@dataclass(slots=True)
class Tally:
    """Rows of the file; `new` and `there` count station-minutes, mobile samples and values of monitors."""

    read: int = 0
    new: int = 0
    there: int = 0
    empty: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    ignored: tuple[str, ...] = ()
    """Columns that are of no channel."""
    shown: list[str] = field(default_factory=list)
    """The first of what was refused, with the number of the row."""

    def refuse(self, reason: str, rows: NDArray[np.integer] | Sequence[int], told: str | Callable[[int], str]) -> None:
        """Count rows or values that are not taken; `told` says what is wrong with the i-th of them."""
        if not len(rows):
            return
        self.refused[reason] += len(rows)
        for i in range(min(len(rows), SHOWN - len(self.shown))):
            self.shown.append(f"{rows[i]}: {reason}: {told if isinstance(told, str) else told(i)}")
