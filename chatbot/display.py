"""Answers, hits, documents and checks as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chatbot.console import write, write_table
from corpus.records import Answer, Citation, Language, Locator, Passage

if TYPE_CHECKING:
    from chatbot.doctor import Check
    from chatbot.search import Found
    from index.build import BuildReport

LABELS: dict[Language, dict[str, str]] = {
    "zh-Hant": {
        "sources": "出處", "line": "第{}行", "page": "第{}頁", "as_of": "所述時間{}",
        "unofficial": "非官方譯文：", "refused": "未能回答", "nearest": "最接近的內容",
    },
    "zh-Hans": {
        "sources": "出处", "line": "第{}行", "page": "第{}页", "as_of": "所述时间{}",
        "unofficial": "非官方译文：", "refused": "未能回答", "nearest": "最接近的内容",
    },
    "en": {
        "sources": "Sources", "line": "line {}", "page": "page {}", "as_of": "refers to {}",
        "unofficial": "Unofficial translation: ", "refused": "No answer",
        "nearest": "Nearest passages",
    },
    "pt": {
        "sources": "Fontes", "line": "linha {}", "page": "página {}", "as_of": "refere-se a {}",
        "unofficial": "Tradução não oficial: ", "refused": "Sem resposta",
        "nearest": "Passagens mais próximas",
    },
}  # fmt: skip


def show_answer(answer: Answer) -> None:
    """The answer with its numbered sources, or the refusal with what came nearest."""
    labels = LABELS[answer.language]
    if answer.refusal is not None:
        write((f"✗ {labels['refused']}", "bold yellow"), f"  {answer.text}")
        if answer.refusal.nearest:
            write((f"\n{labels['nearest']}", "bold"))
        for hit in answer.refusal.nearest:
            write(("· " + _place(hit.passage, labels), "cyan"))
            write((hit.passage.text, "dim"), indent=4)
        return
    text = answer.text
    if answer.short_answer:
        # The short answer is often the first line of the text: it is shown once.
        text = text.removeprefix(answer.short_answer + "\n")
        write((answer.short_answer, "bold green"))
    write(text)
    if answer.citations:
        write((f"\n{labels['sources']}", "bold"))
    for citation in answer.citations:
        write((f"[{citation.n}] ", "bold"), (_place(citation, labels), "cyan"))
        write((citation.quote, "dim"), indent=4)
        if citation.rendition:
            write((labels["unofficial"] + citation.rendition, "dim italic"), indent=4)


def show_found(found: Found) -> None:
    """The hits of a search."""
    if not found.hits:
        write("Nothing found.")
    for hit in found.hits:
        ranks = (
            f"  {hit.score:.3f} (dense {hit.dense_rank or '–'}, lexical {hit.lexical_rank or '–'})"
        )
        write((f"{hit.rank}. ", "bold"), (_place(hit.passage, LABELS["en"]), "cyan"), ranks)
        write(hit.passage.text, indent=4)


def show_documents(rows: Iterable[dict[str, object]]) -> None:
    """The documents of an index; `rows` are those of their JSON shape."""
    head = ("doc_id", "title", "language", "revision", "passages", "source")
    write_table(head, [[str(row[name]) for name in head] for row in rows])


def show_report(report: BuildReport) -> None:
    """What a build did."""
    write(
        (f"Snapshot {report.snapshot}: ", "bold"),
        f"{report.documents} documents, {report.passages} passages "
        f"({report.embedded} embedded, {report.reused} reused) in {report.seconds:.1f} s",
    )
    for path, reason in report.skipped:
        write(("left out ", "yellow"), f"{path}: {reason}")


def show_checks(checks: Iterable[Check]) -> None:
    """What the doctor found."""
    for check in checks:
        mark = ("ok    ", "green") if check.ok else ("WRONG ", "bold red")
        write(mark, (f"{check.name}: ", "bold"), check.detail)


def _place(at: Citation | Passage, labels: dict[str, str]) -> str:
    """Title › headings, page, line, date."""
    path = dict.fromkeys([at.title, *at.section.split(" › ")])
    where = [" › ".join(part for part in path if part), *_locator(at.locator, labels)]
    if at.as_of:
        where.append(labels["as_of"].format(at.as_of.isoformat()))
    return " · ".join(where)


def _locator(locator: Locator, labels: dict[str, str]) -> list[str]:
    parts = [("page", locator.page), ("line", locator.line)]
    return [labels[name].format(n) for name, n in parts if n is not None]
