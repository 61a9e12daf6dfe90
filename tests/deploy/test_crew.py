"""The demo's people: every alert comes to an end by steps that people may take, some of them the long way."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from alerts.handling.place import NEAR_M, distance_m
from alerts.handling.stage import DETECTOR, Act, Actor, Handling, Stage
from alerts.handling.step import step as taken
from deploy.crew import lines
from deploy.crew.case import Crew, Place, Step
from deploy.crew.decision import MOST_AT_ONCE, OUT, next_step, steps
from deploy.crew.picture import picture
from deploy.demo import DISTRICT
from ingest.folder import read_folder
from service.resources.desk import acts

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
TICK = timedelta(seconds=2)
PEOPLE = {person.person_id: person for person in read_folder(DISTRICT)[0].people}
DESK = {"duty": "P04", "leader": "P01", "dispatcher": "P10", "chief": "P14", "bureau": "P27"}
TEAMS = {"云溪镇": "P19", "石桥镇": "P21", "柳堤街道": "P23"}
CREW = Crew(NOW, DESK, TEAMS, (Place(119.94, 31.79, "云溪镇"), Place(119.98, 31.77, "石桥镇")))
AIR_MIN = 20
SAID = {model.action: model for _, model in inspect.getmembers(acts, inspect.isclass) if hasattr(model, "action")}


def alert(name: str, **other: Any) -> dict[str, Any]:
    """As the API tells it when it has just opened."""
    body = {
        "id": name,
        "kind": "hotspot",
        "status": "open",
        "severity": 2,
        "opened_at": NOW.isoformat(),
        "lon": 119.941,
        "lat": 31.79,
        "pollutants": ["pm25", "pm10"],
        "candidates": [{"enterprise_id": "E06", "score": 0.8}, {"enterprise_id": "E07", "score": 0.1}],
    }
    return {**body, "handling": Handling("open", NOW, times={"open": NOW}).body(), **other}


def act_of(step: Step) -> Act:
    """The step through what the API makes of it."""
    if step.who.startswith("enterprise:"):
        actor = Actor(step.who, "enterprise")
    else:
        person = PEOPLE[step.who]
        actor = Actor(person.person_id, person.role, person.name, township=person.township)
    said = SAID[step.action].model_validate(dict(step.said))  # type: ignore[attr-defined]
    act: Act = said.act(actor)
    return replace(act, photos=("0" * 32,) if step.photo else ())


def done(told: dict[str, Any], step: Step, now: datetime) -> dict[str, Any]:
    """The alert after a step; raises Illegal for one that may not be."""
    if step.action == "end":
        return cleared(told, now)
    return {**told, "handling": taken(Handling.read(told["handling"]), act_of(step), now).body()}


def cleared(told: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The alert when its air is clean."""
    handling = taken(Handling.read(told["handling"]), Act("clear", DETECTOR), now)
    return {**told, "status": "closed", "handling": handling.body()}


def course(told: dict[str, Any], seed: int = 1, *, waits: bool = False, air_min: float = AIR_MIN) -> list[Step]:
    """All that people do with one alert in two hours; the air is clean after some minutes."""
    told_steps = []
    for i in range(3600):
        now = NOW + i * TICK
        if told["status"] == "open" and told["kind"] != "drill" and now - NOW >= timedelta(minutes=air_min):
            told = cleared(told, now)
        if step := next_step(told, CREW, now, seed, waits=waits):
            told_steps.append(step)
            told = done(told, step, now)
    assert told["handling"]["stage"] in ("closed", "false_alarm"), told["handling"]
    return told_steps


def actions(courses: Mapping[str, list[Step]]) -> dict[str, list[str]]:
    return {name: [step.action for step in steps] for name, steps in courses.items()}


@pytest.fixture(scope="module")
def courses() -> dict[str, list[Step]]:
    """Of many light alerts that wait behind others."""
    return {f"A{i}": course(alert(f"A{i}"), waits=True) for i in range(60)}


def test_every_alert_comes_to_its_end_by_steps_that_its_people_may_take(courses: dict[str, list[Step]]) -> None:
    assert all(courses.values())


def test_most_go_the_whole_way_and_some_another(courses: dict[str, list[Step]]) -> None:
    whole = [
        "acknowledge",
        "dispatch",
        "accept",
        "arrive",
        "report",
        "rectify",
        "rectify",
        "verify",
        "propose",
        "close",
    ]
    told = actions(courses)
    assert sum(steps == whole for steps in told.values()) > len(told) / 3
    for rare in ("decline", "false-alarm"):
        assert 0 < sum(rare in steps for steps in told.values()) < len(told) / 3


def test_one_that_lies_is_taken_by_the_leader_after_it_has_climbed(courses: dict[str, list[Step]]) -> None:
    lain = [name for name, steps in courses.items() if steps[0].who == DESK["leader"]]
    assert 0 < len(lain) < len(courses) / 2
    for name in lain:
        assert next_step(alert(name), CREW, NOW + timedelta(minutes=10), 1, waits=True) is None
        assert courses[name][0].said["why"] == lines.AFTER_CLIMBING
        assert next_step(alert(name), CREW, NOW + timedelta(minutes=1), 1) is not None, "nothing older waits"


def test_whoever_declines_is_followed_by_another_team(courses: dict[str, list[Step]]) -> None:
    declined = [told for told in courses.values() if "decline" in [step.action for step in told]]
    for told in declined:
        first, second = [step.said["team"] for step in told if step.action == "dispatch"]
        assert (first, second != first) == ("云溪镇", True)


def test_people_arrive_near_the_source_and_take_a_photo(courses: dict[str, list[Step]]) -> None:
    arrived = [step for steps in courses.values() for step in steps if step.action == "arrive"]
    away = [distance_m(step.said["lon"], step.said["lat"], alert("")) for step in arrived]
    assert max(away) < NEAR_M / 2
    assert len(set(away)) > len(away) / 2
    assert all(step.photo for step in arrived)


def test_the_first_candidate_is_mostly_who_is_found(courses: dict[str, list[Step]]) -> None:
    found = [step.said.get("enterprise_id") for steps in courses.values() for step in steps if step.action == "report"]
    assert found.count("E06") > len(found) / 2
    assert found.count(None) > 0


def test_nothing_is_signed_off_while_the_air_is_bad() -> None:
    told = course(alert("A3"), air_min=50)
    assert [step.said["passed"] for step in told if step.action == "verify"] == [False, True]


@pytest.mark.parametrize("stage", ["reported", "verified"])
def test_nothing_is_signed_off_where_nobody_was_found_and_the_air_is_bad(stage: Stage) -> None:
    told = alert("A1", handling=Handling(stage, NOW, cause="not_found").body())
    later = NOW + timedelta(hours=1)
    assert next_step(told, CREW, later, 1) is None
    assert next_step({**told, "status": "closed"}, CREW, later, 1) is not None


def test_what_ends_before_anybody_took_it_is_left_to_end() -> None:
    assert next_step(alert("A1", status="closed"), CREW, NOW + timedelta(hours=1), 1) is None


def test_people_believe_the_stations_before_the_detector_does() -> None:
    stays = [{"ix": 7, "iy": 9, "from": NOW.isoformat(), "to": (NOW + timedelta(minutes=16)).isoformat()}]
    told = course(alert("A3", cells=stays), air_min=50)
    assert [step.said["passed"] for step in told if step.action == "verify"] == [True]
    going = [*stays, {**stays[0], "to": None}]
    told = course(alert("A3", cells=going), air_min=50)
    assert [step.said["passed"] for step in told if step.action == "verify"] == [False, True]


@pytest.mark.parametrize("kind", ["hotspot", "exceedance", "park", "regional", "silence", "drill"])
def test_alerts_of_every_kind_that_rings_are_handled(kind: str) -> None:
    told = [step.action for step in course(alert("A1", kind=kind, candidates=[], severity=3))]
    assert told[-1] == "close"
    assert ("dispatch" in told) is (kind not in ("regional", "silence"))
    assert ("end" in told) is (kind == "drill")


def test_the_same_seed_tells_the_same_and_another_something_else() -> None:
    told = course(alert("A1"), 5)
    assert course(alert("A1"), 5) == told
    assert any(course(alert("A1"), seed) != told for seed in range(6, 9))


def test_what_somebody_took_by_hand_is_left_to_them() -> None:
    now = NOW + timedelta(hours=1)
    handling = taken(Handling("open", NOW), Act("acknowledge", Actor("user:admin", "admin")), NOW)
    assert next_step(alert("A1", handling=handling.body()), CREW, now, 1) is None
    assert next_step(alert("A1"), CREW, now, 1) is not None


def test_a_gap_in_the_roster_is_no_reason_to_stumble() -> None:
    nobody = replace(CREW, desk={}, teams={})
    assert next_step(alert("A1"), nobody, NOW + timedelta(hours=1), 1) is None


def test_nothing_happens_at_once_however_long_an_alert_has_been_open() -> None:
    old = NOW - timedelta(hours=6)
    told = alert("A1", opened_at=old.isoformat(), handling=Handling("open", old).body())
    assert next_step(told, CREW, NOW + timedelta(seconds=5), 1) is None


def flood() -> Iterator[tuple[list[Step], list[dict[str, Any]]]]:
    """Thirty alerts at once: what is done in each look of half an hour, and how they are then."""
    told = {f"A{i}": alert(f"A{i}", severity=3) for i in range(30)}
    for i in range(900):
        now = NOW + i * TICK
        due = list(steps(list(told.values()), CREW, now, 1))
        for step in due:
            told[step.alert_id] = done(told[step.alert_id], step, now)
        yield due, list(told.values())


def test_in_a_flood_everybody_does_one_thing_at_a_time_and_the_rest_waits() -> None:
    acted = 0
    for due, told in flood():
        assert len({step.who for step in due}) == len(due)
        out = sum(one["handling"]["stage"] in OUT for one in told)
        assert out <= MOST_AT_ONCE
        acted += len(due)
    assert acted > 50


def test_a_photo_is_a_small_picture_of_its_own() -> None:
    taken_photo = picture("1 A1 arrive")
    assert taken_photo == picture("1 A1 arrive") != picture("1 A2 arrive")
    assert picture("1 A1 arrive", smokes=False) != taken_photo
    assert Image.open(BytesIO(taken_photo)).format == "JPEG"
    assert len(taken_photo) < 20_000
