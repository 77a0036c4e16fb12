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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatbot.evidence import Evidence, Unit, bigram_overlap
from chatbot.features import TYPED, Best, figures_met, passage_features
from chatbot.logistic import coefficients, decision_features, linear, sigmoid
from chatbot.proposals import Ground, choose, propose, told, touched
from chatbot.question import Query
from chatbot.reader import Reading, Span, quote_span
from chatbot.reading.features import UNREAD, Sight, sight
from chatbot.spans import short_answer
from corpus.records import Hit, Language, Passage
from corpus.sentences import sentences

if TYPE_CHECKING:
    from chatbot.reading.read import PassageReader

READ = 5
"""Passages that the network reads."""
SECONDS = 1.0
"""Time after which the network begins no further passage."""
SPANS = 5
"""Spans of a passage that the network proposes."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A passage before the network has read it.

    `spans`, `weights`: the sentences of `text` and how much each speaks of the question; `best`
    is the one that answers, `short` the figure, date or name in it, `clear` if nothing else fits,
    `near` how closely what surrounds it resembles the question.
    """

    hit: Hit
    language: Language
    text: str
    spans: list[Span]
    weights: list[float]
    best: int
    short: Span | None
    clear: bool
    near: float
    missing: tuple[Unit, ...]
    features: dict[str, float]


class WeighingReader:
    """Reads passages, with a trained network or without; see the module.

    `network` is given the `READ` passages that seem best, for at most `seconds` (None: no limit).
    """

    def __init__(
        self,
        evidence: Evidence,
        network: PassageReader | None = None,
        seconds: float | None = SECONDS,
    ) -> None:
        self.seconds = seconds
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
        looks = [self._look(query, units, hit, top) for hit in hits]
        if self.network is None:
            readings = [self._plain(look) for look in looks]
        else:
            readings = self._by_network(self.network, query, looks)
        readings = [replace(r, score=linear(r.features, self.weights.rank)) for r in readings]
        readings.sort(key=lambda r: (-r.score, r.hit.rank))
        return tuple(self._judged(query, readings, i) for i in range(len(readings)))

    def _by_network(
        self, network: PassageReader, query: Query, looks: Sequence[_Look]
    ) -> list[Reading]:
        """The readings; the network reads those that seem best without it."""
        rank = coefficients(with_network=False).rank
        order = sorted(looks, key=lambda x: (-linear(x.features, rank), x.hit.rank))
        above = [_above(look) for look in order[:READ]]
        texts = [f"{a}{look.text}" for a, look in zip(above, order, strict=False)]
        found = network.read(query.text, texts, SPANS, self.seconds)
        seen = [sight(one, len(a)) for one, a in zip(found, above, strict=True)]
        seen += [UNREAD] * (len(order) - len(seen))
        return [self._seen(query, look, one) for look, one in zip(order, seen, strict=True)]

    def _plain(self, look: _Look) -> Reading:
        """A reading by what the question demands alone."""
        short = look.short if look.clear else None
        return _reading(look, look.best, look.best, short, {})

    def _seen(self, query: Query, look: _Look, seen: Sight) -> Reading:
        """A reading with what the network made of the passage."""
        ground = Ground(
            look.text, _above(look), look.language, look.spans, look.weights,
            look.short, look.clear, look.near,
        )  # fmt: skip
        proposals = propose(query, ground, seen) if seen.spans else []
        if not proposals:
            return replace(self._plain(look), features={**look.features, **seen.features})
        best = choose(proposals, look.text, self.weights.span)
        features = {**look.features, **seen.features, **best.features}
        sure = linear(features, self.weights.short) >= 0
        short = (
            Span(best.start, best.end)
            if sure and told(query, look.text, look.language, best)
            else None
        )
        at = touched(look.spans, best)
        found = _reading(look, at[0], at[-1], short, features)
        return replace(found, proposals=tuple(proposals))

    def _judged(self, query: Query, readings: Sequence[Reading], i: int) -> Reading:
        """Reading `i` of ranked ones with the probability that it answers."""
        z = linear(decision_features(query, readings, i), self.weights.decide)
        return replace(readings[i], answerability=sigmoid(z), enough=self.weights.threshold)

    def _look(self, query: Query, units: Sequence[Unit], hit: Hit, top: Best) -> _Look:
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
        short, clear, near = None, False, 0.0
        if query.kind in TYPED:
            short, clear, near, best = self._short(query, text, spans, weights, language)
        features = passage_features(
            self.evidence, query, units, hit, top, coverage, missing, weights[best],
            short is not None,
        )  # fmt: skip
        return _Look(
            hit, language, text, spans, weights, best, short, clear, near, tuple(missing), features
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
    ) -> tuple[Span | None, bool, float, int]:
        """The best short answer over all sentences: is it clear, how near, and its sentence."""
        best, clear, near, top = None, False, 0.0, -math.inf
        at = max(range(len(spans)), key=lambda i: (weights[i], -i))
        for i, span in enumerate(spans):
            found = short_answer(query, text, span.start, span.end, language, self.evidence.lexicon)
            if found and found.score > -0.5 and found.score + 2.5 * weights[i] > top:
                best, clear, at = Span(found.start, found.end), found.clear, i
                near, top = found.score, found.score + 2.5 * weights[i]
        return best, clear, near, at


def _above(look: _Look) -> str:
    """The headings and the lead-in over what is read, in its language: it may rest on them."""
    passage = look.hit.passage
    own = look.language == passage.language
    text = passage.context if own else passage.contexts.get(look.language, "")
    return f"{text}\n" if text else ""


def _reading(
    look: _Look, first: int, last: int, short: Span | None, features: dict[str, float]
) -> Reading:
    """The reading whose sentences `first` to `last` answer."""
    count, passage = len(look.spans), look.hit.passage
    begin = quote_span(passage, look.text, first, count)
    end = quote_span(passage, look.text, last, count)
    return Reading(
        hit=look.hit,
        language=look.language,
        spans=tuple(look.spans[first : last + 1]),
        quote=Span(begin.start, end.end),
        short=look.text[short.start : short.end] if short else None,
        answerability=0.0,
        score=0.0,
        missing=look.missing,
        features=features or look.features,
    )
