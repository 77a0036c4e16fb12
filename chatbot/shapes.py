"""The JSON shapes that other programs rely on, made from records; no other module knows them.

Fields may be added; none is ever renamed, removed or given another meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from corpus.records import Answer, Citation, Considered, Document, Hit, Locator, Passage

if TYPE_CHECKING:  # a program that only lists documents is not to load all the others
    from chatbot.doctor import Check
    from chatbot.search import Found
    from index.build import BuildReport
    from index.snapshot import Snapshot

Shape = dict[str, Any]


def answer_shape(answer: Answer, row_id: str | int | None = None, explain: bool = False) -> Shape:
    """One answer. `row_id` is the id of its row in a batch; `explain` adds what was read for it."""
    why = {"considered": [_considered(c) for c in answer.considered]} if explain else {}
    return {
        "id": row_id,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "language": answer.language,
        "status": answer.status,
        "answer": answer.text,
        "short_answer": answer.short_answer,
        "citations": [_citation(citation) for citation in answer.citations],
        "confidence": answer.confidence,
        "refusal": _refusal(answer),
        "snapshot": answer.snapshot,
        "timings_ms": dict(answer.timings_ms),
        **why,
    }


def search_shape(found: Found) -> Shape:
    """The hits of one search."""
    return {
        "query": found.query,
        "mode": found.mode,
        "hits": [_hit(hit) for hit in found.hits],
        "snapshot": found.snapshot,
        "timings_ms": dict(found.timings_ms),
    }


def documents_shape(snapshot: Snapshot) -> Shape:
    """The documents of a snapshot, in its order."""
    passages = Counter(passage.doc_id for passage in snapshot.passages)
    return {
        "documents": [
            {
                **_about(document),
                "passages": passages[document.doc_id],
                "characters": len(document.text),
                "renditions": sorted(document.renditions),
            }
            for document in snapshot.documents.values()
        ],
        "snapshot": snapshot.id,
    }


def document_shape(document: Document, snapshot_id: str) -> Shape:
    """One document with the cleaned text that quotes are cut from."""
    return {**_about(document), "text": document.text, "snapshot": snapshot_id}


def report_shape(report: BuildReport) -> Shape:
    """What a build did."""
    return {
        "snapshot": report.snapshot,
        "documents": report.documents,
        "passages": report.passages,
        "embedded": report.embedded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
        "skipped": [{"path": path, "reason": reason} for path, reason in report.skipped],
    }


def checks_shape(checks: Iterable[Check]) -> Shape:
    """What `ponte doctor` found."""
    rows = [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in checks]
    return {"ok": all(row["ok"] for row in rows), "checks": rows}


def _citation(citation: Citation) -> Shape:
    return {
        "n": citation.n,
        "doc_id": citation.doc_id,
        "title": citation.title,
        "section": citation.section,
        "revision": citation.revision,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "locator": _locator(citation.locator),
        "as_of": _day(citation.as_of),
        "url": citation.url,
        "passage_id": citation.passage_id,
        "rendition": citation.rendition,
    }


def _refusal(answer: Answer) -> Shape | None:
    if answer.refusal is None:
        return None
    return {
        "reason": answer.refusal.reason,
        "message": answer.text,
        "missing": answer.refusal.missing,
        "nearest": [_place(hit.passage) for hit in answer.refusal.nearest],
    }


def _hit(hit: Hit) -> Shape:
    return {
        "rank": hit.rank,
        **_place(hit.passage),
        "score": hit.score,
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
        "dense_score": hit.dense_score,
        "lexical_score": hit.lexical_score,
    }


def _considered(considered: Considered) -> Shape:
    return {
        **_hit(considered.hit),
        "reader_score": considered.score,
        "answerability": considered.answerability,
        "enough": considered.enough,
        "network": considered.network,
    }


def _place(passage: Passage) -> Shape:
    """A passage and where it stands."""
    return {
        "doc_id": passage.doc_id,
        "passage_id": passage.passage_id,
        "title": passage.title,
        "section": passage.section,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "locator": _locator(passage.locator),
        "revision": passage.revision,
        "language": passage.language,
        "as_of": _day(passage.as_of),
        "url": passage.url,
    }


def _about(document: Document) -> Shape:
    return {
        "doc_id": document.doc_id,
        "title": document.title,
        "language": document.language,
        "revision": document.revision,
        "source": document.source,
        "kind": document.kind,
        "period": document.period,
        "as_of": _day(document.as_of),
        "url": document.url,
    }


def _locator(locator: Locator) -> Shape:
    return {"page": locator.page, "line": locator.line}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
