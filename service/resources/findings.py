"""What field teams found, against what the alerts had named."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.findings import load_score
from service.database import Connection
from service.parameters import Strict
from service.resources import API

router = APIRouter(prefix=API, tags=["findings"])

EXAMPLE: dict[str, Any] = {
    "named": 48,
    "first": 40,
    "among_three": 46,
    "nobody": 7,
    "unmatched": 1,
    "top1": 0.8333,
    "top3": 0.9583,
}


class FindingsScore(BaseModel):
    """Hotspots that field teams have visited; the newest finding of each counts."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    named: Annotated[int, Field(description="an enterprise was found")]
    first: Annotated[int, Field(description="and the alert had named it first, before anybody went there")]
    among_three: Annotated[int, Field(description="or among its first three")]
    nobody: Annotated[int, Field(description="nobody of the registry was found")]
    unmatched: Annotated[int, Field(description="findings of no hotspot that is known here; not counted above")]
    top1: Annotated[float | None, Field(description="`first` / `named`, null where nobody was found yet")]
    top3: Annotated[float | None, Field(description="`among_three` / `named`, null where nobody was found yet")]


@router.get(
    "/findings/score",
    operation_id="getFindingsScore",
    summary="溯源命中率 · how often the alert had named whom the field team found",
)
async def findings_score(connection: Connection, _: Annotated[Strict, Query()]) -> FindingsScore:
    """Hit rate of the attribution of hotspots, counted from what field teams found."""
    return FindingsScore.model_validate((await load_score(connection)).line())
