"""An hour against its permit limit: when it is valid, when it is above, and how severe that is.

The one place where this is said: the rule that finds exceedances and all that shows hours ask here. Exceedance is a
valid hourly mean above the limit (HJ 76 annex B, HJ 1013); minutes that are flagged or under a mark do not count.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.validity import HOUR_MINUTES

VALID = HOUR_MINUTES
"""Minutes of flag N, without those under a mark, that make an hour valid: HJ 76 annex B, HJ 212-2017 annex D."""
STEPS = (1.5, 2.0, 3.0)  # times the limit from which on the severity is 2, 3 and 4: our own, no standard has any
TIE = 1e-6  # share of the limit that is still at the limit: readings are kept as float32

Amount = TypeVar("Amount", float, NDArray[np.float64])


def level(limit: Amount) -> Amount:
    """What an hourly mean must be above to exceed a limit, in the unit of the limit: at the limit is not above it."""
    return limit * (1 + TIE)


def exceeds(mean: float, valid: int, limit: float) -> bool:
    """Whether an hour of `valid` minutes exceeds a limit in the unit of its mean."""
    return valid >= VALID and mean > level(limit)


def severity(share: float) -> int:
    """1 … 4 by how many times the limit it is."""
    return 1 + sum(share >= step for step in STEPS)
