"""Values outside of what their instrument can measure."""

import numpy as np
from numpy.typing import NDArray

from ingest.quality.thresholds import Limits

SHARE = 1.05  # of the span


def beyond_span(values: NDArray[np.float32], limits: Limits) -> NDArray[np.bool_]:
    """Where values (minutes, devices) are above 1.05 span, or below the floor (-LOD)."""
    outside: NDArray[np.bool_] = (values > SHARE * limits.span) | (values < limits.floor)
    return outside
