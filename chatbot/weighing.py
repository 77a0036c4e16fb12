"""The reader: what a question demands, and what a trained network makes of each passage.

Similarity alone does not tell an answer from a near miss, so a passage is asked: does it speak of
the names, quantities and words of the question, of its year, does it hold the kind of answer that
is wanted, and does the network (`chatbot.reading`) find an answer in it? Logistic models weigh
these features; their coefficients are data (`weights.json`), fitted by `python -m
eval.fit_weights`. Without the network the same is done by the other features alone, with
coefficients of their own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from chatbot.evidence import Evidence, Unit, bigram_overlap
from chatbot.features import TYPED, Best, figures_met, passage_features
from chatbot.logistic import coefficients, decision_features, linear, sigmoid
from chatbot.question import Query
from chatbot.reader import Reading, Span, quote_span
from chatbot.reading.features import network_features
from chatbot.spans import short_answer
from corpus.records import Hit, Language, Passage
from corpus.sentences import sentences

if TYPE_CHECKING:
    from chatbot.reading.read import PassageReader

READ = 8
"""Passages that the network reads."""
SECONDS = 1.0
"""Time after which the network begins no further passage."""


class WeighingReader:
    """Reads passages, with a trained network or without; see the module.

    `network` is given the `READ` passages that seem best, for at most `SECONDS`.
    """

    def __init__(self, evidence: Evidence, network: PassageReader | None = None) -> None:
        self.evidence = evidence
        self.network = network
        self.weights = coefficients(with_network=network is not None)

    def read(self, query: Query, hits: Sequence[Hit]) -> tuple[Reading, ...]:
        """Return one reading for each hit, best first."""
        units = self.evidence.units(query)
        if not hits:
            return ()
        top = Best(
            max((h.dense_score or 0.0) for h in hits), max((h.lexical_score or 0.0) for h in hits)
        )
        readings = [self._read(query, units, hit, top) for hit in hits]
        if self.network is not None:
            readings = self._read_by_network(query, readings)
        readings = [replace(r, score=linear(r.features, self.weights.rank)) for r in readings]
        readings.sort(key=lambda r: (-r.score, r.hit.rank))
        return tuple(self._judged(query, readings, i) for i in range(len(readings)))

    def _read_by_network(self, query: Query, readings: Sequence[Reading]) -> list[Reading]:
        """The readings with what the network makes of those that seem best without it."""
        assert self.network is not None
        rank = coefficients(with_network=False).rank
        order = sorted(readings, key=lambda r: (-linear(r.features, rank), r.hit.rank))
        texts = [f"{_above(r)}{r.source}" for r in order[:READ]]
        found = self.network.read(query.text, texts, seconds=SECONDS)
        out: list[Reading] = []
        for reading, one in zip_longest(order, found):
            features = reading.features | network_features(one if one and one.read else None)
            out.append(replace(reading, features=features))
        return out

    def _judged(self, query: Query, readings: Sequence[Reading], i: int) -> Reading:
        """Reading `i` of ranked ones with the probability that it answers."""
        z = linear(decision_features(query, readings, i), self.weights.decide)
        return replace(readings[i], answerability=sigmoid(z), enough=self.weights.threshold)

    def _read(self, query: Query, units: Sequence[Unit], hit: Hit, top: Best) -> Reading:
        passage = hit.passage
        language: Language = (
            query.language
            if query.language in passage.renditions and not query.is_chinese
            else passage.language
        )
        text = passage.renditions.get(language, passage.text)
        sides = self.evidence.sides(passage, query.language)
        coverage, missing = self.evidence.coverage(units, sides)
        spans, weights = self._sentences(query, units, text, passage)
        best = max(range(len(spans)), key=lambda i: (weights[i], -i))
        short, clear = None, False
        if query.kind in TYPED:
            short, clear, best = self._short(query, text, spans, weights, language)
        features = passage_features(
            self.evidence, query, units, hit, top, coverage, missing, weights[best],
            short is not None,
        )  # fmt: skip
        return Reading(
            hit=hit,
            language=language,
            spans=(spans[best],),
            quote=quote_span(passage, text, best, len(spans)),
            short=text[short.start : short.end] if short and clear else None,
            answerability=0.0,
            score=0.0,
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
                weight += 0.4 * figures_met(query, text[span.start : span.end], passage.language)
            if query.kind == "list" and len(re.findall(r"、|, ", text[span.start : span.end])) > 1:
                weight += 0.25
            weights.append(weight)
        return spans, weights

    def _short(
        self, query: Query, text: str, spans: list[Span], weights: list[float], language: Language
    ) -> tuple[Span | None, bool, int]:
        """The best short answer over all sentences, whether it is clear, and its sentence."""
        best, clear, at, top = (
            None,
            False,
            max(range(len(spans)), key=lambda i: (weights[i], -i)),
            -math.inf,
        )
        for i, span in enumerate(spans):
            found = short_answer(query, text, span.start, span.end, language, self.evidence.lexicon)
            if found and found.score > -0.5 and found.score + 2.5 * weights[i] > top:
                best, clear, at = Span(found.start, found.end), found.clear, i
                top = found.score + 2.5 * weights[i]
        return best, clear, at


def _above(reading: Reading) -> str:
    """The headings and the lead-in over what was read, in its language: it may rest on them."""
    passage = reading.hit.passage
    own = reading.language == passage.language
    text = passage.context if own else passage.contexts.get(reading.language, "")
    return f"{text}\n" if text else ""
