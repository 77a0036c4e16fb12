"""Answers from end to end: is the right thing said, cited and grounded, or rightly refused?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.runnables import Runnable

from chatbot.pipeline import Ask
from corpus.numbers import missing_figures
from corpus.records import Answer, Citation
from eval.datasets.policy import Question
from eval.metrics.aggregate import Measure
from eval.metrics.text import holds, is_passage, plain
from eval.runs import Row

Pipeline = Runnable[Ask, Answer]

MEASURES = (
    Measure("answer_hit", "mean", True,
            "answerable questions whose answer, with its quotes, holds an accepted answer"),
    Measure("short_answer_hit", "mean", True,
            "short answers given to answerable questions that hold an accepted answer"),
    Measure("complete", "mean", True, "lists that name all that must be in them"),
    Measure("refusal_precision", "mean", True, "refusals of questions that cannot be answered"),
    Measure("refusal_recall", "mean", True, "unanswerable questions that are refused"),
    Measure("false_refusal", "mean", False, "answerable questions that are refused"),
    Measure("citation_precision", "mean", True,
            "citations whose quote holds an accepted answer or the passage, per question"),
    Measure("ungrounded_figures", "sum", False,
            "figures of all answers that do not stand in what is quoted"),
    Measure("ece", "ece", False,
            "gap between the confidence of an answer or a refusal and how often it is right"),
    Measure("passage_recall@1", "mean", True, "right passage found first"),
    Measure("passage_recall@3", "mean", True, "right passage among the first three"),
    Measure("language_right", "mean", True, "answers in the language of the question"),
)  # fmt: skip


def rows_of(
    pipeline: Pipeline, variant: str = "", base: Callable[[Question], str] = lambda q: q.id
) -> Callable[[Sequence[Question]], Iterator[Row]]:
    """A function that asks questions one after another and gives their rows.

    `variant` says how the questions were changed, `base` names the unchanged question of each.
    """

    def ask(questions: Sequence[Question]) -> Iterator[Row]:
        for question in questions:
            answer = pipeline.invoke(Ask(question.question, question.history))
            yield {**row_of(question, answer), "variant": variant, "base": base(question)}

    return ask


def row_of(question: Question, answer: Answer) -> Row:
    """What is kept of a question and its answer."""
    rank = rank_of(question, answer)
    values = values_of(question, answer, rank)
    wrong = why_wrong(question, answer, values)
    return {
        "id": question.id,
        "group": question.group or question.id,
        "lang": question.lang,
        "kind": question.kind,
        "trap": question.trap,
        "question": question.question,
        "history": [{"role": t.role, "content": t.content} for t in question.history],
        "expected": {
            "answerable": question.answerable,
            "answers": list(question.answers),
            "passage": question.passage,
        },
        "given": given(answer),
        "values": values,
        "rank": rank,
        "failed": bool(wrong),
        "why": wrong,
        "timings_ms": answer.timings_ms,
    }


def given(answer: Answer) -> dict[str, Any]:
    """An answer as a row keeps it."""
    return {
        "status": answer.status,
        "standalone_question": answer.standalone_question,
        "language": answer.language,
        "answer": answer.text,
        "short_answer": answer.short_answer,
        "confidence": answer.confidence,
        "reason": answer.refusal.reason if answer.refusal else "",
        "quotes": [
            {
                "text": c.quote,
                "section": c.section,
                "passage_id": c.passage_id,
                "title": c.title,
                "rendition": c.rendition,
            }
            for c in answer.citations
        ],
        "hits": [
            {
                "rank": hit.rank,
                "passage_id": hit.passage.passage_id,
                "text": hit.passage.text,
                "score": round(hit.score, 4),
                "dense_rank": hit.dense_rank,
                "lexical_rank": hit.lexical_rank,
            }
            for hit in answer.hits
        ],
    }


def values_of(question: Question, answer: Answer, rank: int | None) -> dict[str, Any]:
    """The value of each measure; None where it does not apply."""
    refused = answer.status == "refused"
    hit = not refused and any(holds(said(answer), a) for a in question.answers)
    right = refused if not question.answerable else hit
    yes = question.answerable
    short = answer.short_answer
    located = yes and bool(question.passage)
    return {
        "answer_hit": float(hit) if yes else None,
        "short_answer_hit": (
            float(any(holds(short, a) for a in question.answers)) if yes and short else None
        ),
        "complete": (
            float(
                not refused and all(plain(m) in plain(answer.text) for m in question.must_include)
            )
            if yes and question.must_include
            else None
        ),
        "refusal_precision": float(not yes) if refused else None,
        "refusal_recall": None if yes else float(refused),
        "false_refusal": float(refused) if yes else None,
        "citation_precision": _citations_right(question, answer),
        "ungrounded_figures": float(len(ungrounded(answer))),
        "ece": [min(1.0, max(0.0, answer.confidence)), int(right)],
        "passage_recall@1": float(rank == 1) if located else None,
        "passage_recall@3": float(rank is not None and rank <= 3) if located else None,
        "language_right": float(answer.language == question.lang),
    }


def said(answer: Answer) -> str:
    """An answer with its quotes."""
    return "\n".join([answer.text, *(c.quote for c in answer.citations)])


def ungrounded(answer: Answer) -> list[str]:
    """The figures of an answer that stand in none of its quotes or their renditions."""
    if answer.status == "refused" or not answer.citations:
        return []
    sources = [text for c in answer.citations for text in (c.quote, c.rendition) if text]
    return missing_figures("\n".join([answer.text, answer.short_answer or ""]), sources)


def rank_of(question: Question, answer: Answer) -> int | None:
    """Rank at which retrieval found the right passage, from 1."""
    found = (h.rank for h in answer.hits if is_passage(h.passage.text, question.passage))
    return next(found, None)


def why_wrong(question: Question, answer: Answer, values: dict[str, Any]) -> str:
    """What is wrong with an answer, in a few words; empty where nothing is."""
    if values["ungrounded_figures"]:
        return "a figure is not in the quotes: " + "; ".join(ungrounded(answer))
    if not question.answerable:
        return "" if answer.status == "refused" else "answered, though nothing answers it"
    if answer.status == "refused":
        return "refused, though the documents answer it"
    if not values["answer_hit"]:
        return "no accepted answer in the answer or its quotes"
    if values["complete"] == 0:
        return "the list is not complete"
    if values["short_answer_hit"] == 0:
        return "the short answer is another"
    return ""


def _citations_right(question: Question, answer: Answer) -> float | None:
    """The share of an answer's citations that are right; 0 for what should have been refused."""
    if not answer.citations:
        return None
    right = [question.answerable and _is_right(question, c) for c in answer.citations]
    return sum(right) / len(right)


def _is_right(question: Question, citation: Citation) -> bool:
    texts = [text for text in (citation.quote, citation.rendition) if text]
    if any(holds(text, accepted) for text in texts for accepted in question.answers):
        return True
    return is_passage(citation.quote, question.passage)
