"""The process that serves: uvicorn around the app, until SIGTERM."""

import logging
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from service.app import make_app
from service.certificate import Certificate
from service.settings import ServiceSettings

logger = logging.getLogger(__name__)
GRACE_S = 3
BACKLOG = 512


class ServeError(RuntimeError):
    """The service cannot listen where it was told to."""


class _Server(uvicorn.Server):
    """Ends the live streams first: uvicorn would wait for them, and cut them at last."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking connections and finish those that there are."""
        self._app.state.live.end()
        await super().shutdown(sockets)


def serve(settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT, then return; raises ServeError where the address cannot be used."""
    app = make_app(settings)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),  # uvicorn alone would believe everybody on this machine
        forwarded_allow_ips=list(settings.trusted_proxies),
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        timeout_graceful_shutdown=GRACE_S,
        timeout_notify=settings.tls_look_s,
    )
    _secure(config, settings)
    server = _Server(app, config)
    with _listening(settings) as listener, _returning(server):
        scheme = "https" if config.ssl else "http"
        logger.info("serving on %s://%s:%d", scheme, settings.host, listener.getsockname()[1])
        server.run(sockets=[listener])


def _secure(config: uvicorn.Config, settings: ServiceSettings) -> None:
    """Load the certificate, and look for a newer one from then on; raises ServeError where it cannot be used."""
    try:
        config.load()
    except OSError as error:  # an SSLError is one
        raise ServeError(
            f"cannot use the certificate {settings.tls_cert} with the key {settings.tls_key} ({error}): "
            "HOTGRID_TLS_CERT and HOTGRID_TLS_KEY must name two PEM files that belong together"
        ) from error
    if config.ssl and settings.tls_cert and settings.tls_key:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
        config.callback_notify = Certificate(config.ssl, settings.tls_cert, settings.tls_key).look


@contextmanager
def _listening(settings: ServiceSettings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ServeError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): "
            "choose another with HOTGRID_HOST and HOTGRID_PORT"
        ) from error
    with listener:
        yield listener


@contextmanager
def _returning(server: uvicorn.Server) -> Iterator[None]:
    """Have the server return when asked to stop, also before it listens to signals itself.

    It raises the signal again once it has stopped; with the usual handlers the process would die of it.
    """

    def end(_number: int, _frame: object) -> None:
        server.should_exit = True

    kept = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
