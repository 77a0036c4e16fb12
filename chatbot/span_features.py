"""The features of the span that the network found: does it fit what is asked for?

They hold for any document, because they rest on the span's own kind, unit and date and not on names
that a glossary must know.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.question import Query
from chatbot.reader import Span
from chatbot.reading.features import Found
from chatbot.spans import wanted_units
from corpus.dates import read_dates
from corpus.numbers import read_figures
from corpus.records import Language

_CLOSE = 8.0


def span_features(
    query: Query,
    text: str,
    above: str,
    language: Language,
    span: Found,
    others: Sequence[Found],
    short: Span | None,
) -> dict[str, float]:
    """Features of a span of `text`; `above` are its headings, `short` what the rules found.

    `others` are the next spans, best first: one that says something else is a rival.
    """
    said = text[span.start : span.end]
    rival = next((o for o in others if text[o.start : o.end] not in said), None)
    same = short is not None and overlap(span, short)
    return {
        "span_score": span.score / 4,
        "span_margin": min(span.score - rival.score, _CLOSE) / 4 if rival else _CLOSE / 4,
        "span_same": float(same),
        "span_other": float(short is not None and not same),
        "span_long": len(said) / 20,
        "span_kind_wrong": float(_another_kind(query, said, language)),
        "span_unit_wrong": float(_another_unit(query, said, language)),
        "span_period_wrong": float(_another_period(query, text, above, language, span)),
    }


def whole(query: Query, text: str, language: Language, span: Found, short: Span | None) -> Span:
    """The span as a short answer: a figure with its unit and qualifier, a date with its year.

    `short` is what the rules found: of a figure or a date that both found, theirs is whole.
    """
    start, end = span.start, span.end
    if short and query.kind in ("figure", "date") and overlap(span, short):
        return short
    figures = [(f.qualified_start, f.qualified_end) for f in read_figures(text, language)]
    dates = [(p.span_start, p.span_end) for p in read_dates(text, language)]
    touched = [(a, b) for a, b in (*figures, *dates) if a < end and start < b]
    return Span(min([start, *(a for a, _ in touched)]), max([end, *(b for _, b in touched)]))


def overlap(a: Found | Span, b: Found | Span) -> bool:
    """Whether two spans of one text share a character."""
    return a.start < b.end and b.start < a.end


def _another_kind(query: Query, said: str, language: Language) -> bool:
    """Whether a figure or a date is asked for and the span holds none."""
    if query.kind == "figure":
        return not any(c.isdigit() for c in said) and not read_figures(said, language)
    return query.kind == "date" and not read_dates(said, language)


def _another_unit(query: Query, said: str, language: Language) -> bool:
    """Whether the question wants a share, an area or money and the span's figures are no such."""
    wanted = wanted_units(query) if query.kind == "figure" else frozenset()
    units = {f.unit for f in read_figures(said, language)}
    return bool(wanted and units and not wanted & units)


def _another_period(query: Query, text: str, above: str, language: Language, span: Found) -> bool:
    """Whether the question names a year and what the span says is of another.

    What is said is of the last year named before it, in the headings if not in the text: 較2021年
    the figure that follows is of 2021. A span that names years itself is of those.
    """
    asked = {year for p in query.periods for year in _years(p.iso)}
    if not asked or query.kind == "date":
        return False
    own = {y for p in read_dates(text[span.start : span.end], language) for y in _years(p.iso)}
    if own:
        return not asked & own
    for before in (text[: span.start], above):
        dates = [d for d in (_years(p.iso) for p in read_dates(before, language)) if d]
        if dates:
            return not asked & dates[-1]
    return False


def _years(iso: str) -> set[str]:
    """The years of an ISO form: both ends of a range."""
    return {part[:4] for part in iso.split("/") if part[:4].isdigit()}
