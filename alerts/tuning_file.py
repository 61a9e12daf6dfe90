"""A tuning file: TOML that gives other values to numbers of the detector, by their names in `detector.tuning`."""

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args, get_origin, get_type_hints

from alerts.detector.tuning import DEFAULT, FENCE, GRID, Profile, Tuning

FIXED = "name"  # by which a profile is known to everything else


class TuningError(ValueError):
    """A tuning file that cannot be taken, with every problem and what is allowed instead."""


def read(path: Path) -> Tuning:
    """The detector's numbers with those of a file put over them; raises TuningError."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise TuningError(f"{path}: cannot be read: {error}; give the path of a UTF-8 TOML file") from error
    except TuningError as error:
        raise TuningError(f"{path}: {error}") from error


def parse(text: str) -> Tuning:
    """`DEFAULT` with the numbers of a TOML text put over it: [grid], [grid.numbers], [tracking] … as `Tuning` nests.

    Every name must be known and every value of its type; a number is finite, and neither below zero nor zero where
    the detector's own never is. Raises TuningError.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TuningError(f"no TOML: {error}") from error
    problems: list[str] = []
    tuning = _over(DEFAULT, given, "", problems)
    if problems:
        raise TuningError("\n".join(problems))
    return cast(Tuning, tuning)


def lines(tuning: Tuning) -> str:
    """What a file must say to give this tuning: the numbers that differ from `DEFAULT`."""
    return "\n".join(_lines(tuning, DEFAULT, ""))


def _over(known: Any, given: Mapping[str, object], section: str, problems: list[str]) -> Any:
    """A NamedTuple with other values in it; what is wrong goes into `problems`."""
    kinds = {name: kind for name, kind in get_type_hints(type(known)).items() if name != FIXED}
    changed = {}
    for name, value in given.items():
        where = f"{section}.{name}".lstrip(".")
        if name not in kinds:
            problems.append(f"{where}: no such number; [{section or 'top'}] has {', '.join(kinds)}")
        elif _is_section(kinds[name]):
            if isinstance(value, Mapping):
                changed[name] = _over(getattr(known, name), value, where, problems)
            else:
                problems.append(f"{where}: must be a section, [{where}], is {value!r}")
        else:
            changed[name] = _checked(value, kinds[name], where, problems)
    return known._replace(**changed)


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple)


def _checked(value: object, kind: object, where: str, problems: list[str]) -> object:
    """The value as its field wants it."""
    if get_origin(kind) is tuple:
        one = get_args(kind)[0]
        if not isinstance(value, list) or not value:
            problems.append(f"{where}: must be a list of {one.__name__}, is {value!r}")
            return ()
        return tuple(_number(part, one, where, problems, may_be_zero=True) for part in value)
    return _number(value, kind, where, problems, may_be_zero=_may_be_zero(where))


def _number(value: object, kind: object, where: str, problems: list[str], *, may_be_zero: bool) -> float:
    """An int where an int is wanted, else a float."""
    allowed = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        problems.append(f"{where}: must be {'a whole number' if kind is int else 'a number'}, is {value!r}")
        return 0
    if not math.isfinite(value) or value < 0 or (value == 0 and not may_be_zero):
        problems.append(f"{where}: must be finite and {'not below' if may_be_zero else 'above'} 0, is {value}")
    return cast(float, value) if kind is int else float(value)


def _may_be_zero(where: str) -> bool:
    """Whether the detector itself sets this number to zero somewhere: then zero means without it."""
    first, *path = where.split(".")
    profiles: tuple[Profile, ...] = (GRID, FENCE)
    known: list[Any] = list(profiles) if first in (profile.name for profile in profiles) else [getattr(DEFAULT, first)]
    for name in path:
        known = [getattr(one, name) for one in known]
    return any(one == 0 for one in known)


def _lines(tuning: NamedTuple, usual: NamedTuple, section: str) -> list[str]:
    """The differing numbers of a section, then its sections."""
    own, below = [], []
    for name in tuning._fields:
        value, before = getattr(tuning, name), getattr(usual, name)
        if _is_section(type(before)) and hasattr(before, "_fields"):
            below += _lines(value, before, f"{section}.{name}".lstrip("."))
        elif value != before:
            own.append(f"{name} = {list(value) if isinstance(value, tuple) else value}")
    return ([f"[{section}]", *own] if section and own else own) + below
