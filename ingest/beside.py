"""Work beside the road: done again and again for as long as a block lasts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sql.failure import FAILURES, is_passing


@asynccontextmanager
async def beside(work: Callable[[], Awaitable[None]], every_s: float) -> AsyncIterator[None]:
    """While inside, do `work` every so many seconds; what fails for a passing reason is done at the next turn."""
    task = asyncio.create_task(_repeat(work, every_s))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(work: Callable[[], Awaitable[None]], every_s: float) -> None:
    while True:
        try:
            await work()
        except FAILURES as error:
            if not is_passing(error):
                raise
        await asyncio.sleep(every_s)
