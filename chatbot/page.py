"""The web application: a FastAPI app with the page mounted, and the server that runs it.

Nothing on the page comes from another host, and the content security policy forbids it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.page_loading import Loading
from chatbot.page_strings import FRAME
from corpus.errors import InputError
from corpus.settings import Settings
from index.models import uses_bundled

log = logging.getLogger(__name__)

GRACE = 3
"""Seconds that open connections get when the server is told to stop."""

# Gradio's front end evaluates its templates, hence 'unsafe-eval', and starts from inline scripts;
# handlers in attributes (onerror=...) are never run, and nothing may be fetched from elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "script-src-attr 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLOSED = (
    "/gradio_api/upload", "/gradio_api/proxy=", "/gradio_api/runs", "/monitoring", "/docs",
    "/redoc", "/openapi.json",
)  # fmt: skip
"""Routes of Gradio that the page has no use for."""

PARTS = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "page.svg": "image/svg+xml",
}


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


def create_app(settings: Settings, loading: Loading | None = None) -> FastAPI:
    """Return the ASGI application; its start begins the loading."""
    go_offline(settings)
    # Only now: Gradio reads these settings when it is imported.
    import gradio as gr

    from chatbot.page_chat import blocks

    state = loading or Loading(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        state.start()
        yield

    app = FastAPI(title="Ponte", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        if state.ready is not None:
            return JSONResponse({"status": "ok"})
        body = {"status": state.stage, "done": state.done, "total": state.total}
        return JSONResponse(body, status_code=503)

    @app.get("/ponte/{name}")
    def part(name: str) -> Response:
        if name not in PARTS:
            return Response(status_code=404)
        body = files("chatbot").joinpath(name).read_bytes()
        return Response(body, media_type=PARTS[name], headers={"Cache-Control": "no-cache"})

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return part("page.svg")

    @app.get("/manifest.json")
    def manifest() -> JSONResponse:
        return JSONResponse({"name": "Ponte", "icons": [], "display": "browser"})

    app.add_middleware(Guard)
    gr.mount_gradio_app(
        app,
        blocks(state),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(
            font=[gr.themes.Font("sans-serif")], font_mono=[gr.themes.Font("monospace")]
        ),
    )
    return app


def go_offline(settings: Settings) -> None:
    """Keep Gradio and the hub client from the network; a hub's model alone may be fetched."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    if uses_bundled(settings) or Path(settings.model).is_dir():
        os.environ["HF_HUB_OFFLINE"] = "1"


_FOREIGN = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>', re.S)
_LANG = re.compile(r'(<html[^>]*?)lang="en"', re.S)


def index_page(html: str) -> str:
    """Gradio's page with our style, script and language, without its own advertisement."""
    strings = json.dumps(FRAME, ensure_ascii=False).replace("<", "\\u003c")
    head = (
        '<meta name="color-scheme" content="light dark"><title>Ponte</title>'
        '<link rel="icon" href="/ponte/page.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/ponte/page.css">'
        f'<script type="application/json" id="ponte-strings">{strings}</script>'
        '<script src="/ponte/page.js"></script>'
    )
    html = _LANG.sub(r'\1lang="zh-Hant"', _FOREIGN.sub("", html), count=1)
    return html.replace("</head>", f"{head}</head>", 1)


class Guard:
    """ASGI middleware: security headers everywhere, closed routes, and our head on the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its response back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        page = scope["path"] in ("", "/")
        if page:  # it will be read here, so it must come uncompressed
            scope = {**scope, "headers": _without(scope["headers"], b"accept-encoding")}
        held: list[Message] = []
        body = b""

        async def out(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if page and headers.get("content-type", "").startswith("text/html"):
                    held.append(message)
                    return
            elif held:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                start = held.pop()
                body = index_page(body.decode("utf-8")).encode("utf-8")
                MutableHeaders(scope=start)["content-length"] = str(len(body))
                await send(start)
                message = {"type": "http.response.body", "body": body}
            await send(message)

        if scope["path"].startswith(CLOSED):
            await Response(status_code=404)(scope, receive, out)
            return
        await self._app(scope, receive, out)


def _without(headers: list[tuple[bytes, bytes]], name: bytes) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value in headers if key.lower() != name]
