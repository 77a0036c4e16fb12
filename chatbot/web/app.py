"""The web application: a FastAPI app with the chat, a Gradio page, mounted in it.

Nothing on a page comes from another host, and the content security policy forbids it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import as_file, files
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from chatbot.api.routes import router
from chatbot.loading import Loading
from chatbot.service import Service
from chatbot.web.guard import Guard
from corpus.settings import Settings
from index.models import uses_bundled


def create_app(settings: Settings, loading: Loading | None = None) -> FastAPI:
    """Return the ASGI application; its start begins the loading.

    `app.state.service` is what its routes ask.
    """
    go_offline(settings)
    service = Service(loading or Loading(settings), settings.at_once, settings.waiting)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.loading.start()
        yield

    app = FastAPI(title="Ponte", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.service = service

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        """Answer 200 once questions can be answered."""
        state = service.loading
        if state.ready is not None:
            return JSONResponse({"status": "ok"})
        body = {"status": state.stage, "done": state.done, "total": state.total}
        return JSONResponse(body, status_code=503)

    app.include_router(router(service))
    _serve_parts(app)
    app.add_middleware(Guard)
    _mount_chat(app, service)
    return app


def _serve_parts(app: FastAPI) -> None:
    """Style sheets, scripts and the icon."""
    with as_file(files("chatbot.web") / "static") as folder:
        app.mount("/ponte", StaticFiles(directory=folder))

    @app.get("/favicon.ico")
    def favicon() -> RedirectResponse:
        return RedirectResponse("/ponte/ponte.svg")

    @app.get("/manifest.json")
    def manifest() -> JSONResponse:
        return JSONResponse({"name": "Ponte", "icons": [], "display": "browser"})


def _mount_chat(app: FastAPI, service: Service) -> None:
    # Only now: Gradio reads the settings of `go_offline` when it is imported.
    import gradio as gr

    from chatbot.web.chat import blocks

    gr.mount_gradio_app(
        app,
        blocks(service),
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


def go_offline(settings: Settings) -> None:
    """Keep Gradio and the hub client from the network; a hub's model alone may be fetched."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    if uses_bundled(settings) or Path(settings.model).is_dir():
        os.environ["HF_HUB_OFFLINE"] = "1"
