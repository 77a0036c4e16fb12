"""The rule reader: what a question demands, checked against each passage without a model.

Similarity alone does not tell an answer from a near miss, so a passage is asked: does it speak of
the names, quantities and words of the question, of its year, and does it hold the kind of answer
that is wanted? A logistic model weighs these features; its coefficients were fitted on the
development questions by `python -m eval.fit_rules` and are data (`rules.json`), not code.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from chatbot.evidence import Evidence, Unit, bigram_overlap
from chatbot.question import Query
from chatbot.reader import Reading, Span
from chatbot.spans import short_answer
from corpus.dates import read_dates
from corpus.records import Hit, Language, Passage
from corpus.sentences import sentences

_COEFFICIENTS = Path(__file__).with_name("rules.json")
_TYPED = ("figure", "date", "place", "name", "person")


@lru_cache(maxsize=1)
def coefficients() -> Mapping[str, float]:
    """Coefficients of the logistic model by feature, `bias` among them."""
    loaded: dict[str, float] = json.loads(_COEFFICIENTS.read_text(encoding="utf-8"))
    return loaded


def probability(features: Mapping[str, float], weights: Mapping[str, float] | None = None) -> float:
    """Logistic model over features: 1 / (1 + exp(-(bias + w.x)))."""
    w = coefficients() if weights is None else weights
    z = w.get("bias", 0.0) + sum(w.get(k, 0.0) * v for k, v in features.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


class RuleReader:
    """A reader without a model; see the module."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def read(self, query: Query, hits: Sequence[Hit]) -> tuple[Reading, ...]:
        """Return one reading for each hit, best first."""
        units = self.evidence.units(query)
        readings = [self._read(query, units, hit) for hit in hits]
        return tuple(sorted(readings, key=lambda r: (-r.score, r.hit.rank)))

    def _read(self, query: Query, units: Sequence[Unit], hit: Hit) -> Reading:
        passage = hit.passage
        language: Language = (
            query.language if query.language in passage.renditions and not query.is_chinese
            else passage.language
        )
        text = passage.renditions.get(language, passage.text)
        sides = self.evidence.sides(passage, query.language)
        coverage, missing = self.evidence.coverage(units, sides)
        spans, weights = self._sentences(query, units, text, passage)
        best = max(range(len(spans)), key=lambda i: (weights[i], -i))
        short = None
        if query.kind in _TYPED:
            short, best = self._short(query, text, spans, weights, language)
        features = self._features(query, units, hit, coverage, missing, weights[best],
                                  short is not None)
        answerability = probability(features)
        return Reading(
            hit=hit,
            language=language,
            spans=(spans[best],),
            quote=quote_span(passage, text, best, len(spans)),
            short=text[short.start : short.end] if short else None,
            answerability=answerability,
            score=answerability,
            missing=missing,
            features=features,
        )

    def _sentences(
        self, query: Query, units: Sequence[Unit], text: str, passage: Passage
    ) -> tuple[list[Span], list[float]]:
        """The sentences of a text and how much each speaks of the question."""
        spans = [Span(a, b) for a, b in sentences(text)] or [Span(0, len(text))]
        context = self.evidence.side(passage.context)
        open_units = [u for u in units if not self.evidence.meets(u, (context,))] or list(units)
        weights = []
        for span in spans:
            side = self.evidence.side(text[span.start : span.end])
            all_, _ = self.evidence.coverage(units, (side,))
            new, _ = self.evidence.coverage(open_units, (side,))
            overlap = bigram_overlap(query.folded, side.folded)
            weights.append(0.4 * all_ + 0.4 * new + 0.3 * overlap)
        return spans, weights

    def _short(
        self, query: Query, text: str, spans: list[Span], weights: list[float], language: Language
    ) -> tuple[Span | None, int]:
        """The best short answer over all sentences, and the sentence that it stands in."""
        best, at, top = None, max(range(len(spans)), key=lambda i: (weights[i], -i)), -math.inf
        for i, span in enumerate(spans):
            found = short_answer(query, text, span.start, span.end, language,
                                 self.evidence.lexicon)
            if found and found.score > -0.5 and found.score + 1.5 * weights[i] > top:
                best, at, top = Span(found.start, found.end), i, found.score + 1.5 * weights[i]
        return best, at

    def _features(
        self,
        query: Query,
        units: Sequence[Unit],
        hit: Hit,
        coverage: float,
        missing: Sequence[Unit],
        sentence: float,
        typed: bool,
    ) -> dict[str, float]:
        """The features of one question and passage; each is 0 where it says nothing."""
        total = sum(u.weight for u in units) or 1.0
        years = asked_periods_missing(query, hit.passage)
        return {
            "similarity": 10 * ((hit.dense_score or 0.80) - 0.85),
            "coverage": coverage,
            "sentence": sentence,
            "name_missing": float(any(u.is_name for u in missing)),
            "quantity_missing": float(any(u.kind == "quantity" for u in missing)),
            "notion_missing": sum(
                u.weight for u in missing if u.term is not None and not u.is_name
            ) / total,
            "word_missing": sum(u.weight for u in missing if u.term is None) / total,
            "year_missing": float(bool(years)),
            "type_missing": float(query.kind in _TYPED and not typed),
            "procedure": float(query.kind == "procedure"),
            "reason": float(query.kind == "reason"),
            "lexical": float(hit.lexical_rank == 1),
            "no_units": float(not units),
        }


def asked_periods_missing(query: Query, passage: Passage) -> tuple[str, ...]:
    """ISO forms of the periods that a question names and a passage does not speak of.

    A year in the passage's headings or in its document's title counts as spoken of; a month or
    day that lies in an asked year meets it, not the other way round.
    """
    there = set(passage.periods)
    there |= {p.iso for p in read_dates(passage.context, passage.language)}
    missing: list[str] = []
    for period in query.periods:
        if period.start is None or period.end is None:
            missing.append(period.iso)
        elif period.kind == "range":
            years = {str(y) for y in range(period.start.year, period.end.year + 1)}
            if not any(iso[:4] in years for iso in there):
                missing.append(period.iso)
        elif not any(_meets(period.iso, iso) for iso in there):
            missing.append(period.iso)
    return tuple(missing)


def _meets(asked: str, iso: str) -> bool:
    """Whether a period of a passage meets an asked one: the same or more exact.

    An asked year end is also met by its year, since stocks and flows are asked for loosely.
    """
    return iso.startswith(asked) or (asked.endswith("-12-31") and iso == asked[:4])


def quote_span(passage: Passage, text: str, index: int, count: int) -> Span:
    """The span of the original that says what sentence `index` of `count` of `text` says.

    Renditions keep the number and order of sentences; where one does not, all is quoted.
    """
    own = sentences(passage.text)
    if len(own) == count and index < len(own):
        return Span(*own[index])
    return Span(0, len(passage.text))
