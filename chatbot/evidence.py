"""How far a passage speaks of what a question asks about.

A question is a set of units: the names and concepts that it mentions and its remaining content
words. A unit is met by a passage where the passage, its headings or its lead-in speaks of it in
any of its languages. What is met and what is missing decides, with the similarity of the
vectors, whether a passage can answer at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chatbot.question import Query
from corpus.fold import fold
from corpus.glossary import Lexicon, Term, root
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
_HOME_WEIGHT = 0.2
# What the whole collection is about: to name it says little of what a passage must hold.
_HOME = frozenset({"澳門", "澳門特別行政區", "澳門特別行政區政府", "中國", "中華人民共和國"})
# Units that a quantity is given in, by the wording of its forms.
_GIVEN_IN = (
    (re.compile(r"比重|比例|占比|百分|percent|share|proportion"), re.compile(r"%|百分之|成")),
    (re.compile(r"频率|频密|多久|how often|frequen"), re.compile(
        r"每|至少.{0,3}次|per |every|each|annual|at least one|por ano|cada|pelo menos")),
    (re.compile(r"面积|\barea\b"), re.compile(r"平方|公顷|square|hectare|quadrado")),
    (re.compile(r"总额|金额|存量|价值|资金|规模|\bvalue\b|\bsize\b"), re.compile(
        r"元|mop|usd|rmb|us\$|pataca|d[oó]lar|renminbi|€|\$")),
)  # fmt: skip
_FIGURE = re.compile(r"\d|[一二三四五六七八九十两][个项届次家国大名]")


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
        return (
            self.term is not None
            and self.term.is_name
            and self.term.kind not in ("concept", "currency")
            and self.term.names["zh-Hant"] not in _HOME
        )


@dataclass(frozen=True, slots=True)
class Side:
    """What a text speaks of: ids of terms (broader ones included), tokens, the folded text.

    `own` are the terms that are not merely part of a longer name, `roots` those of its alphabetic
    words.
    """

    ids: frozenset[str]
    own: frozenset[str]
    tokens: frozenset[str]
    roots: frozenset[str]
    folded: str
    has_figure: bool


class Evidence:
    """Analyses passages, once each, and compares questions with them."""

    def __init__(self, lexicon: Lexicon, segmenter: Segmenter) -> None:
        self.lexicon = lexicon
        self.segmenter = segmenter
        self.side = lru_cache(maxsize=50_000)(self._side)

    def _side(self, text: str) -> Side:
        folded = fold(text)
        ids = self.lexicon.closure(m.term for m in self.lexicon.all_mentions(folded))
        own = frozenset(m.term.id for m in self.lexicon.mentions(folded, folded=True))
        tokens = frozenset(self.segmenter.tokens(folded))
        roots = frozenset(root(t) for t in tokens if len(t) > 4 and t.isascii())
        return Side(frozenset(ids), own, tokens, roots, folded, bool(_FIGURE.search(folded)))

    def units(self, query: Query) -> tuple[Unit, ...]:
        """The units of a question; mentions of one place that differ in sense stay together."""
        units: list[Unit] = []
        for mention in query.mentions:
            surface = query.folded[mention.start : mention.end]
            home = mention.term.names.get("zh-Hant") in _HOME
            weight = _HOME_WEIGHT if home else _WEIGHTS.get(mention.term.kind, 1.0)
            units.append(Unit(surface, mention.term, weight))
        units.extend(Unit(word, None, _WORD_WEIGHT) for word in query.words)
        return tuple(dict.fromkeys(units))

    def sides(self, passage: Passage, language: Language) -> tuple[Side, ...]:
        """What a passage and its context say: the original and its renditions."""
        texts = [passage.text, passage.context]
        for rendered in (passage.renditions, passage.contexts):
            texts += [t for lang, t in rendered.items() if lang == language] or list(
                rendered.values()
            )
        return tuple(self.side(t) for t in texts)

    def meets(self, unit: Unit, sides: Iterable[Side]) -> bool:
        """Whether any of the texts speaks of a unit."""
        sides = tuple(sides)
        term = unit.term
        if term is None:
            latin = unit.surface.isascii()
            return any(
                unit.surface in side.tokens
                or (latin and len(unit.surface) > 4 and root(unit.surface) in side.roots)
                or (not latin and _spelt_out(unit.surface, side.folded))
                for side in sides
            )
        if any(term.id in side.ids for side in sides):
            return True
        if term.kind != "quantity":
            return False
        # A quantity is mostly given, not named: 於1995年成立 is a founding date, 佔28.5% a share.
        given = next((by for named, by in _GIVEN_IN if any(map(named.search, term.forms))), None)
        if given is not None:
            return any(side.has_figure and given.search(side.folded) for side in sides)
        return any(side.has_figure and any(b in side.ids for b in term.broader) for side in sides)

    def coverage(
        self, units: Sequence[Unit], sides: Sequence[Side]
    ) -> tuple[float, tuple[Unit, ...]]:
        """Weighted share of the units that are met (1 where there are none), and those missing."""
        missing = tuple(unit for unit in units if not self.meets(unit, sides))
        total = sum(unit.weight for unit in units)
        if not total:
            return 1.0, ()
        return 1 - sum(unit.weight for unit in missing) / total, missing


def _spelt_out(word: str, folded: str) -> bool:
    """Whether a Chinese word stands in a text, or all its pairs of characters do, near or far."""
    if word in folded:
        return True
    return len(word) > 2 and all(word[i : i + 2] in folded for i in range(0, len(word) - 1))


def bigram_overlap(question: str, text: str) -> float:
    """Share of the question's character bigrams that stand in `text` (both folded), 0 to 1."""

    def grams(s: str) -> set[str]:
        s = "".join(c for c in s if c.isalnum())
        return {s[i : i + 2] for i in range(len(s) - 1)}

    asked = grams(question)
    return len(asked & grams(text)) / len(asked) if asked else 0.0
