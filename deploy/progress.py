"""How far a long command has come: a bar on a terminal, silence elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

STEPS = 1000


@contextmanager
def bar(label: str) -> Iterator[Callable[[float], None]]:
    """Gives a function that takes the share done, 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with typer.progressbar(length=STEPS, label=label, file=sys.stderr) as shown:
        yield lambda share: shown.update(max(0, int(share * STEPS) - shown.pos))
