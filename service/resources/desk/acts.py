"""What people say with each step of handling: one body an action."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from alerts.handling.stage import Act, Action, Actor, Cause
from service.parameters import Instant
from service.resources.desk.handled import CAUSES

_CONTROL = {chr(code) for code in [*range(32), 127]} - set("\n\t\r")


def _readable(text: str) -> str:
    if not _CONTROL.isdisjoint(text):
        raise ValueError("must not contain control characters")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_readable)]
Why = Annotated[Text, StringConstraints(min_length=1)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_readable)]
PhotoIds = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")], ...],
    Field(max_length=20, description="ids of photos of this alert, as their upload answered"),
]
Longitude = Annotated[float, Field(ge=-180, le=180, description="degrees WGS84")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="degrees WGS84")]
Ahead = Annotated[Instant | None, Field(description="in the future")]


class Said(BaseModel):
    """What a step says; the fields have the names that `Act` has for them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    action: ClassVar[Action]

    def act(self, actor: Actor) -> Act:
        """The act of this actor."""
        return Act(actor=actor, action=self.action, **{name: getattr(self, name) for name in type(self).model_fields})


def _examples(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(examples)})


class Acknowledge(Said):
    """A note, if there is something to say."""

    model_config = _examples({"why": "正在核对周边站点"})
    action = "acknowledge"
    why: Text = ""


class Release(Said):
    """Why it is given back."""

    model_config = _examples({"why": "交回，处理另一条"})
    action = "release"
    why: Text = ""


class Dispatch(Said):
    """To one person, or to the field team of a township; again to somebody else, as long as nothing is put right."""

    model_config = _examples({"team": "孟河镇", "why": "下风向 600 m，先看江宇化工"}, {"person": "P12"})
    action = "dispatch"
    person: Annotated[Key | None, Field(description="a `person_id`")] = None
    team: Annotated[Key | None, Field(description="a township that has field officers")] = None
    why: Text = ""


class Accept(Said):
    """A note, if there is something to say."""

    model_config = _examples({"why": "20 分钟到"})
    action = "accept"
    why: Text = ""


class Decline(Said):
    """Why not."""

    model_config = _examples({"why": "车辆故障"})
    action = "decline"
    why: Why


class Arrive(Said):
    """Where; who is more than 1 km from the estimated source, beyond what the phone is unsure of, also says why."""

    model_config = _examples({"lon": 120.0741, "lat": 31.6969, "accuracy_m": 12})
    action = "arrive"
    lon: Longitude
    lat: Latitude
    accuracy_m: Annotated[float | None, Field(ge=0, le=1e6, description="as the phone says it, m")] = None
    photos: PhotoIds = ()
    why: Text = ""


class Report(Said):
    """What was found. Again while nothing is ordered yet: the later one counts."""

    model_config = _examples({"cause": "treatment_fault", "enterprise_id": "E0007", "why": "RTO 停机，旁路阀开启"})
    action = "report"
    cause: Annotated[Cause, Field(description=CAUSES)]
    enterprise_id: Annotated[Key | None, Field(description="who was found; none: nobody of the registry")] = None
    photos: PhotoIds = ()
    why: Text = ""


class Rectify(Said):
    """Ordered by the desk, with a deadline; said to be done by the enterprise or the field, without one."""

    model_config = _examples({"deadline": "2026-11-22T18:00:00+08:00"}, {"why": "旁路阀已铅封", "photos": []})
    action = "rectify"
    deadline: Ahead = None
    photos: PhotoIds = ()
    why: Text = ""


class Verify(Said):
    """Whether it has been put right; where not, why and until when it must be."""

    model_config = _examples(
        {"passed": True}, {"passed": False, "why": "仍有异味", "deadline": "2026-11-23T18:00:00+08:00"}
    )
    action = "verify"
    passed: bool
    deadline: Ahead = None
    photos: PhotoIds = ()
    why: Text = ""


class Propose(Said):
    """Why it can be closed."""

    model_config = _examples({"why": "浓度已回落，现场无异常"})
    action = "propose"
    why: Why


class Close(Said):
    """Why it is over: the sign-off."""

    model_config = _examples({"why": "整改到位，复测正常"})
    action = "close"
    why: Why


class FalseAlarm(Said):
    """Why there was nothing: a truth label for the detector."""

    model_config = _examples({"why": "采样口结露"})
    action = "false-alarm"
    why: Why


class Reopen(Said):
    """Why it is not over."""

    model_config = _examples({"why": "夜间再次超标"})
    action = "reopen"
    why: Why


class Recheck(Said):
    """When to look again, or what was seen then; seen again (`passed` false, with `why`), the alert is opened again."""

    model_config = _examples({"at": "2026-12-05T09:00:00+08:00"}, {"passed": True, "why": "设施运行正常"})
    action = "recheck"
    at: Ahead = None
    passed: bool | None = None
    photos: PhotoIds = ()
    why: Text = ""


class Merge(Said):
    """With which other alert, a live one, this one is handled from now on."""

    model_config = _examples({"into": "hotspot-pm25-20261121T0012Z-10-7", "why": "同一排放源"})
    action = "merge"
    into: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
    why: Text = ""


class Split(Said):
    """Why it is handled by itself again; it goes on in the stage that it had."""

    model_config = _examples({"why": "另一家企业"})
    action = "split"
    why: Text = ""


class Link(Said):
    """The number of the case at the authority."""

    model_config = _examples({"case_number": "常环罚〔2026〕118号"})
    action = "link"
    case_number: Key
    why: Text = ""


class Silence(Said):
    """Until when it and others of its kind there are kept quiet, and why; without a scope, what fits the alert."""

    model_config = _examples({"until": "2026-11-21T18:00:00+08:00", "why": "计划检修，已报备", "planned_works": True})
    action = "silence"
    until: Annotated[Instant, Field(description="in the future")]
    scope: Literal["cell", "device", "enterprise"] | None = None
    planned_works: bool = False
    why: Why


class Comment(Said):
    """Something that the others should know; a text, or photos."""

    model_config = _examples({"why": "门卫不让进，已联系镇里"})
    action = "comment"
    photos: PhotoIds = ()
    why: Text = ""
