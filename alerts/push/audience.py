"""Who is told of an event, and in which order."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from alerts.push.policy import Role


class Person(Protocol):
    """Somebody on duty; `alerts.roster.duty.OnDuty` is one."""

    @property
    def person_id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def township(self) -> str: ...


class Event(NamedTuple):
    """What happened to an alert; `seq` is the number of its line in the log, `who` did it and is not told of it.

    Actions are those of `alerts.handling.stage`, the detector's `opened`, `raised` (its severity), `closed`, and of
    timers `rung` (details `level`, 0 is the first), `breach` (`step`), `handover` (`persons`: who must accept it) and
    `recheck-due`. Details of `dispatch` may have `previous`: the persons who had it before.
    """

    action: str
    seq: int
    who: str = ""
    details: Mapping[str, Any] = {}


class Scene(NamedTuple):
    """Who could be told, and how it is with the alert now."""

    on_duty: Sequence[Person]  # handover-aware: the outgoing too, until the incoming has accepted
    chiefs: Sequence[str] = ()  # of the alert's stations: chief, acting chief
    bureau: Sequence[str] = ()
    handling: Mapping[str, Any] = {}  # its body, after the event
    told: Collection[str] = ()  # who was told of this alert before


class Told(NamedTuple):
    """A person to be told; order 0 at once, each next order when nobody before has confirmed on any channel.

    `action` is whose words are used: `reassigned` for whoever need not go any more. `step` is the same for all pushes
    of one event: with alert, person and contact it makes a push unique.
    """

    person_id: str
    action: str
    step: str
    order: int
    why: str


class _Asked(NamedTuple):
    person_id: str
    order: int
    why: str
    action: str = ""  # "": the event's


_Rule = Callable[[Event, Scene, Sequence[Role]], Iterable[_Asked]]
_NOBODY = frozenset({"", "local", "timer", "detector"})


def audience(event: Event, scene: Scene, levels: Sequence[Role]) -> list[Told]:
    """Who is told of an event, each person once, in their order; empty where nobody needs to be.

    Nobody there of those who should be told: the next of `levels` (of the escalation) that is there, in their place.
    """
    rule = RULES.get(event.action)
    told: dict[str, Told] = {}
    for asked in sorted(rule(event, scene, levels) if rule else (), key=lambda asked: asked.order):
        if _is_person(asked.person_id) and asked.person_id != event.who:
            action = asked.action or event.action
            step = f"{event.action}-{event.seq}"
            told.setdefault(asked.person_id, Told(asked.person_id, action, step, asked.order, asked.why))
    return list(told.values())


def _is_person(who: str) -> bool:
    return who not in _NOBODY and not who.startswith("enterprise:")


def _of(role: str, scene: Scene) -> list[str]:
    here = [one.person_id for one in scene.on_duty if one.role == role]
    standing = {"chief": scene.chiefs, "bureau": scene.bureau}.get(role, ())
    return list(dict.fromkeys([*standing, *here]))


def _level(first: int, scene: Scene, levels: Sequence[Role], action: str = "", order: int = 0) -> Iterator[_Asked]:
    """The people of a level, or of the next one that has any; an acting chief after the chief."""
    for role in (*levels[first:], *levels[:first]):
        if people := _of(role, scene):
            instead = "" if role == levels[first] else f", nobody there as {levels[first]}"
            for place, person_id in enumerate(people):
                yield _Asked(person_id, order + (place if role == "chief" else 0), f"{role}{instead}", action)
            return


def _desk(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:  # noqa: ARG001 - as every rule
    """The duty officers; when none of them confirms, the dispatchers, who can take it too."""
    yield from _level(_first_of("duty", levels), scene, levels)
    yield from (_Asked(person_id, 1, "dispatcher") for person_id in _of("dispatcher", scene))


def _first_of(role: Role, levels: Sequence[Role]) -> int:
    return levels.index(role) if role in levels else 0


def _assignee(scene: Scene) -> list[str]:
    """Who has accepted it, to whom it was sent, or everybody of the team who is on duty."""
    named = scene.handling.get("accepted_by") or scene.handling.get("person")
    if named:
        return [named]
    team = scene.handling.get("team")
    return [one.person_id for one in scene.on_duty if team and one.role == "field" and one.township == team]


def _sent(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:
    """Who is to go; when none of them confirms, the desk. Who need not go any more."""
    going = _assignee(scene)
    yield from (_Asked(person_id, 0, "dispatched to") for person_id in going)
    instead, order = ("unanswered", 1) if going else ("unstaffed", 0)
    yield from _level(_first_of("duty", levels), scene, levels, instead, order)
    yield from (_Asked(person_id, 0, "had it before", "reassigned") for person_id in event.details.get("previous", ()))


def _with_assignee(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:
    yield from (_Asked(person_id, 0, "has it") for person_id in _assignee(scene))
    yield from _desk(event, scene, levels)


def _signers(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:
    yield from _desk(event, scene, levels)
    yield from (_Asked(person_id, 0, "leader") for person_id in _of("leader", scene))


def _declined(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:
    yield from (_Asked(person_id, 0, "dispatcher") for person_id in _of("dispatcher", scene))
    yield from _desk(event, scene, levels)


def _concerned(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:  # noqa: ARG001
    """Who was told before, and who has it."""
    yield from (_Asked(person_id, 0, "told before") for person_id in scene.told)
    yield from (_Asked(person_id, 0, "has it") for person_id in _assignee(scene))


def _relieved(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:  # noqa: ARG001
    """Who was told because nobody had taken it: now somebody has. The desk itself sees it."""
    desk = {*_of("duty", scene), *_of("dispatcher", scene)}
    yield from (_Asked(person_id, 0, "told before") for person_id in scene.told if person_id not in desk)


def _rung(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:
    yield from _level(min(int(event.details.get("level", 0)), len(levels) - 1), scene, levels)


def _rectified(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterable[_Asked]:
    """Ordered: whoever is on it; done: the desk, to have it verified."""
    if scene.handling.get("stage") == "rectifying":
        return [_Asked(person_id, 0, "has it") for person_id in _assignee(scene)]
    return _with_assignee(event, scene, levels)


def _verified(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterable[_Asked]:
    if event.details.get("passed") is False:
        return _with_assignee(event, scene, levels)
    return _signers(event, scene, levels)


def _rechecked(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterable[_Asked]:
    return _desk(event, scene, levels) if event.details.get("passed") is False else ()


def _late(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:
    """Past a limit: the desk and the shift leader, and whoever is to go, arrive or report."""
    if event.details.get("step") in ("accept", "arrive", "report", "rectify"):
        yield from (_Asked(person_id, 0, "has it") for person_id in _assignee(scene))
    yield from _signers(event, scene, levels)


def _incoming(event: Event, scene: Scene, levels: Sequence[Role]) -> Iterator[_Asked]:  # noqa: ARG001
    yield from (_Asked(person_id, 0, "takes over") for person_id in event.details.get("persons", ()))


RULES: Mapping[str, _Rule] = {
    "opened": _desk,
    "raised": _with_assignee,
    "reopen": _desk,
    "split": _desk,
    "release": _desk,
    "lapse": _desk,
    "recheck": _rechecked,
    "recheck-due": _with_assignee,
    "dispatch": _sent,
    "decline": _declined,
    "report": _desk,
    "rectify": _rectified,
    "verify": _verified,
    "propose": _signers,
    "acknowledge": _relieved,
    "close": _concerned,
    "closed": _concerned,
    "false-alarm": _concerned,
    "merge": _concerned,
    "rung": _rung,
    "breach": _late,
    "handover": _incoming,
}
"""Whom each action tells; one that is not here is seen at the desk and rings no phone."""
