"""How far a passage speaks of what a question asks about.

A question is a set of units: the names and concepts that it mentions and its remaining content
words. A unit is met by a passage where the passage, its headings or its lead-in speaks of it in
any of its languages. What is met and what is missing decides, with the similarity of the
vectors, whether a passage can answer at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chatbot.question import Query
from corpus.fold import fold
from corpus.glossary import Lexicon, Term
from corpus.records import Language, Passage
from index.segment import Segmenter

# What a unit weighs in the coverage of a question, by its kind. A name that is missing says
# more than a verb that is; a word of none of the lists may be a mere way of putting it.
_WEIGHTS = {
    "agreement": 2.0, "institution": 2.0, "fund": 2.0, "event": 2.0, "programme": 2.0,
    "country": 2.0, "place": 2.0, "zone": 2.0, "currency": 0.5, "concept": 1.2,
    "quantity": 1.5, "thing": 1.0, "person": 1.2, "place-type": 0.8, "time": 0.3,
    "quality": 0.4, "action": 0.6,
}  # fmt: skip
_WORD_WEIGHT = 0.8


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that a question speaks of: a term, or a plain word."""

    surface: str
    term: Term | None
    weight: float

    @property
    def kind(self) -> str:
        """The kind of the term, or `word`."""
        return self.term.kind if self.term else "word"

    @property
    def is_name(self) -> bool:
        """Whether it is an official name of something that is not a mere notion."""
        return self.term is not None and self.term.is_name and self.term.kind not in (
            "concept", "currency",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """What a text speaks of: ids of terms (broader ones included), tokens, the folded text."""

    ids: frozenset[str]
    tokens: frozenset[str]
    folded: str


class Evidence:
    """Analyses passages, once each, and compares questions with them."""

    def __init__(self, lexicon: Lexicon, segmenter: Segmenter) -> None:
        self.lexicon = lexicon
        self.segmenter = segmenter
        self.side = lru_cache(maxsize=50_000)(self._side)

    def _side(self, text: str) -> Side:
        folded = fold(text)
        ids = self.lexicon.closure(m.term for m in self.lexicon.all_mentions(folded))
        return Side(frozenset(ids), frozenset(self.segmenter.tokens(folded)), folded)

    def units(self, query: Query) -> tuple[Unit, ...]:
        """The units of a question; mentions of one place that differ in sense stay together."""
        units: list[Unit] = []
        for mention in query.mentions:
            surface = query.folded[mention.start : mention.end]
            units.append(Unit(surface, mention.term, _WEIGHTS.get(mention.term.kind, 1.0)))
        units.extend(Unit(word, None, _WORD_WEIGHT) for word in query.words)
        return tuple(dict.fromkeys(units))

    def sides(self, passage: Passage, language: Language) -> tuple[Side, ...]:
        """What a passage and its context say: the original and its renditions."""
        texts = [passage.text, passage.context]
        texts += [t for lang, t in passage.renditions.items() if lang == language] or list(
            passage.renditions.values()
        )
        return tuple(self.side(t) for t in texts)

    def meets(self, unit: Unit, sides: Iterable[Side]) -> bool:
        """Whether any of the texts speaks of a unit."""
        if unit.term is not None:
            return any(unit.term.id in side.ids or unit.surface in side.folded for side in sides)
        return any(
            unit.surface in side.tokens or (len(unit.surface) > 1 and not unit.surface.isascii()
                                            and unit.surface in side.folded)
            for side in sides
        )

    def coverage(
        self, units: Sequence[Unit], sides: Sequence[Side]
    ) -> tuple[float, tuple[Unit, ...]]:
        """Weighted share of the units that are met (1 where there are none), and those missing."""
        missing = tuple(unit for unit in units if not self.meets(unit, sides))
        total = sum(unit.weight for unit in units)
        if not total:
            return 1.0, ()
        return 1 - sum(unit.weight for unit in missing) / total, missing


def bigram_overlap(question: str, text: str) -> float:
    """Share of the question's character bigrams that stand in `text` (both folded), 0 to 1."""
    def grams(s: str) -> set[str]:
        s = "".join(c for c in s if c.isalnum())
        return {s[i : i + 2] for i in range(len(s) - 1)}

    asked = grams(question)
    return len(asked & grams(text)) / len(asked) if asked else 0.0
