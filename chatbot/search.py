"""Searching: the first half of answering, for people and programs that want the passages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatbot.question import read_question
from chatbot.retrieve import DEPTH, fuse, retrieve, search_tokens
from corpus.errors import InputError
from corpus.glossary import Lexicon
from corpus.records import Hit, Language, Mode, Passage
from index.segment import Segmenter
from index.snapshot import Snapshot

if TYPE_CHECKING:
    from chatbot.engine import Resources

MOST = 100
"""Hits that one search may ask for."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages may be found; what is left empty allows all.

    `document`: a document's id. `section`: how the passage's headings, joined by ` › `, begin.
    `year`: one that the passage speaks of. `language`: that of the document.
    """

    document: str = ""
    section: str = ""
    year: int | None = None
    language: Language | None = None

    def allowed(self, snapshot: Snapshot) -> list[int] | None:
        """The numbers of the passages that may be found; None for all."""
        if self == Filters():
            return None
        return [n for n, passage in enumerate(snapshot.passages) if self.allows(passage)]

    def allows(self, passage: Passage) -> bool:
        """Whether a passage may be found."""
        if self.document and passage.doc_id != self.document:
            return False
        if self.section and not f"{passage.section} › ".startswith(f"{self.section} › "):
            return False
        if self.language and passage.language != self.language:
            return False
        return self.year is None or self.year in years_of(passage)


def years_of(passage: Passage) -> frozenset[int]:
    """The years that a passage speaks of, or else that of its figures."""
    said = {int(period[:4]) for period in passage.periods}
    return frozenset(said or ({passage.as_of.year} if passage.as_of else ()))


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a search, best first, and the snapshot that they are in."""

    query: str
    mode: Mode
    hits: tuple[Hit, ...]
    snapshot: str
    timings_ms: dict[str, float] = field(default_factory=dict)


def search(
    resources: Resources, text: str, k: int = 10, mode: Mode = "hybrid", only: Filters | None = None
) -> Found:
    """Find the `k` passages (1 to 100) nearest to `text`, exactly as a question is looked up.

    `only` says which passages may be found.

    Raises:
        InputError: there is nothing to look for, or `k` is out of bounds.
    """
    r = resources
    check_query(text, k)
    start = time.perf_counter()
    query = read_question(text, r.lexicon, r.segmenter)
    read = time.perf_counter()
    allowed = only.allowed(r.snapshot) if only else None
    hits = retrieve(r.snapshot, r.encoder, r.segmenter, query, k, mode, allowed)
    return Found(text, mode, hits, r.snapshot.id, _timings(start, read))


def search_words(
    snapshot: Snapshot, lexicon: Lexicon, segmenter: Segmenter, text: str, k: int = 10
) -> Found:
    """Do what `search` does in lexical mode, without a model: it need not even be loaded.

    Raises:
        InputError: as `search`.
    """
    check_query(text, k)
    start = time.perf_counter()
    query = read_question(text, lexicon, segmenter)
    read = time.perf_counter()
    found = snapshot.lexical_search(search_tokens(query, segmenter), max(k, DEPTH))
    return Found(text, "lexical", fuse(snapshot, (), found, k), snapshot.id, _timings(start, read))


def check_query(text: str, k: int) -> None:
    """Raise InputError where `text` holds nothing to look for or `k` is out of bounds."""
    if not any(c.isalnum() for c in text):
        raise InputError(f"the query {text!r} holds no word to look for; give one or more")
    if not 1 <= k <= MOST:
        raise InputError(f"k is {k}; it must be between 1 and {MOST}")


def _timings(start: float, read: float) -> dict[str, float]:
    end = time.perf_counter()
    steps = {"total": end - start, "read": read - start, "retrieve": end - read}
    return {name: round(seconds * 1000, 3) for name, seconds in steps.items()}
