"""The head of every page: style, script, icon and language, all from this server."""

from __future__ import annotations

import json
import re

from chatbot.web.strings import texts

_FOREIGN = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>', re.S)
_LANG = re.compile(r'(<html[^>]*?)lang="en"', re.S)


def index_page(html: str) -> str:
    """Gradio's page with our style, script and language, without its own advertisement."""
    strings = json.dumps(texts("page"), ensure_ascii=False).replace("<", "\\u003c")
    head = (
        '<meta name="color-scheme" content="light dark"><title>Ponte</title>'
        '<link rel="icon" href="/ponte/ponte.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/ponte/chat.css">'
        f'<script type="application/json" id="ponte-strings">{strings}</script>'
        '<script src="/ponte/chat.js"></script>'
    )
    html = _LANG.sub(r'\1lang="zh-Hant"', _FOREIGN.sub("", html), count=1)
    return html.replace("</head>", f"{head}</head>", 1)
