"""The rule reader: what a question demands, checked against each passage without a model.

Similarity alone does not tell an answer from a near miss, so a passage is asked: does it speak of
the names, quantities and words of the question, of its year, and does it hold the kind of answer
that is wanted? A logistic model weighs these features; its coefficients were fitted on the
development questions by `python -m eval.fit_rules`, and are data (`rules.json`), not code.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from chatbot.evidence import Evidence, Unit, bigram_overlap
from chatbot.question import Query, focus
from chatbot.reader import Reading, Span
from chatbot.spans import short_answer
from corpus.dates import read_dates
from corpus.fold import fold
from corpus.glossary import Lexicon
from corpus.numbers import read_figures
from corpus.records import Hit, Language, Passage
from corpus.sentences import sentences

_COEFFICIENTS = Path(__file__).with_name("rules.json")
_TYPED = ("figure", "date", "place", "name", "person")


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Two logistic models by feature, each with its `bias`, and where to refuse.

    `rank` tells the passage that answers from the others; `decide` tells whether the best one
    answers; below the probability `threshold` the question is refused.
    """

    rank: Mapping[str, float]
    decide: Mapping[str, float]
    threshold: float


@lru_cache(maxsize=1)
def coefficients() -> Coefficients:
    """The fitted coefficients that come with the program."""
    return Coefficients(**json.loads(_COEFFICIENTS.read_text(encoding="utf-8")))


def linear(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The bias and the weighted sum of features; a feature without a weight counts nothing."""
    return weights.get("bias", 0.0) + sum(weights.get(k, 0.0) * v for k, v in features.items())


def sigmoid(z: float) -> float:
    """1 / (1 + exp(-z)), safe for any z."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def decision_features(
    query: Query, readings: Sequence[Reading], i: int = 0
) -> dict[str, float]:
    """The features of the decision on reading `i` of readings sorted by score."""
    other = readings[1 if i == 0 else 0].score if len(readings) > 1 else readings[i].score - 1
    return {
        **readings[i].features,
        "rank_score": readings[i].score,
        "margin": readings[i].score - other,
        "latin": float(not query.is_chinese),
    }


@dataclass(frozen=True, slots=True)
class Best:
    """The best scores of a list of hits: cosine, and BM25."""

    dense: float
    lexical: float


class RuleReader:
    """A reader without a model; see the module."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def read(self, query: Query, hits: Sequence[Hit]) -> tuple[Reading, ...]:
        """Return one reading for each hit, best first."""
        units = self.evidence.units(query)
        if not hits:
            return ()
        top = Best(
            max((h.dense_score or 0.0) for h in hits), max((h.lexical_score or 0.0) for h in hits)
        )
        readings = [self._read(query, units, hit, top) for hit in hits]
        readings.sort(key=lambda r: (-r.score, r.hit.rank))
        weights = coefficients().decide
        return tuple(
            replace(r, answerability=sigmoid(linear(decision_features(query, readings, i), weights)))
            for i, r in enumerate(readings)
        )

    def _read(self, query: Query, units: Sequence[Unit], hit: Hit, top: Best) -> Reading:
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
        features = self._features(query, units, hit, top, coverage, missing, weights[best],
                                  short is not None)
        return Reading(
            hit=hit,
            language=language,
            spans=(spans[best],),
            quote=quote_span(passage, text, best, len(spans)),
            short=text[short.start : short.end] if short else None,
            answerability=0.0,
            score=linear(features, coefficients().rank),
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
            weight = 0.4 * all_ + 0.4 * new + 0.3 * overlap
            if query.figures:
                weight += 0.4 * _figures_met(query, text[span.start : span.end], passage.language)
            if query.kind == "list" and len(re.findall(r"、|, ", text[span.start : span.end])) > 1:
                weight += 0.25
            weights.append(weight)
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

    def _is_subject(self, query: Query, passage: Passage) -> bool:
        """Whether a passage begins with a name that the question asks about."""
        asked = {u.term.id for u in self.evidence.units(query) if u.is_name and u.term}
        folded = self.evidence.side(passage.text).folded
        first = self.evidence.lexicon.mentions(folded[:80], folded=True)[:1]
        return any(m.term.id in asked and m.start <= 3 for m in first)

    def _is_nested(self, units: Sequence[Unit], passage: Passage) -> bool:
        """Whether a passage has a name of the question only as part of a longer one."""
        side = self.evidence.side(passage.text)
        names = {u.term.id for u in units if u.is_name and u.term} & side.ids
        return bool(names - side.own)

    def _direction_wrong(self, query: Query, passage: Passage) -> bool:
        """Whether investment is asked for in one direction and given only in the other."""
        asked = targets(query.folded, self.evidence.lexicon)
        given = targets(self.evidence.side(passage.text).folded, self.evidence.lexicon)
        return bool(asked and given and not asked & given)

    def _features(
        self,
        query: Query,
        units: Sequence[Unit],
        hit: Hit,
        top: Best,
        coverage: float,
        missing: Sequence[Unit],
        sentence: float,
        typed: bool,
    ) -> dict[str, float]:
        """The features of one question and passage; each is 0 where it says nothing."""
        total = sum(u.weight for u in units) or 1.0
        years = asked_periods_missing(query, hit.passage)
        return {
            "similarity": 10 * (top.dense - 0.85),
            "dense": 10 * ((hit.dense_score or top.dense - 0.1) - top.dense),
            "lexical": (hit.lexical_score or 0.0) / top.lexical if top.lexical else 0.0,
            "fused": hit.score,
            "figure_missing": 1 - _figures_met(
                query, hit.passage.text, hit.passage.language, hit.passage.context
            ),
            "name_nested": float(self._is_nested(units, hit.passage)),
            "subject": float(self._is_subject(query, hit.passage)),
            "ordinal": float(query.ordinal is not None and hit.passage.number == query.ordinal),
            "ordinal_missing": float(
                query.ordinal is not None and hit.passage.number != query.ordinal
            ),
            "coverage": coverage,
            "sentence": sentence,
            "name_missing": float(any(u.is_name for u in missing)),
            "demand_missing": float(any(_is_demand(u) for u in missing)),
            "focus_missing": float(_focus_missing(query, units, missing)),
            "action_missing": float(
                query.kind in ("date", "person", "place")
                and any(u.kind == "action" for u in units)
                and not any(u.kind == "action" and u not in missing for u in units)
            ),
            "direction_wrong": float(self._direction_wrong(query, hit.passage)),
            "notion_missing": sum(
                u.weight for u in missing if u.term is not None and not u.is_name
            ) / total,
            "word_missing": sum(u.weight for u in missing if u.term is None) / total,
            "year_missing": float(bool(years)),
            "type_missing": float(query.kind in _TYPED and not typed),
            **_listing(query, hit.passage),
            "procedure": float(_unexplained(query, hit.passage)),
            "reason": float(query.kind == "reason"),
            "no_units": float(not units),
        }


def _figures_met(query: Query, text: str, language: Language, context: str = "") -> float:
    """Share of the numbers of a question (dates apart) that stand in a text, 1 if it has none.

    A list of as many lines as the question counts meets the count.
    """
    asked = [f for f in query.figures if f.value != query.ordinal and (f.ordinal or f.value > 1)]
    if not asked:
        return 1.0
    there = [*read_figures(text, language), *read_figures(context, language)]
    lines = text.count("\n")
    met = [
        any(f.value == t.value and f.ordinal == t.ordinal for t in there)
        or (not f.ordinal and lines > 1 and f.value in (lines, lines + 1))
        for f in asked
    ]
    return sum(met) / len(met)


_INVEST = re.compile(r"投资(?!者|环境|合作)|投入|\binvest(?!or|ig)")
_INTO = re.compile(r"(?:对|在|投|到|往|进入)$|\b(?:in|into|em|no|na|nos|nas)(?: the| o| a| os| as)? ?$")


def targets(folded: str, lexicon: Lexicon) -> set[str]:
    """Places into which a folded text on investment says that it goes (澳門對歐盟: the EU)."""
    if not _INVEST.search(folded):
        return set()
    kinds = ("country", "place", "zone", "institution")
    return {
        m.term.id
        for m in lexicon.mentions(folded, folded=True)
        if (m.term.kind in kinds or m.term.id == "mainland")
        and _INTO.search(folded[max(0, m.start - 12) : m.start])
    }


_PLACES_ASKED = frozenset({"address", "place-location", "registered-place", "residence-place"})


def _is_demand(unit: Unit) -> bool:
    """Whether a unit is the very thing that a question wants to be told."""
    notion = unit.term is not None and unit.term.is_name and unit.term.kind == "concept"
    asked = unit.kind in ("quantity", "person") or (unit.term and unit.term.id in _PLACES_ASKED)
    return bool(asked or notion)


def _focus_missing(query: Query, units: Sequence[Unit], missing: Sequence[Unit]) -> bool:
    """Whether the very thing that is asked for (幾多個座位, 失業率是多少) is not there."""
    for a, b in focus(query):
        best: tuple[int, Unit] | None = None
        for unit in units:
            size = len(unit.surface)
            at = query.folded.find(unit.surface)
            while at >= 0:
                near = a <= at <= b or (query.is_chinese and a <= at + size <= b)
                if near and (best is None or size > best[0]):
                    best = (size, unit)
                at = query.folded.find(unit.surface, at + 1)
        if best is not None and best[1] in missing:
            return True
    return False


_PROCEDURAL = re.compile(
    r"申请|提交|办理|填写|登记|手续|程序|apply|submit|procedure|application|register|requer|apresent|"
    r"pedido|inscri"
)


def _unexplained(query: Query, passage: Passage) -> bool:
    """Whether the question asks how to do something and the passage tells of no procedure."""
    return query.kind == "procedure" and not _PROCEDURAL.search(fold(passage.text))


def _listing(query: Query, passage: Passage) -> dict[str, float]:
    """Whether a passage lists things, where a list is asked for, and as many as are asked for."""
    if query.kind != "list":
        return {"list_lines": 0.0, "list_none": 0.0, "list_count": 0.0}
    lines = passage.text.count("\n") + 1
    parts = 1 + max(passage.text.count("、"), passage.text.count(", "))
    asked = {int(f.value) for f in query.figures if not f.ordinal and not f.unit}
    return {
        "list_lines": float(lines > 1),
        "list_none": float(lines == 1 and parts < 3 and not passage.text.endswith(("：", ":"))),
        "list_count": float(bool(asked & {lines, parts}) and lines > 1),
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
