"""PM2.5 above PM10, which cannot be: it is part of it."""

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits

OVER = 15  # min
SHARE = 0.8  # of the values in them


def crossed(pm25: NDArray[np.float32], pm10: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where (minutes, devices) PM2.5 - PM10 > max(absolute limit, share of PM2.5), as in 80 % of the last 15 minutes.

    Which of the two is wrong nobody knows. At least half of the minutes must have both. Noise and a resolution of
    1 µg/m³ cross them for a minute in clean, dusty-free air: hence the tolerance, and the time that it must last.
    """
    over = pm25 - pm10 > np.maximum(limits.crossed, limits.crossed_share * pm25)
    both = _running(~np.isnan(pm25) & ~np.isnan(pm10))
    lasting: NDArray[np.bool_] = (_running(over) >= SHARE * both) & (2 * both >= OVER)
    both_say: NDArray[np.bool_] = over & lasting
    return both_say


def _running(what: NDArray[np.bool_]) -> NDArray[np.int16]:
    """How many of the last OVER minutes."""
    total = np.cumsum(what, axis=0, dtype=np.int16)
    total[OVER:] -= total[:-OVER].copy()
    return total
