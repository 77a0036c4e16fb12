"""HTML of questions, answers, refusals and sources.

Everything that comes from a question, a document or an answer goes through `esc`: it is shown as
text and never read as markup. Nothing here is Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chatbot.web.source_html import esc, source_html, text_language
from chatbot.web.strings import everywhere, label
from corpus.records import Answer, Citation, Document, Hit, Language

EXAMPLES: tuple[tuple[Language, str], ...] = (
    ("zh-Hant", "2022年澳門與歐盟的商品貿易總額是多少？"),
    ("zh-Hant", "CEPA涵蓋哪四大方面？"),
    ("zh-Hans", "什么是粤港澳大湾区？"),
    ("en", "How much did Macao and the Chinese mainland trade with each other in 2022?"),
    ("pt", "Onde fica o Secretariado Permanente do Fórum de Macau?"),
    ("zh-Hant", "特區政府在歐洲設有哪些辦事處？"),
)
"""Questions that the bundled documents answer."""

_MARKS = re.compile(r"(?:\s*\[\d+\])+\s*$")

_ICON_REFUSED = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3h8l4 4v14H6z"/>'
    '<path d="M9.5 11.5l5 5m0-5l-5 5"/></svg>'
)


def start_html() -> str:
    """What stands in the place of the conversation before the first question."""
    examples = "".join(
        f'<li><button type="button" class="example" lang="{language}" '
        f'data-question="{esc(question)}">{esc(question)}</button></li>'
        for language, question in EXAMPLES
    )
    return (
        f'<div class="start"><h2>{everywhere("heading")}</h2><p class="intro">'
        f'{everywhere("intro")}</p><p class="topics">{everywhere("topics")}</p>'
        f'<h3>{everywhere("examples")}</h3><ul class="examples">{examples}</ul></div>'
    )


def turn_html(number: int, question: str, language: Language, body: str, busy: bool) -> str:
    """One question with what is said to it; `body` is HTML of this module."""
    state = ' aria-busy="true"' if busy else ""
    return (
        f'<article class="turn" id="turn-{number}"{state}>'
        f'<h2 class="asked"><span class="vh">{label(language, "you")}</span>'
        f'<bdi lang="{text_language(question, language)}">{esc(question)}</bdi></h2>'
        f"{body}</article>"
    )


def progress_html(language: Language, stage: str) -> str:
    """The sign that an answer is being sought; `stage` is the name of a step."""
    return (
        f'<p class="progress" role="status" lang="{language}"><span class="dots" '
        f'aria-hidden="true"><i></i><i></i><i></i></span>{label(language, stage)}</p>'
    )


def notice_html(language: Language, key: str, text: str = "") -> str:
    """A plain word of the page itself, for instance that the answer was stopped."""
    more = f"<p>{label(language, text)}</p>" if text else ""
    return f'<div class="notice" lang="{language}"><p>{label(language, key)}</p>{more}</div>'


def parts_of(answer: Answer) -> tuple[str, list[str]]:
    """Split an answer's text into what is said first and the lines of its statements.

    The first is the short answer, or a lead such as "Yes.", and empty where there is none, and
    for a list, whose items say it all.
    """
    lines = [line for line in answer.text.split("\n") if line.strip()]
    short = (answer.short_answer or "").strip()
    if lines and all(line.startswith("- ") for line in lines):
        return "", lines
    if len(lines) > 1 and not _MARKS.search(lines[0]) and len(lines[0]) <= 120:
        return lines[0].strip(), lines[1:]
    return short, lines


def answer_html(
    answer: Answer, documents: Mapping[str, Document], turn: int, shown: int | None = None
) -> str:
    """An answer, or its first `shown` statements while it is coming in.

    Args:
        answer: of the status `answered`.
        documents: by id, of the snapshot that answered; a missing one only costs surroundings.
        turn: makes the ids of its sources unique on the page.
        shown: number of statements; None for the whole with its sources.
    """
    language = answer.language
    lead, lines = parts_of(answer)
    by_number = {c.n: c for c in answer.citations}
    out = [f'<div class="answer" lang="{language}">', _interpreted(answer)]
    if lead:
        out.append(f'<p class="short" lang="{text_language(lead, language)}">{esc(lead)}</p>')
    items = ""
    for line in lines[:shown]:
        html = _statement(line, answer, by_number, documents, turn)
        if line.startswith("- "):
            items += f"<li>{html}</li>"
            continue
        if items:
            out.append(f'<ul class="list">{items}</ul>')
            items = ""
        out.append(f'<p class="statement">{html}</p>')
    if items:
        out.append(f'<ul class="list">{items}</ul>')
    if shown is None and answer.citations:
        out.append(_sources(answer, documents, turn))
    return "".join(out) + "</div>"


def refusal_html(answer: Answer, documents: Mapping[str, Document], turn: int) -> str:
    """A refusal: that there is no answer, what is missing, and the nearest passages."""
    language, refusal = answer.language, answer.refusal
    reason = refusal.reason if refusal else "not_found"
    title = {"empty_question": "unclear", "too_long": "unclear", "ungrounded": "unverified"}
    kind = title.get(reason, "refused")
    out = [
        f'<section class="refusal {kind}" lang="{language}">',
        f'<h3 class="verdict">{_ICON_REFUSED}{label(language, kind)}</h3>',
        _interpreted(answer),
        f"<p>{esc(answer.text)}</p>",
    ]
    if refusal and refusal.missing and refusal.missing != answer.text:
        out.append(f"<p>{label(language, 'missing')}{esc(refusal.missing)}</p>")
    if refusal and refusal.nearest:
        out.append(f'<h4>{label(language, "nearest")}</h4><ul class="nearest">')
        for i, hit in enumerate(refusal.nearest, start=1):
            out.append(_near(hit, answer, documents, f"s{turn}-n{i}"))
        out.append("</ul>")
    return "".join(out) + "</section>"


def _interpreted(answer: Answer) -> str:
    """How a follow-up was understood, where it was not taken as it stands."""
    language, meant = answer.language, answer.standalone_question
    if answer.refusal and answer.refusal.reason in ("empty_question", "too_long"):
        return ""
    if "".join(meant.split()) == "".join(answer.question.split()):
        return ""
    return f'<p class="meant">{label(language, "interpreted")}{esc(meant)}</p>'


def _statement(
    line: str,
    answer: Answer,
    by_number: Mapping[int, Citation],
    documents: Mapping[str, Document],
    turn: int,
) -> str:
    """A line of an answer: its words, then its numbers as buttons."""
    marks = _MARKS.search(line)
    words = line[: marks.start()] if marks else line
    words = words.removeprefix("- ").strip()
    numbers = [int(n) for n in re.findall(r"\d+", marks[0])] if marks else []
    language = answer.language
    cited = next((by_number[n] for n in numbers if n in by_number), None)
    if cited and cited.doc_id in documents and not language.startswith("zh"):
        original = documents[cited.doc_id].language
        language = original if text_language(words, language) != language else language
    buttons = "".join(
        f'<button type="button" class="cite" data-source="s{turn}-{n}" '
        f'aria-label="{label(answer.language, "open_source", n=n)}">[{n}]</button>'
        if n in by_number
        else f"[{n}]"
        for n in numbers
    )
    return f'<span lang="{language}">{esc(words)}</span> {buttons}'


def _sources(answer: Answer, documents: Mapping[str, Document], turn: int) -> str:
    """The list of an answer's sources, each with its panel, hidden until it is opened."""
    language = answer.language
    rows, panels = [], []
    for c in answer.citations:
        document = documents.get(c.doc_id)
        as_of = label(language, "as_of", date=c.as_of) if c.as_of else ""
        original = document.language if document else "zh-Hant"
        rows.append(
            f'<li><button type="button" class="source" data-source="s{turn}-{c.n}"><b>[{c.n}]</b> '
            f'<span lang="{original}">{esc(c.section or c.title)}</span>'
            f"{f' <small>{as_of}</small>' if as_of else ''}</button></li>"
        )
        panels.append(f'<div hidden id="s{turn}-{c.n}">{source_html(c, document, answer)}</div>')
    translated = any(c.rendition for c in answer.citations)
    note = f'<p class="unofficial">{label(language, "answer_unofficial")}</p>' if translated else ""
    return (
        f'{note}<div class="sources"><h3>{label(language, "sources")}</h3>'
        f"<ul>{''.join(rows)}</ul>{''.join(panels)}</div>"
    )


def _near(hit: Hit, answer: Answer, documents: Mapping[str, Document], key: str) -> str:
    """A passage shown with a refusal, and its panel."""
    p, language = hit.passage, answer.language
    as_if = Citation(
        n=0, doc_id=p.doc_id, title=p.title, section=p.section, revision=p.revision, quote=p.text,
        start=p.start, end=p.end, passage_id=p.passage_id, locator=p.locator, as_of=p.as_of,
        url=p.url, rendition=p.renditions.get(language),
    )  # fmt: skip
    text, tag = p.text, ""
    if as_if.rendition:
        text = as_if.rendition
        tag = f'<small class="tag">{label(language, "unofficial")}</small>'
    text_lang = language if as_if.rendition else p.language
    panel = source_html(as_if, documents.get(p.doc_id), answer)
    return (
        f'<li><p class="where" lang="{p.language}">{esc(p.section or p.title)}{tag}</p>'
        f'<p lang="{text_lang}">{esc(text)}</p><button type="button" class="source" '
        f'data-source="{key}">{label(language, "view")}</button>'
        f'<div hidden id="{key}">{panel}</div></li>'
    )
