"""A process that runs until it is told to stop: SIGTERM or Ctrl-C."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

GRACE_S = 10.0
Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def until_stopped(work: Work) -> None:
    """Run `work` with the event that asks it to stop; when that is set it has GRACE_S seconds to end by itself."""
    log_to_stderr()
    uvloop.run(_until_stopped(work))


def log_to_stderr() -> None:
    """What a process says goes to its standard error, from HOTGRID_LOG (INFO) upwards."""
    logging.basicConfig(
        level=os.environ.get("HOTGRID_LOG", "INFO").upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


async def _until_stopped(work: Work) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    task, stopped = asyncio.ensure_future(work(stop)), asyncio.ensure_future(stop.wait())
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        await asyncio.wait([task], timeout=GRACE_S)
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()
