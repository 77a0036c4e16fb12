"""HTML of the source panel: where a quote stands, in its surroundings, with the quote marked.

Everything that comes from a question, a document or an answer goes through `esc`: it is shown as
text and never read as markup. Nothing here is Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from chatbot.web.strings import label
from corpus.records import Answer, Citation, Document, Language

BEFORE, AFTER = 2, 2
"""Blocks of the document shown before and after those that hold a quote."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def esc(text: str) -> str:
    """Text as HTML that shows just that text, in an element or in an attribute's quotes.

    Line separators and control characters other than tab and newline become spaces.
    """
    shown = "".join(c if c.isprintable() or c in "\n\t\u3000\u00a0" else " " for c in text)
    return escape(shown, quote=True)


def text_language(text: str, language: Language) -> Language:
    """The `lang` of a text that was asked for in `language` but may have stayed Chinese."""
    chinese = len(_HAN.findall(text)) * 3 > len(text.strip())
    if chinese and not language.startswith("zh"):
        return "zh-Hant"
    return language


def source_html(cited: Citation, document: Document | None, answer: Answer) -> str:
    """The inside of the source panel: where the quote stands, in its surroundings."""
    language = answer.language
    original = document.language if document else "zh-Hant"
    number = f'<span class="number">[{cited.n}]</span> ' if cited.n else ""
    facts = [
        label(language, "as_of", date=cited.as_of) if cited.as_of else "",
        label(language, "page", n=cited.locator.page) if cited.locator.page else "",
        label(language, "line", n=cited.locator.line) if cited.locator.line else "",
    ]
    chips = "".join(f"<li>{fact}</li>" for fact in facts if fact)
    near = "" if cited.n else " near"
    out = [
        f'<div class="source-inside{near}" lang="{language}"><h3 lang="{original}" tabindex="-1">'
        f"{number}{esc(cited.title)}</h3>",
        f'<p class="section" lang="{original}">{esc(cited.section)}</p>',
        f'<ul class="facts">{chips}</ul>' if chips else "",
        f"<h4>{label(language, 'original')}</h4>",
        f'<div class="passage" lang="{original}">{_passage(cited, document, language)}</div>',
    ]
    if cited.rendition:
        out.append(
            f"<h4>{label(language, 'unofficial')}</h4>"
            f'<blockquote class="rendition" lang="{language}">{esc(cited.rendition)}</blockquote>'
        )
    if cited.url and re.match(r"https?://", cited.url):
        out.append(
            f'<p class="address">{label(language, "document_link")}<a href="{esc(cited.url)}" '
            f'target="_blank" rel="noopener noreferrer">{esc(cited.url)}</a></p>'
        )
    out.append(
        f'<dl class="version"><dt>{label(language, "revision")}</dt><dd>{esc(cited.revision)}</dd>'
        f"<dt>{label(language, 'snapshot')}</dt><dd>{esc(answer.snapshot)}</dd></dl></div>"
    )
    return "".join(out)


def _passage(cited: Citation, document: Document | None, language: Language) -> str:
    """The blocks around a quote with the quote marked; only the quote where they changed."""
    if document is None or document.text[cited.start : cited.end] != cited.quote:
        return (
            f'<p class="changed" lang="{language}">{label(language, "changed")}</p>'
            f"<p><mark>{esc(cited.quote)}</mark></p>"
        )
    text, blocks = document.text, document.blocks
    held = [i for i, b in enumerate(blocks) if b.start < cited.end and b.end > cited.start]
    if not held:
        return f"<p><mark>{esc(cited.quote)}</mark></p>"
    out: list[str] = []
    for i in _window(held, len(blocks)):
        block = blocks[i]
        a, b = max(block.start, cited.start), min(block.end, cited.end)
        if a < b:
            html = (
                f"{esc(text[block.start : a])}<mark>{esc(text[a:b])}</mark>"
                f"{esc(text[b : block.end])}"
            )
        else:
            html = esc(text[block.start : block.end])
        kind = "heading" if block.kind == "heading" else block.kind
        marker = f'<span class="marker">{esc(block.marker.strip())}</span> '
        shown = marker if block.kind == "item" and block.marker.strip() else ""
        out.append(f'<p class="b-{kind}{" held" if a < b else ""}">{shown}{html}</p>')
    return "".join(out)


def _window(held: Sequence[int], total: int) -> range:
    return range(max(0, held[0] - BEFORE), min(total, held[-1] + 1 + AFTER))
