"""The same town seen otherwise: turned, mirrored, renamed, at another time; and whether the alerts followed."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.alert import Alert, Change
from ingest.registry import Registry
from tests.support.town import CELLS, GRID, WIDTH, Minute, place

Story = dict[str, list[tuple[str, dict[str, Any]]]]
"""What was told of every alert, in order: action and all that the alert says."""
Turn = Callable[[float, float], tuple[float, float]]
"""A map of the square town onto itself, metres."""

DEGREE = 111_000.0  # m, about
METRE = 1.0
LOOSE = 2e-3  # relative: sums in another order, float32


def left(x: float, y: float) -> tuple[float, float]:
    """By 90 degrees counter-clockwise."""
    return WIDTH - y, x


def over(x: float, y: float) -> tuple[float, float]:
    """East and west exchanged."""
    return WIDTH - x, y


def after(*turns: Turn) -> Turn:
    """One after the other."""

    def all_of_them(x: float, y: float) -> tuple[float, float]:
        for turn in turns:
            x, y = turn(x, y)
        return x, y

    return all_of_them


def turned(registry: Registry, turn: Turn) -> Registry:
    """Every device and enterprise at its new place."""

    def moved(rows: Iterable[Any]) -> tuple[Any, ...]:
        places = [place(*turn(*(float(part) for part in CELLS.metres(row.lon, row.lat)))) for row in rows]
        return tuple(
            row.model_copy(update={"lon": lon, "lat": lat}) for row, (lon, lat) in zip(rows, places, strict=True)
        )

    lists = {name: moved(getattr(registry, name)) for name in ("stations", "enterprises", "monitors")}
    return registry.model_copy(update=lists)


def arrow(turn: Turn, east: float, north: float) -> tuple[float, float]:
    """A direction instead of a place."""
    (x0, y0), (x, y) = turn(0.0, 0.0), turn(east, north)
    return x - x0, y - y0


def winds_turned(minutes: Iterable[Minute], turn: Turn) -> list[Minute]:
    """The same readings, the winds from where they come now."""

    def direction(degrees: float) -> float:
        east, north = arrow(turn, math.sin(math.radians(degrees)), math.cos(math.radians(degrees)))
        return round(math.degrees(math.atan2(east, north)) % 360, 3) % 360

    def blown(sent: Mapping[str, float]) -> dict[str, float]:
        return {name: direction(value) if name == "wind_direction" else value for name, value in sent.items()}

    return [minute._replace(values={name: blown(sent) for name, sent in minute.values.items()}) for minute in minutes]


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Every name, where it stands as a word."""
    return re.sub(r"\b[A-Z]\d+\b", lambda word: names.get(word[0], word[0]), text)


def with_names(stories: Story, names: Mapping[str, str]) -> Story:
    """The stories by these names; what is ordered by name is in their order."""
    told: Story = json.loads(renamed(json.dumps(stories), names))
    for lines in told.values():
        for _, body in lines:
            body["candidates"].sort(key=lambda candidate: (-candidate["score"], candidate["enterprise_id"]))
            for value in body["evidence"].values():
                if isinstance(value, list) and all(isinstance(item, str) for item in value):
                    value.sort()
    return told


def story(changes: Sequence[Change], told: Callable[[Alert], dict[str, Any]] | None = None) -> Story:
    """What was told, alert by alert."""
    found: Story = {}
    for what, alert in changes:
        body = (told or body_of)(alert)
        found.setdefault(body["id"], []).append((what, body))
    return found


def body_of(alert: Alert) -> dict[str, Any]:
    """All that an alert says."""
    body = {**alert.line(), "profile": alert.profile, "source": alert.source, "evidence": alert.evidence}
    return ordered(json.loads(json.dumps(body)))


def ordered(body: dict[str, Any]) -> dict[str, Any]:
    """An alert's body in which the cells of one minute, and equal candidates, are in one order: they have none."""
    body["cells"].sort(key=lambda cell: (cell["from"], cell["ix"], cell["iy"]))
    body["candidates"].sort(key=lambda candidate: (-candidate["score"], candidate["enterprise_id"]))
    return body


def turned_body(turn: Turn) -> Callable[[Alert], dict[str, Any]]:
    """What an alert says, its places turned."""

    def cell(ix: int, iy: int) -> tuple[int, int]:
        x, y = turn((ix + 0.5) * GRID.cell_m, (iy + 0.5) * GRID.cell_m)
        return int(x // GRID.cell_m), int(y // GRID.cell_m)

    def told(alert: Alert) -> dict[str, Any]:
        body = body_of(alert)
        for stay in body["cells"]:
            stay["ix"], stay["iy"] = cell(stay["ix"], stay["iy"])
        body["cells"].sort(key=lambda stay: (stay["from"], stay["ix"], stay["iy"]))
        if alert.kind == "hotspot":
            ix, iy = cell(*(int(part) for part in alert.source.split("-")))
            body["id"] = body["id"].replace(alert.source, f"{ix}-{iy}")
            body["source"] = f"{ix}-{iy}"
        if body["evidence"].get("wind"):
            body["evidence"]["wind"] = list(arrow(turn, *body["evidence"]["wind"]))
        for where in (body, body["evidence"].get("source")):
            if isinstance(where, dict) and math.isfinite(where["lon"]):
                x, y = CELLS.metres(where["lon"], where["lat"])
                where["lon"], where["lat"] = place(*turn(float(x), float(y)))
        return body

    return told


def moved_by(stories: Story, shift: timedelta) -> Story:
    """Every time in it, and every id, later by `shift`."""

    def later(match: re.Match[str]) -> str:
        return (datetime.fromisoformat(match[0]) + shift).isoformat()

    def later_id(match: re.Match[str]) -> str:
        return f"{datetime.strptime(match[0], '%Y%m%dT%H%MZ') + shift:%Y%m%dT%H%MZ}"  # noqa: DTZ007

    text = json.dumps(stories)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", later, text)
    text = re.sub(r"\d{8}T\d{4}Z", later_id, text)
    return {name: [(what, body) for what, body in told] for name, told in json.loads(text).items()}


def assert_alike(found: Story, expected: Story) -> None:
    """The same alerts told in the same minutes; figures as near as sums in another order come."""
    assert sorted(found) == sorted(expected)
    for name, told in expected.items():
        assert [what for what, _ in found[name]] == [what for what, _ in told], name
        for (_, one), (_, other) in zip(found[name], told, strict=True):
            _compare(one, other, f"{name} {other['peak_at']}")


def _compare(one: Any, other: Any, where: str) -> None:
    if isinstance(other, dict):
        assert sorted(one) == sorted(other), where
        for key in other:
            _compare(one[key], other[key], f"{where} {key}")
    elif isinstance(other, list):
        assert len(one) == len(other), f"{where}: {one} is not {other}"
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            _compare(a, b, f"{where}[{i}]")
    elif isinstance(other, float) and math.isfinite(other):
        loose = _tolerance(where, other)
        assert abs(one - other) <= loose, f"{where}: {one} is not {other}"
    else:
        assert one == other or (one != one and other != other), f"{where}: {one} is not {other}"


def _tolerance(where: str, value: float) -> float:
    return METRE / DEGREE if where.endswith((" lon", " lat")) else LOOSE * max(1.0, abs(value))
