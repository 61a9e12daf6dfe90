"""What a payload says and a plan does not read: for who writes a mapping."""

from collections.abc import Iterator
from typing import Any

from ingest.mapping.path import EACH, Each, Path, Scope, as_text, walk
from ingest.mapping.records import Plan

Steps = tuple[str | int | Each, ...]


def unread(plan: Plan, payload: Any) -> list[str]:
    """The paths that nothing looks at, places in lists as `[*]`; and the names in a list of names and values."""
    read = list(_read(plan))
    found = dict.fromkeys(_text(steps) for steps in _leaves(payload) if not any(_covers(path, steps) for path in read))
    return [*found, *dict.fromkeys(_unnamed(plan, payload))]


def _read(plan: Plan) -> Iterator[Steps]:
    """The steps of all paths, from the payload on."""
    paths = [*plan.device.paths, *plan.time.paths, *(plan.place or ())]
    paths += [path for one in plan.values for path in (one.path, one.flag) if path is not None]
    paths += [path for path in (plan.flag, plan.pairs and plan.pairs.list) if path is not None]
    for path in paths:
        yield path.steps if path.root == "$" else (*plan.records.steps, *path.steps)


def _leaves(node: Any, above: Steps = ()) -> Iterator[Steps]:
    """The ways to all plain values; of a line of CSV by name where its cells have names."""
    if isinstance(node, dict):
        named = any(isinstance(name, str) for name in node)
        for name, member in node.items():
            if isinstance(name, str) or not named:
                yield from _leaves(member, (*above, name))
    elif isinstance(node, list):
        for i, member in enumerate(node):
            yield from _leaves(member, (*above, i))
    else:
        yield above


def _covers(path: Steps, steps: Steps) -> bool:
    """Whether a path leads to something or above it."""
    return len(path) <= len(steps) and all(wanted in (EACH, step) for wanted, step in zip(path, steps, strict=False))


def _text(steps: Steps) -> str:
    parts = ("[*]" if isinstance(step, int) else f".{step}" if _is_plain(step) else f"['{step}']" for step in steps)
    return "$" + "".join(parts)


def _is_plain(step: str | int | Each) -> bool:
    try:
        return Path.parse(f"$.{step}").steps == (step,)
    except ValueError:
        return False


def _unnamed(plan: Plan, payload: Any) -> Iterator[str]:
    if plan.pairs is None:
        return
    for key, record in plan.records.each(payload):
        scope = Scope(payload, record, key, ())
        root = scope.payload if plan.pairs.list.root == "$" else scope.record
        for _, member in plan.pairs.list.each(root):
            name = as_text(walk(member, plan.pairs.name.steps))
            if name is not None and name not in plan.pairs.names:
                yield f"{plan.pairs.list.text} {plan.pairs.name.text} = {name}"
