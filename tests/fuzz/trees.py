"""Mutations of JSON that remain JSON: without them nearly every input would end at the first brace."""

import json
import random
from collections.abc import Callable
from typing import Any

Mutate = Callable[[bytes, int], bytes]

WORDS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 35.2, -999, 1e-300, 1e39, 1e308, float("nan"), float("inf"), 10**400, 2**53 + 1,
    "", "0", "1e400", "--", "1_000", "on", "N", "D", "?", "cal", "\0", "\ud800", "细颗粒物", "x" * 300,
    "2026-11-21T08:29:00Z", "2026-11-21T08:29:00+08:00", "2026-11-21 08:29:00", "20261121082900", 1795249740000,
    1795249740, "9999-12-31T23:59:00Z", "0001-01-01T00:00:00+08:00", "2026-11-21T08:29:60Z", -62135596800000,
    253402300799000, 114.5, 38.0, 181, -91, "G1", "M1", "12", 13, [], {}, [[]], {"": None},
)  # fmt: skip
KEYS = (
    "ts", "values", "flags", "readings", "lon", "lat", "pm25", "pm10", "a34004", "nmhc", "so2", "a25002", "SB1", "co",
    "no2", "o3", "wind_direction", "devId", "t", "v", "f", "pm2_5", "gas", "gw", "data", "id", "st", "tsp", "10um",
    "fan", "MN", "time", "sensors", "code", "val", "state", "gps", "lng", "流量", "phenomenonTime", "resultTime",
    "result", "Datastream", "@iot.id", "Datastream@iot.navigationLink", "", "\0", "\ud800",
)  # fmt: skip
MOST_NODES = 2000


def mutator(bytewise: Mutate) -> Callable[[bytes, int, int], bytes]:
    """A mutator of inputs with one byte before their JSON: half the time of the tree, else of the bytes."""

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5 and (changed := _changed(data, chance)) is not None and len(changed) <= most:
            return changed
        return bytewise(data, most)

    return mutate


def _changed(data: bytes, chance: random.Random) -> bytes | None:
    """The input with its tree changed in a few places, None where there is no tree."""
    at = min((found for mark in b"{[" if (found := data.find(mark, 1)) > 0), default=1)
    try:
        tree = json.loads(data[at:])
        for _ in range(chance.randint(1, 3)):
            tree = _changed_once(tree, chance)
        return data[:at] + json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")
    except (ValueError, RecursionError):
        return None


def _changed_once(tree: Any, chance: random.Random) -> Any:
    places: list[tuple[Any, Any]] = []
    _collect(tree, places)
    if not places or chance.random() < 0.05:
        return chance.choice([[tree, tree], {"readings": [tree]}, {chance.choice(KEYS): tree}, chance.choice(WORDS)])
    node, key = chance.choice(places)
    kind = chance.randrange(6)
    if kind <= 2:
        node[key] = _copied(chance.choice(WORDS))
    elif kind == 3:
        del node[key]
    elif kind == 4:
        other, its = chance.choice(places)
        node[key] = _copied(other.get(its) if isinstance(other, dict) else other[its])
    elif isinstance(node, dict):
        node[chance.choice(KEYS)] = _copied(node[key])
    else:
        node.append(_copied(node[key]))
    return tree


def _copied(value: Any) -> Any:
    """So that no tree contains itself."""
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) else value


def _collect(node: Any, places: list[tuple[Any, Any]]) -> None:
    """All places in a tree, parents with keys."""
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        if len(places) >= MOST_NODES:
            return
        places.append((node, key))
        _collect(node[key], places)
