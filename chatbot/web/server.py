"""The server: a socket that is bound before anything slow begins, and uvicorn on it."""

from __future__ import annotations

import asyncio
import logging
import os
import socket

import uvicorn

from chatbot.loading import Loading
from chatbot.web.app import create_app
from corpus.errors import InputError
from corpus.settings import Settings

log = logging.getLogger(__name__)

GRACE = 3
"""Seconds that open connections get when the server is told to stop."""


def serve(settings: Settings) -> None:
    """Serve the page on `settings.host` and `settings.port` until told to stop.

    Listens at once and loads in the background; `/healthz` tells when questions can be answered.

    Raises:
        InputError: the address cannot be listened on, for instance because it is taken.
        PonteError: what loading raised, after the server has stopped: no index can be built or
            opened, or the model cannot be loaded.
    """
    with listen(settings.host, settings.port) as sock:
        server: uvicorn.Server | None = None

        def give_up() -> None:
            if server is not None:
                server.should_exit = True

        loading = Loading(settings, give_up)
        config = uvicorn.Config(
            create_app(settings, loading),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        logging.getLogger("uvicorn.error").addFilter(_not_a_farewell)
        server = uvicorn.Server(config)
        host, port = sock.getsockname()[:2]
        log.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
        server.run(sockets=[sock])
    if loading.error is not None:
        raise loading.error


def _not_a_farewell(record: logging.LogRecord) -> bool:
    """Keep to itself that a page still open somewhere was cut off when the server stopped."""
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and not str(record.msg).startswith("Cancel ")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address, before anything slow begins.

    Raises:
        InputError: the address is taken, not this machine's, not allowed or no address at all.
    """
    if not 0 <= port <= 65535:
        raise InputError(f"{host}:{port} is no address to listen on: ports go up to 65535")
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind)
    except OSError as error:
        raise InputError(f"{host}:{port} is no address to listen on: {error}") from error
    try:
        if os.name == "posix":  # elsewhere the option would let two servers share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise InputError(
            f"port {port} on {host} cannot be used ({error}); stop the program that has it, or "
            "name another with PONTE_PORT or --port"
        ) from error
    return sock
