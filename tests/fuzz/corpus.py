"""The inputs that are kept: the smallest that together take every step that the fuzzer has found."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import ingest
from tests.fuzz.targets import Target

KEPT = Path(__file__).parents[1] / "data" / "fuzz"
MOST_FILES, MOST_BYTES = 70, 250_000
"""Of a target."""
PARTS = ("protocols", "mapping", "batch.py", "frame.py", "period.py", "clock.py", "directory.py")
_OF_MAPPING_FILES = ("file.py", "model.py", "unread.py")  # which no message reads

Step = tuple[str, int, int, int]
"""From one line of a file to the next one, of the same function; and how often, in powers of two."""

_ROOT = Path(ingest.__file__).parent
_WATCHED = tuple(str(_ROOT / part) for part in PARTS)


def inputs(folder: Path) -> list[bytes]:
    """The inputs in a folder, in the order of their names; none where there is no folder."""
    return [path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file()]


def steps(target: Target, data: bytes) -> set[Step]:
    """The steps that an input takes through what is fuzzed."""
    taken: Counter[tuple[str, int, int]] = Counter()
    last: dict[FrameType, int] = {}

    def line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            taken[frame.f_code.co_filename, last.get(frame, 0), frame.f_lineno] += 1
            last[frame] = frame.f_lineno
        elif event == "return":
            last.pop(frame, None)
        return line

    def call(frame: FrameType, *_: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(_WATCHED) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        target(data)
    finally:
        sys.settrace(before)
    return {(*step, count.bit_length()) for step, count in taken.items()}


def smallest(target: Target, found: Iterable[bytes]) -> list[bytes]:
    """Greedily: of those that take the most steps which none before has taken, the shortest, until there are none."""
    taken = {data: steps(target, data) for data in sorted(set(found), key=lambda data: (len(data), data))}
    kept: list[bytes] = []
    seen: set[Step] = set()
    size = 0
    while taken and len(kept) < MOST_FILES:
        best = max(taken, key=lambda data: (len(taken[data] - seen), -len(data)))
        new = taken.pop(best) - seen
        if not new:
            break
        if size + len(best) <= MOST_BYTES:
            kept.append(best)
            seen |= new
            size += len(best)
    return kept


def keep(name: str, chosen: Iterable[bytes]) -> None:
    """These inputs as those of a target, instead of the ones that were; what was found by hand (`found-…`) stays."""
    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*"):
        if not path.name.startswith("found-"):
            path.unlink()
    for data in chosen:
        (folder / sha256(data).hexdigest()[:16]).write_bytes(data)


def lines_reached(taken: set[Step]) -> dict[str, tuple[int, int]]:
    """By file: how many lines of functions were reached, and how many there are."""
    reached: dict[str, set[int]] = defaultdict(set)
    for path, _, line, _ in taken:
        reached[path].add(line)
    found = {}
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None) or ""
        if path.startswith(_WATCHED) and not path.endswith(_OF_MAPPING_FILES):
            there = set(_lines(module, path))
            found[str(Path(path).relative_to(_ROOT))] = len(reached[path] & there), len(there)
    return found


def _lines(module: ModuleType, path: str) -> Iterator[int]:
    """The lines of a module's functions, of those in its classes too."""
    places = [vars(module), *(vars(kind) for kind in vars(module).values() if isinstance(kind, type))]
    for place in places:
        for value in list(place.values()):
            inner = getattr(value, "fget", None) or getattr(value, "__func__", value)
            if isinstance(inner, FunctionType) and inner.__code__.co_filename == path:
                yield from _code_lines(inner.__code__)


def _code_lines(code: CodeType) -> Iterator[int]:
    yield from (line for start, _, line in code.co_lines() if line and line != code.co_firstlineno and start)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_lines(constant)
