"""What every response gets: security headers; what Gradio leaves open that nobody needs is shut."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.web.head import index_page

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
