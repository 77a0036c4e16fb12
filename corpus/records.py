"""The vocabulary of the whole program: a few plain, frozen records.

A file becomes a `Document` of `Block`s; a document becomes `Passage`s; a search over passages
gives `Hit`s; an `Answer` rests on `Citation`s. Offsets always count characters of
`Document.text`, the cleaned text that quotes are cut from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Language = Literal["zh-Hant", "zh-Hans", "en", "pt"]
LANGUAGES: tuple[Language, ...] = ("zh-Hant", "zh-Hans", "en", "pt")
Mode = Literal["hybrid", "dense", "lexical"]
"""How passages are looked for: by meaning, by words, or by both."""

BlockKind = Literal["heading", "paragraph", "item", "line", "link"]


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a cleaned text: a heading, a paragraph, a list item, a short line or a link.

    `start` and `end` bound the words without their mark (`# `, `- `, `1. `), so that
    `document.text[start:end]` is what can be quoted. `level` is the depth of a heading (1 is the
    title) or of a list item (0 is the outermost). `marker` is the mark as written.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    marker: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned document with its structure and its metadata.

    `revision` is a hash of `text`; `renditions` maps a language to one text for each block, in
    the order of `blocks`; `lines` gives the line of the source file on which each block begins.
    """

    doc_id: str
    title: str
    language: Language
    text: str
    revision: str
    blocks: tuple[Block, ...]
    source: str
    kind: str = ""
    period: str = ""
    as_of: date | None = None
    url: str | None = None
    lines: tuple[int, ...] = ()
    renditions: dict[Language, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in the source file a passage stands: page (of a paged file) and line, from 1."""

    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The smallest piece of a document that is found, read and quoted.

    `text == document.text[start:end]`. `lead_in` is the sentence that introduces the list to
    which the passage belongs, `context` what is indexed before the text but never quoted.
    `list_id` joins the items of one list; `ordinal` is the item's number as written, if any.
    `periods` are the years, months, days and year ends that the text speaks of (ISO forms:
    `2022`, `2022-12-31`, `2023-11`, `2020-06-01`). `renditions` maps a language to the text of
    the same block or piece in that language, `contexts` to that of its headings and its lead-in;
    they are unofficial.
    """

    passage_id: str
    doc_id: str
    title: str
    language: Language
    revision: str
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    locator: Locator = Locator()
    lead_in: str = ""
    list_id: str = ""
    ordinal: str = ""
    periods: tuple[str, ...] = ()
    as_of: date | None = None
    url: str | None = None
    renditions: dict[Language, str] = field(default_factory=dict)
    contexts: dict[Language, str] = field(default_factory=dict)

    @property
    def number(self) -> int | None:
        """The number of a numbered item, if it is one."""
        digits = "".join(c for c in self.ordinal if c.isdigit())
        return int(digits) if digits else None

    @property
    def section(self) -> str:
        """The heading path as one line, outermost first."""
        return " › ".join(self.heading_path)

    @property
    def context(self) -> str:
        """Title, headings and lead-in: indexed with the text, never part of a quote."""
        path = [h for h in (self.title, *self.heading_path) if h]
        return "\n".join(dict.fromkeys([*path, *([self.lead_in] if self.lead_in else [])]))


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. Ranks count from 1; None means not in that list."""

    rank: int
    passage: Passage
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense_score: float | None = None
    lexical_score: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: `quote == document.text[start:end]` at `revision`."""

    n: int
    doc_id: str
    title: str
    section: str
    revision: str
    quote: str
    start: int
    end: int
    passage_id: str
    locator: Locator = Locator()
    as_of: date | None = None
    url: str | None = None
    rendition: str | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """A passage that was read for an answer, and what the reader made of it.

    `score` orders the passages; `answerability` is the probability, 0 to 1, that it answers, and
    `enough` the value from which it would have been answered from. `network` is what the trained
    network alone says of that, a logit; None where it did not read the passage.
    """

    hit: Hit
    score: float
    answerability: float
    enough: float
    network: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no answer is given, what is missing, and the nearest passages."""

    reason: str
    missing: str = ""
    nearest: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to the user, with everything that it rests on.

    `hits` are the passages found, `considered` the same as they were read, best first.
    """

    question: str
    standalone_question: str
    language: Language
    status: Literal["answered", "refused"]
    text: str
    short_answer: str | None = None
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    refusal: Refusal | None = None
    snapshot: str = ""
    hits: tuple[Hit, ...] = ()
    considered: tuple[Considered, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
