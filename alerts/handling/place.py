"""How far somebody is from what an alert is about."""

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_M = 6_371_008.8  # mean radius, IUGG
NEAR_M = 1_000.0  # from the estimated source, whose error at its 90th percentile is about 700 m
UNSURE_M = 500.0  # as much of a phone's own uncertainty is believed


def distance_m(lon: float, lat: float, alert: Mapping[str, Any]) -> float:
    """Metres over ground to the estimated source of an alert (haversine; R. W. Sinnott, Sky & Telescope 68, 1984)."""
    lon1, lat1, lon2, lat2 = map(radians, (lon, lat, alert["lon"], alert["lat"]))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_M * asin(sqrt(min(1.0, h))), 1)
