"""What may be the short answer in a passage, proposed by the network and by rules, and weighed.

The features of a proposal hold for any document, because they rest on the span's own kind, unit and
date and not on names that a glossary must know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from chatbot.logistic import linear
from chatbot.question import Query
from chatbot.reader import Place, Proposal, Span, is_other, overlap
from chatbot.reading.features import Found, Sight
from chatbot.spans import wanted_units
from corpus.dates import Period, read_dates
from corpus.fold import fold
from corpus.numbers import Figure, read_figures
from corpus.records import Language

_FAR = 2.0
"""The lead of a span without a rival, in the unit of scores (four logits)."""
_LIST = 240
"""Characters of the longest list that is put together from its parts."""
LONGEST = 60
"""Chinese characters up to which a span is a short answer."""
_UNTOLD = ("yesno", "comparison", "definition", "procedure")
"""Kinds of question that a single span does not answer."""
_SEVERAL = re.compile(r"[、;；，]|,(?!\d)|及|(?<!共)[和與与]|\b(?:and|e)\b")
_AGAINST = re.compile(r"(?:較|较|比|than|with|to|a|face a)\s?$")
"""What stands before the date that a change is measured from."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A text to read, the headings above it, and how much each sentence speaks of the question.

    `short` is the figure, date or name that the rules found in it, `clear` if nothing else fits,
    `near` how closely what surrounds it resembles the question (about 0 to 4).
    `figures` and `dates` are all that stand in the text.
    """

    text: str
    above: str
    language: Language
    sentences: Sequence[Span]
    weights: Sequence[float]
    short: Span | None
    clear: bool
    near: float
    figures: Sequence[Figure] = field(init=False)
    dates: Sequence[Period] = field(init=False)

    def __post_init__(self) -> None:
        """Read the text's figures and dates."""
        object.__setattr__(self, "figures", read_figures(self.text, self.language))
        object.__setattr__(self, "dates", read_dates(self.text, self.language))


def propose(query: Query, ground: Ground, seen: Sight) -> list[Proposal]:
    """The spans that may be the answer, each with its figure, unit and qualifier whole.

    `seen` has a span at least. What the rules alone found is no better than the network's last.
    """
    scored = {_whole(ground, span): span.score for span in reversed(seen.spans)}
    best = max(scored.values())
    if query.kind == "list" and (run := _run(seen.parts)):
        scored.setdefault(_whole(ground, run), best)
    if ground.short:
        short = _whole(ground, ground.short)
        near = [score for span, score in scored.items() if overlap(short, span)]
        scored[short] = max(near or [min(scored.values())])
    at = {span: touched(ground.sentences, span) for span in scored}
    return [
        Proposal(span.start, span.end, _features(query, ground, span, at[span], score, best))
        for span, score in scored.items()
        if at[span]
    ]


def choose(proposals: Sequence[Proposal], text: str, weights: Mapping[str, float]) -> Proposal:
    """The best of one or more proposals; its `span_margin` is the lead over another answer."""
    ranked = sorted(
        proposals,
        key=lambda p: (-linear(p.features, weights), -p.features.get("span_score", 0.0)),
    )
    best = ranked[0]
    rivals = [p for p in ranked[1:] if is_other(text, p, best)]
    top = linear(best.features, weights)
    leads = [(top - linear(p.features, weights)) / 4 for p in rivals[:1]]
    return replace(best, features={**best.features, "span_margin": min([*leads, _FAR])})


def told(query: Query, text: str, language: Language, span: Proposal) -> bool:
    """Whether a span by itself can answer a question of this kind."""
    if query.kind == "list":
        return bool(_SEVERAL.search(text[span.start : span.end]))
    longest = LONGEST * _width(language)
    return query.kind not in _UNTOLD and span.end - span.start <= longest


def _width(language: Language) -> int:
    """Letters that say about as much as one Chinese character."""
    return 1 if language.startswith("zh") else 3


def touched(sentences: Sequence[Span], place: Place) -> list[int]:
    """Which sentences a place shares a character with."""
    return [i for i, s in enumerate(sentences) if overlap(s, place)]


def _features(
    query: Query, ground: Ground, span: Span, at: Sequence[int], score: float, best: float
) -> dict[str, float]:
    said = ground.text[span.start : span.end]
    same = ground.short is not None and overlap(span, ground.short)
    figures = [f for f in ground.figures if f.start < span.end and span.start < f.end]
    dates = [p for p in ground.dates if p.span_start < span.end and span.start < p.span_end]
    return {
        "span_score": score / 4,
        "span_behind": (best - score) / 4,
        "span_sentence": max(ground.weights[i] for i in at) - max(ground.weights),
        "span_same": float(same),
        "span_clear": float(same and ground.clear),
        "span_near": max(0.0, min(ground.near, 4.0)) if same else 0.0,
        "span_foreign": float(same and ground.clear and not ground.language.startswith("zh")),
        "span_other": float(ground.short is not None and ground.clear and not same),
        "span_long": len(said) / (20 * _width(ground.language)),
        "span_asked": float(fold(said) in query.folded),
        "span_bare": float(_bare(ground.text, span.end)),
        "span_several": float(
            (query.kind == "figure" and len(figures) > 1)
            or (query.kind == "date" and len(dates) > 1)
        ),
        "span_kind_wrong": float(_another_kind(query, said, figures, dates)),
        "span_unit_wrong": float(_another_unit(query, figures)),
        "span_period_wrong": float(_another_period(query, ground, span, figures, dates)),
    }


def _whole(ground: Ground, place: Place) -> Span:
    """A place with what it cuts: a figure with its unit and qualifier, a date with its year."""
    figures = [(f.qualified_start, f.qualified_end) for f in ground.figures]
    dates = [(p.span_start, p.span_end) for p in ground.dates]
    cut = [(a, b) for a, b in (*figures, *dates) if a < place.end and place.start < b]
    return Span(min([place.start, *(a for a, _ in cut)]), max([place.end, *(b for _, b in cut)]))


def _bare(text: str, end: int) -> bool:
    """Whether a span ends in a digit to which the text sticks a word: most likely its unit."""
    return text[end - 1].isdigit() and text[end : end + 1].isalpha()


def _run(parts: Sequence[Found]) -> Span | None:
    """All parts of a list that the network marked, from the first to the last."""
    if len(parts) < 2 or parts[-1].end - parts[0].start > _LIST:
        return None
    return Span(parts[0].start, parts[-1].end)


def _another_kind(
    query: Query, said: str, figures: Sequence[Figure], dates: Sequence[Period]
) -> bool:
    """Whether a figure or a date is asked for and the span holds none."""
    if query.kind == "figure":
        return not figures and not any(c.isnumeric() for c in said)
    return query.kind == "date" and not dates


def _another_unit(query: Query, figures: Sequence[Figure]) -> bool:
    """Whether the question wants a share, an area or money and the span's figures are no such."""
    wanted = wanted_units(query) if query.kind == "figure" else frozenset()
    units = {f.unit for f in figures if f.unit}
    return bool(wanted and units and not wanted & units)


def _another_period(
    query: Query,
    ground: Ground,
    span: Span,
    figures: Sequence[Figure],
    dates: Sequence[Period],
) -> bool:
    """Whether the question names a year and what the span says is of another.

    What is said is of the last year named before it, in the headings if not in the text: 較2021年
    the amount that follows is of 2021, but not the rise. A span that names years itself is of
    those.
    """
    asked = {year for p in query.periods for year in _years(p.iso)}
    if not asked or query.kind == "date":
        return False
    if own := {year for p in dates for year in _years(p.iso)}:
        return not asked & own
    before = [p for p in ground.dates if p.span_end <= span.start]
    if any(f.direction or f.unit in ("%", "pp") for f in figures):
        before = [p for p in before if not _AGAINST.search(ground.text[: p.span_start][-8:])]
    for periods in (before, read_dates(ground.above, ground.language)):
        if named := [years for p in periods if (years := _years(p.iso))]:
            return not asked & named[-1]
    return False


def _years(iso: str) -> set[str]:
    """The years of an ISO form: both ends of a range."""
    return {part[:4] for part in iso.split("/") if part[:4].isdigit()}
