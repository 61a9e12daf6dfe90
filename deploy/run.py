"""The processes as children of one: started together, restarted when one dies, stopped together."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Mapping

logger = logging.getLogger(__name__)

PROCESSES = ("ingest", "gateway", "detect", "keep", "notify", "serve")
STOP_S = 15.0
AGAIN_S = (1.0, 30.0)
STEADY_S = 60.0  # a child that has run so long starts again at once
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def start(name: str, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    """`hotgrid NAME` as a child that does not outlive us, whatever kills us."""
    # A child in its own session does not get the Ctrl-C of our terminal: we stop it, in order.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy", name, env=env, start_new_session=True, preexec_fn=_die_with_parent
    )


async def run(env: Mapping[str, str], stop: asyncio.Event) -> None:
    """Keep all processes running until `stop` is set; what they count shows together on /metrics."""
    with tempfile.TemporaryDirectory(prefix="hotgrid-metrics-") as counts:
        env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": counts, **env}
        async with asyncio.TaskGroup() as group:
            for name in PROCESSES:
                group.create_task(_keep(name, env, stop))


async def _keep(name: str, env: Mapping[str, str], stop: asyncio.Event) -> None:
    """One process: start it again when it ends by itself, later and later when it does so at once."""
    wait = AGAIN_S[0]
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        began = loop.time()
        child = await start(name, env)
        if await _ended(child, stop):
            wait = AGAIN_S[0] if loop.time() - began > STEADY_S else wait
            logger.error("%s ended with status %s; starting it again in %.0f s", name, child.returncode, wait)
            await _wait(stop, wait)
            wait = min(2 * wait, AGAIN_S[1])


async def _ended(child: asyncio.subprocess.Process, stop: asyncio.Event) -> bool:
    """Wait for the child; True if it ended by itself, False after stopping it because we were asked to."""
    ended, stopped = asyncio.ensure_future(child.wait()), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([ended, stopped], return_when=asyncio.FIRST_COMPLETED)
        if ended.done() and not stop.is_set():
            return True
        await _stop(child, ended)
        return False
    finally:
        stopped.cancel()
        if child.returncode is None:
            await _stop(child, ended)


async def _stop(child: asyncio.subprocess.Process, ended: "asyncio.Future[int]") -> None:
    if child.returncode is None:
        child.terminate()
    done, _ = await asyncio.wait([ended], timeout=STOP_S)
    if not done:
        child.kill()
        await ended


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
