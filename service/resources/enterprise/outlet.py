"""An outlet on its monitor's way onto the network, as enterprises and the authority are told of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from alerts.enterprise.file import UnknownFile
from alerts.enterprise.onboarding import Act, Class, NotNow, NotProven, NotYours, Stage, Step
from alerts.enterprise.outlets import Outlet, steps_of
from service.database import Connection
from service.problems import ConflictError, ForbiddenError, bad_input

OutletId = Annotated[int, Path(ge=1, lt=2**63, description="排口编号 · its `outlet_id`")]
STEP: dict[str, Any] = {
    "step": "installed",
    "on": "2026-11-20",
    "at": "2026-11-21T02:10:00Z",
    "note": "已安装 · in place",
    "files": ["0b8e4f5a9c3d4e2f8a6b7c1d2e3f4a5b"],
    "who": None,
}
OUTLET: dict[str, Any] = {
    "outlet_id": 3,
    "enterprise_id": "E0007",
    "enterprise": "江宇化工有限公司",
    "township": "孟河镇",
    "outlet": "DA001",
    "design_flow_m3h": 12000,
    "industry_class": "chemical",
    "threshold_m3h": 10000,
    "required": True,
    "required_since": "2026-09-01",
    "reason": "化工排口设计风量 12000 ≥ 10000 m³/h · chemical industry: design flow 12000 ≥ 10000 m³/h",
    "stage": "installed",
    "next_step": "tested",
    "due": {"installed": "2026-11-30", "tested": "2026-12-30", "accepted": "2027-01-29", "networked": "2027-02-28"},
    "overdue": False,
    "overdue_since": None,
    "refusal": None,
    "monitors": ["010000A8900016F000169DC0"],
    "steps": [STEP],
}


class OnboardingStep(BaseModel):
    """What was done at an outlet; `who` is told to the authority alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [STEP]})

    step: Act
    on: Annotated[date, Field(description="the day on which it was done, as said; of `networked` the first frame's")]
    at: Annotated[datetime, Field(description="when it was said")]
    note: str
    files: Annotated[list[str], Field(description="of the enterprise's window")]
    who: str | None = None


class StepDays(BaseModel):
    """The last good day of each step."""

    installed: date
    tested: date
    accepted: date
    networked: date


class OutletStanding(BaseModel):
    """Whether an outlet needs a VOC monitor and why, how far it is, and until when each step has to be done."""

    model_config = ConfigDict(json_schema_extra={"examples": [OUTLET]})

    outlet_id: int
    enterprise_id: str
    enterprise: str
    township: str
    outlet: str
    design_flow_m3h: float
    industry_class: Class
    threshold_m3h: Annotated[float, Field(description="design flow from which on a monitor is needed: a local rule")]
    required: bool
    required_since: date | None
    reason: str
    stage: Annotated[Stage, Field(description="`begun`: nothing was done yet")]
    next_step: Annotated[Step | None, Field(description="what is to be done; null: nothing")]
    due: Annotated[StepDays | None, Field(description="until when; null where no monitor is required")]
    overdue: bool
    overdue_since: Annotated[date | None, Field(description="the last day on which the next step was in time")]
    refusal: Annotated[str | None, Field(description="why the last test was sent back")]
    monitors: Annotated[list[str], Field(description="MN of the registered monitors at this outlet")]
    steps: list[OnboardingStep]


async def told(connection: Connection, outlets: Sequence[Outlet], *, with_who: bool) -> list[OutletStanding]:
    """Outlets with what was done at them."""
    steps = await steps_of(connection, [one.outlet_id for one in outlets], with_who=with_who)
    return [_standing(one, steps) for one in outlets]


def _standing(one: Outlet, steps: Mapping[int, list[dict[str, Any]]]) -> OutletStanding:
    return OutletStanding(
        outlet_id=one.outlet_id,
        enterprise_id=one.enterprise_id,
        enterprise=one.enterprise,
        township=one.township,
        outlet=one.outlet,
        design_flow_m3h=one.flow_m3h,
        industry_class=one.need.industry_class,
        threshold_m3h=one.need.threshold_m3h,
        required=one.need.required,
        required_since=one.need.since,
        reason=_reason(one),
        stage=one.standing.stage,
        next_step=one.next_step,
        due=StepDays.model_validate(one.due) if one.due else None,
        overdue=one.overdue_since is not None,
        overdue_since=one.overdue_since,
        refusal=one.standing.refusal or None,
        monitors=list(one.mns),
        steps=[OnboardingStep(**step) for step in steps.get(one.outlet_id, ())],
    )


def _reason(one: Outlet) -> str:
    zh, en = (
        ("化工", "chemical industry") if one.need.industry_class == "chemical" else ("其他行业", "other industries")
    )
    sign: Literal["≥", "<"] = "≥" if one.need.required else "<"
    figures = f"{one.flow_m3h:g} {sign} {one.need.threshold_m3h:g} m³/h"
    return f"{zh}排口设计风量 {figures} · {en}: design flow {figures}"


@contextmanager
def refused() -> Iterator[None]:
    """Turn what speaks against a step into an answer."""
    try:
        yield
    except NotYours as error:
        raise ForbiddenError(str(error)) from error
    except NotNow as error:
        raise ConflictError(str(error)) from error
    except NotProven as error:
        raise bad_input({error.field: str(error)}) from error
    except UnknownFile as error:
        raise bad_input({"files": str(error)}) from error
