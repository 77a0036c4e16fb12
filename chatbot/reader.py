"""The seam between finding passages and answering from them.

A reader is given a question and the passages found, and says of each whether and where it
answers. `chatbot.weighing` has the one that the program uses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chatbot.evidence import Unit
from chatbot.question import Query
from corpus.records import Hit, Language, Passage
from corpus.sentences import sentences


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: `text[start:end]`."""

    start: int
    end: int


class Place(Protocol):
    """What has a start and an end in a text: a span, and what is made of one."""

    @property
    def start(self) -> int:
        """Its first character."""
        ...

    @property
    def end(self) -> int:
        """The character after its last one."""
        ...


def overlap(a: Place, b: Place) -> bool:
    """Whether two places of one text share a character."""
    return a.start < b.end and b.start < a.end


def is_other(text: str, a: Place, b: Place) -> bool:
    """Whether place `a` says something else than place `b`: neither the same nor a piece of it.

    5% is no piece of 15%.
    """
    if overlap(a, b):
        return False
    piece = re.escape(text[a.start : a.end])
    return not re.search(rf"(?<![\d.,]){piece}(?![\d])", text[b.start : b.end])


@dataclass(frozen=True, slots=True)
class Proposal:
    """A span of a text that may be the short answer, and what speaks for it and against it."""

    start: int
    end: int
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one passage.

    `language` says in which text the answer was read: the passage's own, or a rendition; `spans`
    are the sentences of that text that answer, `quote` the part of the original that says the
    same, as a span of `passage.text`. `short` is the short answer as it stands in the text that
    was read. `answerability` is the reader's estimate that the passage answers the question, 0 to
    1, and `enough` the value from which it is to be answered from; `features` is what it rests on,
    `missing` what the question asks for that is not there, `proposals` the spans of the text that
    were weighed as the short answer.
    """

    hit: Hit
    language: Language
    spans: tuple[Span, ...]
    quote: Span
    short: str | None
    answerability: float
    score: float
    enough: float = 0.5
    missing: tuple[Unit, ...] = ()
    features: dict[str, float] = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()

    @property
    def source(self) -> str:
        """The text that was read."""
        return self.hit.passage.renditions.get(self.language, self.hit.passage.text)

    @property
    def text(self) -> str:
        """The sentences that answer, as they stand in the text that was read."""
        return self.source[self.spans[0].start : self.spans[-1].end]


class Reader(Protocol):
    """Reads passages with a question in mind."""

    def read(self, query: Query, hits: Sequence[Hit]) -> tuple[Reading, ...]:
        """Return one reading for each hit, best first."""
        ...


def quote_span(passage: Passage, text: str, index: int, count: int) -> Span:
    """The span of the original that says what sentence `index` of `count` of `text` says.

    Renditions keep the number and order of sentences; where one does not, all is quoted.
    """
    own = sentences(passage.text)
    if len(own) == count and index < len(own):
        return Span(*own[index])
    return Span(0, len(passage.text))
