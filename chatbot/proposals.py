"""What may be the short answer in a passage, proposed by the network and by rules, and weighed.

The features of a proposal hold for any document, because they rest on the span's own kind, unit and
date and not on names that a glossary must know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chatbot.logistic import linear
from chatbot.question import Query
from chatbot.reader import Proposal, Span
from chatbot.reading.features import Found, Sight
from chatbot.spans import wanted_units
from corpus.dates import read_dates
from corpus.fold import fold
from corpus.numbers import read_figures
from corpus.records import Language

_CLOSE = 2.0
_LIST = 240
"""Characters of the longest list that is put together from its parts."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A text to read, the headings above it, and how much each sentence speaks of the question.

    `short` is the figure, date or name that the rules found in it, `clear` if nothing else fits.
    """

    text: str
    above: str
    language: Language
    sentences: Sequence[Span]
    weights: Sequence[float]
    short: Span | None
    clear: bool


def propose(query: Query, ground: Ground, seen: Sight) -> list[Proposal]:
    """The spans that may be the answer, each with its figure, unit and qualifier whole."""
    scored = {_whole(ground, span): span.score for span in reversed(seen.spans)}
    if query.kind == "list" and (run := _run(seen.parts)):
        scored.setdefault(run, max(scored.values(), default=0.0))
    if ground.short and ground.short not in scored:
        # What the network found there speaks for it too; else it is no better than the last.
        near = [score for span, score in scored.items() if overlap(ground.short, span)]
        scored[ground.short] = max(near or [min(scored.values(), default=0.0)])
    best = max(scored.values(), default=0.0)
    return [
        Proposal(span.start, span.end, _features(query, ground, span, score, best))
        for span, score in scored.items()
        if touched(ground.sentences, span)
    ]


def choose(proposals: Sequence[Proposal], text: str, weights: Mapping[str, float]) -> Proposal:
    """The best of one or more proposals; its `span_margin` is the lead over another answer."""
    ranked = sorted(proposals, key=lambda p: -linear(p.features, weights))
    best = ranked[0]
    said = text[best.start : best.end]
    rivals = [p for p in ranked[1:] if text[p.start : p.end] not in said]
    ahead = [linear(best.features, weights) - linear(p.features, weights) for p in rivals[:1]]
    return replace(best, features={**best.features, "span_margin": min([*ahead, 4 * _CLOSE]) / 4})


def touched(sentences: Sequence[Span], span: Span | Proposal) -> list[int]:
    """Which sentences a span shares a character with."""
    return [i for i, s in enumerate(sentences) if overlap(s, span)]


def overlap(a: Found | Span | Proposal, b: Found | Span | Proposal) -> bool:
    """Whether two spans of one text share a character."""
    return a.start < b.end and b.start < a.end


def _features(
    query: Query, ground: Ground, span: Span, score: float, best: float
) -> dict[str, float]:
    said = ground.text[span.start : span.end]
    same = ground.short is not None and overlap(span, ground.short)
    top = max(ground.weights)
    own = max(ground.weights[i] for i in touched(ground.sentences, span) or [0])
    return {
        "span_score": score / 4,
        "span_behind": (best - score) / 4,
        "span_sentence": own - top,
        "span_same": float(same),
        "span_clear": float(same and ground.clear),
        "span_other": float(ground.short is not None and ground.clear and not same),
        "span_long": len(said) / 20,
        "span_asked": float(fold(said) in query.folded),
        "span_bare": float(_bare(ground.text, span.end)),
        "span_kind_wrong": float(_another_kind(query, said, ground.language)),
        "span_unit_wrong": float(_another_unit(query, said, ground.language)),
        "span_period_wrong": float(_another_period(query, ground, span)),
    }


def _whole(ground: Ground, span: Found) -> Span:
    """A span that takes in what it cuts: a figure with unit and qualifier, a date with its year."""
    text, language = ground.text, ground.language
    figures = [(f.qualified_start, f.qualified_end) for f in read_figures(text, language)]
    dates = [(p.span_start, p.span_end) for p in read_dates(text, language)]
    cut = [(a, b) for a, b in (*figures, *dates) if a < span.end and span.start < b]
    return Span(min([span.start, *(a for a, _ in cut)]), max([span.end, *(b for _, b in cut)]))


def _bare(text: str, end: int) -> bool:
    """Whether a span ends in a digit to which the text sticks a word: most likely its unit."""
    return text[end - 1].isdigit() and text[end : end + 1].isalpha()


def _run(parts: Sequence[Found]) -> Span | None:
    """All parts of a list that the network marked, from the first to the last."""
    if len(parts) < 2 or parts[-1].end - parts[0].start > _LIST:
        return None
    return Span(parts[0].start, parts[-1].end)


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


def _another_period(query: Query, ground: Ground, span: Span) -> bool:
    """Whether the question names a year and what the span says is of another.

    What is said is of the last year named before it, in the headings if not in the text: 較2021年
    the figure that follows is of 2021. A span that names years itself is of those.
    """
    asked = {year for p in query.periods for year in _years(p.iso)}
    if not asked or query.kind == "date":
        return False
    text, language = ground.text, ground.language
    own = {y for p in read_dates(text[span.start : span.end], language) for y in _years(p.iso)}
    if own:
        return not asked & own
    for before in (text[: span.start], ground.above):
        dates = [d for d in (_years(p.iso) for p in read_dates(before, language)) if d]
        if dates:
            return not asked & dates[-1]
    return False


def _years(iso: str) -> set[str]:
    """The years of an ISO form: both ends of a range."""
    return {part[:4] for part in iso.split("/") if part[:4].isdigit()}
