"""An area that somebody has drawn on the map: a GeoJSON Polygon in WGS84 that is one."""

from typing import Any, Literal, Self

import shapely
from pydantic import BaseModel, ConfigDict, model_validator
from shapely.geometry import shape
from shapely.validation import explain_validity

from ingest.registry import Latitude, Longitude

MOST_POINTS = 1000
EXAMPLE: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[120.04, 31.67], [120.06, 31.67], [120.06, 31.69], [120.04, 31.69], [120.04, 31.67]]],
}


class Polygon(BaseModel):
    """RFC 7946: rings of [lon, lat], each closed, the first one around, the others holes; at most 1,000 points."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    type: Literal["Polygon"]
    coordinates: list[list[tuple[Longitude, Latitude]]]

    @model_validator(mode="after")
    def _drawn(self) -> Self:
        if not 1 <= sum(map(len, self.coordinates)) <= MOST_POINTS:
            raise ValueError(f"须有 1 至 {MOST_POINTS} 个点 · must have 1 to {MOST_POINTS} points")
        for ring in self.coordinates:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ValueError(
                    "每个环须至少四点且首尾相同 · every ring must have four points and end where it begins"
                )
        area = shape(self.model_dump())
        if not shapely.is_valid(area) or area.area == 0:
            raise ValueError(f"不是有效多边形 · is no valid polygon: {explain_validity(area)}")
        return self
