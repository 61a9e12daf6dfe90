"""Waiting for a real condition, for so long and no longer."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from time import monotonic

PATIENCE_S = 20.0
LOOK_S = 0.02


async def until(holds: Callable[[], Awaitable[object]], patience: float = PATIENCE_S) -> None:
    """Look again and again; raises AssertionError when the condition has not come true in time."""
    end = monotonic() + patience
    while not await holds():
        assert monotonic() < end, f"did not come true within {patience:.0f} s"
        await asyncio.sleep(LOOK_S)


async def until_true(holds: Callable[[], object], patience: float = PATIENCE_S) -> None:
    """The same for a condition that needs no awaiting."""

    async def awaitable() -> object:
        return holds()

    await until(awaitable, patience)


def wait_for(holds: Callable[[], object], patience: float = PATIENCE_S) -> None:
    """The same outside of asyncio."""
    end = monotonic() + patience
    tick = threading.Event()
    while not holds():
        assert monotonic() < end, f"did not come true within {patience:.0f} s"
        tick.wait(LOOK_S)
