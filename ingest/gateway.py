"""The gateway: HJ 212 over TCP, every frame answered when its rows are committed."""

import asyncio
import logging
import socket
from typing import Any

from ingest.desk import Bounds, Desk
from ingest.frame import Message
from ingest.gate import Clock, Gate, open_gate
from ingest.parts import sweeping
from ingest.pipeline import take_in
from ingest.settings import GatewaySettings

logger = logging.getLogger(__name__)

BACKLOG = 512
SWEEP_S = 1.0
LAST_S = 5.0  # for what is on its way when we are asked to stop
GOODBYE_S = 2.0


class ListenError(OSError):
    """The gateway cannot listen where it was told to."""


async def gateway(settings: GatewaySettings, now: Clock, stop: asyncio.Event) -> None:
    """Take frames in until `stop` is set, then answer what is on its way and end; raises ListenError."""
    desk = Desk(Bounds(settings.gateway_connections, settings.gateway_idle_s, settings.gateway_first_s))
    with _listening(settings.gateway_host, settings.gateway_port) as listener:
        async with open_gate(settings, now, "gateway") as gate:
            strict = gate._replace(trusting=False)  # no broker has asked them who they are
            server = await asyncio.get_running_loop().create_server(desk.new, sock=listener, backlog=BACKLOG)
            logger.info("gateway on %s:%d", *listener.getsockname()[:2])
            try:
                async with sweeping(gate, take_in):
                    await _serve(strict, desk, stop, server)
            finally:
                server.close()
                await _part(desk)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ListenError(
            f"the gateway cannot listen on {host}:{port} ({error.strerror}): "
            "choose another with HOTGRID_GATEWAY_HOST and HOTGRID_GATEWAY_PORT, 0 is any free port"
        ) from error


async def _serve(gate: Gate, desk: Desk, stop: asyncio.Event, server: asyncio.Server) -> None:
    carrying = asyncio.create_task(_carry(gate, desk, stop))
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while not (carrying.done() or stopped.done()):
            await asyncio.wait([carrying, stopped], timeout=SWEEP_S, return_when=asyncio.FIRST_COMPLETED)
            desk.sweep()
        server.close()
        desk.close()
        await asyncio.wait([carrying], timeout=LAST_S)
        if carrying.done():
            carrying.result()
    finally:
        gate.pool.terminate()  # closed, or with a statement cancelled, asyncpg would wait for a database that hangs
        stopped.cancel()
        carrying.cancel()
        await asyncio.wait([carrying])


async def _carry(gate: Gate, desk: Desk, stop: asyncio.Event) -> None:
    """Frames of all callers, batch by batch; when `stop` is set, those that are in."""
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while messages := await _gather(gate, desk, stopped):
            desk.done(messages, await take_in(gate, messages))
    finally:
        stopped.cancel()


async def _gather(gate: Gate, desk: Desk, stopped: "asyncio.Future[Any]") -> list[Message]:
    """The next batch; none if there is none and will be none."""
    settings = gate.settings
    await asyncio.wait([desk.room.holding(1), stopped], return_when=asyncio.FIRST_COMPLETED)
    if not stopped.done():
        enough = desk.room.holding(settings.batch_messages)
        await asyncio.wait([enough, stopped], timeout=settings.batch_ms / 1000, return_when=asyncio.FIRST_COMPLETED)
    return desk.room.take(settings.batch_messages)


async def _part(desk: Desk) -> None:
    """End all connections, those last that are still being written to."""
    desk.close()
    for caller in list(desk.callers):
        caller.leave()
    gone = asyncio.get_running_loop().time() + GOODBYE_S
    while True:
        await asyncio.sleep(0.01)  # who was just being let in turns up now
        if not desk.callers or asyncio.get_running_loop().time() > gone:
            return
