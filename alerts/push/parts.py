"""The parts of what is said of an alert, the most important ones marked: what, where, how much, what to do, who."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import atan2, degrees, hypot
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from alerts.handling.words import ACTION_ZH, CAUSE_ZH
from alerts.kind import kind_of
from alerts.push.phrases import ask_of
from alerts.text import DISTRICT, name_of, place_of, title_of, unit_of

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, Language] = ("zh", "en")
CANDIDATES = 3
STILL = 0.5  # m/s; less has no direction, as for the detector
_FROM = (
    *(("北风", "N"), ("东北风", "NE"), ("东风", "E"), ("东南风", "SE")),
    *(("南风", "S"), ("西南风", "SW"), ("西风", "W"), ("西北风", "NW")),
)
_MACHINES = frozenset({"", "timer", "detector"})
_FOUND = frozenset({"report", "rectify", "verify", "propose", "close", "breach"})


class Names(NamedTuple):
    """What ids are called: the township of the alert's place, enterprises and persons by id."""

    township: str = ""
    enterprises: Mapping[str, str] = {}
    people: Mapping[str, str] = {}


class Topic(NamedTuple):
    """What is said: an event's action (of `audience.Told`), the alert's body (with its `handling`), and who (id) did it
    and why. A drill is known by the alert's kind; `test` is a push to oneself that tries the channel."""

    action: str
    alert: Mapping[str, Any]
    names: Names = Names()
    who: str = ""
    why: str = ""
    details: Mapping[str, Any] = {}
    muted: bool = False
    test: bool = False


class Place(NamedTuple):
    """For whom it is said: language, the district's time zone, and the template of a map's address."""

    language: Language
    zone: ZoneInfo
    map_url: str


class Part(NamedTuple):
    """A piece that is said whole or not at all; 0 is never left out, the highest rank first. `glue` goes before it."""

    text: str
    rank: int
    glue: str = "\n"


def parts_of(topic: Topic, place: Place) -> list[Part]:
    """All that can be said of an event, in the order of reading."""
    return [*head(topic, place), *where(topic, place), *_figures(topic, place), *_body(topic, place)]


def line_of(topic: Topic, place: Place) -> list[Part]:
    """What a list says of an event."""
    return on_one_line([*head(topic, place), *where(topic, place), *_in_short(topic, place), *_since(topic, place)])


def head(topic: Topic, place: Place) -> Iterator[Part]:
    """Marks, what has happened, how severe."""
    yield from (Part(mark, 0, "") for mark in marks_of(topic))
    title = plain(title_of(topic.action, topic.alert)[_pick(place)], 40)
    kind = plain(getattr(kind_of(topic.alert["kind"]), place.language).opened, 40)
    severity = topic.alert["severity"]
    own = topic.action in ("opened", "closed")  # then the title is the kind's
    if place.language == "zh":
        yield Part(f"【{title}】", 1, "")
        yield from () if own else (Part(f"{kind} ", 3, ""),)
        yield Part(f"{severity}级", 0, "")
    else:
        yield Part(title, 1, "")
        yield from () if own else (Part(kind, 3, ": "),)
        yield Part(f"severity {severity}", 0, " · ")


def marks_of(topic: Topic) -> list[str]:
    """What must be seen before anything else."""
    drill = topic.alert["kind"] == "drill"
    marks = {"【演练 DRILL】": drill, "【测试 TEST】": topic.test, "【静音 MUTED】": topic.muted}
    return [mark for mark, holds in marks.items() if holds]


def where(topic: Topic, place: Place) -> Iterator[Part]:
    """Township, cell, and what it is about if that is not a cell."""
    cell, source = place_of(topic.alert)
    about = ("全区", "the whole district")[_pick(place)] if source == DISTRICT else plain(source, 40)
    if township := plain(topic.names.township, 40):
        yield Part(township, 2)
    if about:
        yield Part(about, 2, " ")
    if cell:
        yield Part(_say(place, f"网格{cell}", f"cell {cell}"), 4, " ")


def _figures(topic: Topic, place: Place) -> Iterator[Part]:
    """The first pollutant's value and what it is compared with, each with its unit, then the others."""
    alert = topic.alert
    words = getattr(kind_of(alert["kind"]), place.language).figures
    if words:
        yield Part(_figure(place, words, alert["pollutant"], alert["peak_value"], alert["background"], alert), 2)
    others = (_evidence(alert).get("pollutants") or {}).items()
    for name, peak in others:
        if name != alert["pollutant"] and words:
            yield Part(_figure(place, words, name, peak["value"], peak["background"], alert), 12)


def _figure(place: Place, words: str, pollutant: str, value: float, background: float, alert: Mapping[str, Any]) -> str:
    (first, _, second), unit = words.partition("/"), unit_of(pollutant, alert)
    name = name_of(pollutant)[_pick(place)]
    said = [f"{first} {number(value)} {unit}".strip(), f"{second} {number(background)} {unit}".strip()]
    return _say(place, f"{name}：{'，'.join(said)}", f"{name}: {', '.join(said)}")


def _in_short(topic: Topic, place: Place) -> Iterator[Part]:
    alert = topic.alert
    name, unit = name_of(alert["pollutant"])[_pick(place)], unit_of(alert["pollutant"], alert)
    if getattr(kind_of(alert["kind"]), place.language).figures:
        yield Part(f"{name} {number(alert['peak_value'])}/{number(alert['background'])} {unit}".strip(), 5)


def _body(topic: Topic, place: Place) -> Iterator[Part]:
    yield from _found(topic, place)
    yield from _reason(topic, place)
    ask = ask_of(topic.action, topic.alert)[_pick(place)]
    if ask:
        yield Part(_say(place, f"要做：{ask}", f"To do: {ask}"), 3)
    yield from _since(topic, place)
    yield from _candidates(topic, place)
    yield from _wind(topic, place)
    at = place.map_url.format(lat=topic.alert["lat"], lon=topic.alert["lon"])
    yield Part(_say(place, f"地图：{at}", f"Map: {at}"), 7)


def _found(topic: Topic, place: Place) -> Iterator[Part]:
    """What is known of the cause, the limit that was passed, and the deadline."""
    handling = topic.alert.get("handling") or {}
    if step := topic.details.get("step"):
        yield Part(_say(place, f"超时步骤：{ACTION_ZH.get(step, step)}", f"Step overdue: {step}"), 2)
    if topic.action not in _FOUND:
        return
    if cause := handling.get("cause"):
        yield Part(_say(place, f"原因：{CAUSE_ZH.get(cause, cause)}", f"Cause: {cause.replace('_', ' ')}"), 3)
    if found := handling.get("enterprise_id"):
        name = plain(topic.names.enterprises.get(found, found), 40)
        yield Part(_say(place, f"企业：{name}", f"Enterprise: {name}"), 4)
    if by := handling.get("rectify_by"):
        yield Part(_say(place, f"期限：{_at(by, place)}", f"Deadline: {_at(by, place)}"), 3)


def _reason(topic: Topic, place: Place) -> Iterator[Part]:
    """In the words of whoever did it; our own processes say nothing that is not in the parts."""
    if topic.alert["kind"] == "drill" and (note := plain(str(_evidence(topic.alert).get("note") or ""), 100)):
        yield Part(_say(place, f"演练说明：{note}", f"Drill: {note}"), 6)
    if topic.why and topic.who not in _MACHINES:
        who = plain(topic.names.people.get(topic.who, topic.who), 40)
        yield Part(f"{who}{_say(place, '：', ': ')}{plain(topic.why, 120)}", 5)


def _since(topic: Topic, place: Place) -> Iterator[Part]:
    at = _at(topic.alert["opened_at"], place)
    yield Part(_say(place, f"{at}起", f"since {at}"), 6)


def _candidates(topic: Topic, place: Place) -> Iterator[Part]:
    shares = [(one["enterprise_id"], one["score"]) for one in topic.alert.get("candidates") or ()][:CANDIDATES]
    for i, (enterprise_id, score) in enumerate(shares):
        said = f"{plain(topic.names.enterprises.get(enterprise_id, enterprise_id), 40)} {score:.0%}"
        if i == 0:
            yield Part(_say(place, f"疑似：{said}", f"Likely: {said}"), 8)
        else:
            yield Part(said, 9 + i, _say(place, "、", ", "))
    if (_evidence(topic.alert).get("source") or {}).get("registered") is False:
        yield Part(_say(place, "可能不是登记企业", "perhaps nobody of the registry"), 9)


def _wind(topic: Topic, place: Place) -> Iterator[Part]:
    wind = _evidence(topic.alert).get("wind")
    if wind:
        yield Part(breeze(wind[0], wind[1])[_pick(place)], 9)


def breeze(east: float, north: float) -> tuple[str, str]:
    """A wind in words, Chinese and English, named after where it comes from; m/s, where it blows to."""
    speed = hypot(east, north)
    if speed < STILL:
        return "静风", "calm"
    zh, en = _FROM[round(degrees(atan2(-east, -north)) / 45) % 8]
    return f"{zh} {number(round(speed, 1))} m/s", f"wind {en} {number(round(speed, 1))} m/s"


def number(value: float) -> str:
    """A figure as a person reads it: four digits that matter, no exponent unless it is next to nothing."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def plain(text: str, most: int) -> str:
    """A name or a note of people on one line, without what a terminal or a phone might obey; "…" where it is cut."""
    kept = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or _shown(sign))
    line = " ".join(kept.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _shown(sign: str) -> bool:
    return not unicodedata.category(sign).startswith("C")


def rendered(parts: Iterable[Part]) -> str:
    """The parts as a text; the first one's glue is left out."""
    text = ""
    for part in parts:
        text += f"{part.glue}{part.text}" if text else part.text
    return text


def on_one_line(parts: Iterable[Part]) -> list[Part]:
    """The same, without line breaks."""
    return [part._replace(glue=" ") if part.glue == "\n" else part for part in parts]


def _at(iso: str, place: Place) -> str:
    return datetime.fromisoformat(iso).astimezone(place.zone).strftime("%m-%d %H:%M")


def _evidence(alert: Mapping[str, Any]) -> Mapping[str, Any]:
    return alert.get("evidence") or {}


def _pick(place: Place) -> int:
    return LANGUAGES.index(place.language)


def _say(place: Place, zh: str, en: str) -> str:
    return zh if place.language == "zh" else en
