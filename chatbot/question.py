"""What a question asks for: its language, the kind of answer, its years, names and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from chatbot.wording import characters, names, pattern, polite, words
from corpus.dates import Period, read_dates
from corpus.fold import fold
from corpus.glossary import Lexicon, Mention, Term
from corpus.language import question_language
from corpus.numbers import Figure, read_figures
from corpus.records import LANGUAGES, Language
from index.segment import Segmenter, stem

AnswerKind = Literal[
    "figure", "date", "place", "person", "name", "list", "definition", "yesno", "comparison",
    "reason", "procedure", "contact", "statement",
]  # fmt: skip

KINDS = cast(tuple[AnswerKind, ...], names("kinds"))
"""The kinds that a wording tells of, in the order in which they are tried."""
LONGEST = 2000
"""Characters of a question that are read; the rest is ignored and said to be so."""


@dataclass(frozen=True, slots=True)
class Query:
    """A standalone question, taken apart.

    `ordinal` is the number of the item that it names (第3項, measure 3, medida n.º 3).
    `mentions` are the names and concepts it speaks of, `words` its further content words (folded
    tokens in none of the mentions), `periods` the times it asks for, `figures` the numbers in it.
    """

    text: str
    folded: str
    language: Language
    kind: AnswerKind
    mentions: tuple[Mention, ...]
    words: tuple[str, ...]
    tokens: tuple[str, ...]
    periods: tuple[Period, ...]
    figures: tuple[Figure, ...] = ()
    ordinal: int | None = None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The names and concepts, each once, in order."""
        return tuple(dict.fromkeys(m.term for m in self.mentions))

    @property
    def is_chinese(self) -> bool:
        """Whether the question is in either Chinese script."""
        return self.language.startswith("zh")


def read_question(
    text: str, lexicon: Lexicon, segmenter: Segmenter, language: Language | None = None
) -> Query:
    """Take a standalone question apart; `language` overrides what is recognised."""
    text = " ".join(text.split())[:LONGEST]
    folded = fold(text)
    language = language or question_language(text, "zh-Hant", lexicon.vocabulary)
    mentions = tuple(
        m
        for m in lexicon.question_mentions(text, folded, language)
        if m.term.is_name or any(is_content(t) for t in segmenter.tokens(folded[m.start : m.end]))
    )
    rest = list(folded)
    for mention in mentions:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    periods = tuple(read_dates(text, language))
    for period in periods:
        if len(folded) == len(text):
            rest[period.span_start : period.span_end] = " " * (period.span_end - period.span_start)
    figures = tuple(read_figures(text, language))
    for figure in figures:
        if len(folded) == len(text):
            rest[figure.start : figure.end] = " " * (figure.end - figure.start)
    tokens = segmenter.tokens(folded)
    content = [w for w in segmenter.tokens("".join(rest)) if is_content(w)]
    content = [w for w in map(_bare, content) if is_content(w)]
    # The segmenter gives a long word and its parts; the word alone is one unit of meaning.
    content = [
        w for w in content if not any(w != v and w in v and not w.isascii() for v in content)
    ]
    return Query(
        text=text,
        folded=folded,
        language=language,
        kind=_kind(_without_acronyms(folded, mentions), mentions),
        mentions=mentions,
        words=tuple(dict.fromkeys(content)),
        tokens=tuple(tokens),
        periods=periods,
        figures=figures,
        ordinal=_ordinal(folded),
    )


def _bare(word: str) -> str:
    """A Chinese word without the function characters that the segmenter left on it."""
    return word if word.isascii() or len(word) > 3 else word.strip(characters("stop", "function"))


_ITEM = r"(?:measure|item|point|priority|task|section|article|medida|ponto|item|n[uú]mero|artigo)"
_NTH = {
    word: n
    for n, words in enumerate(
        ("first primeira primeiro", "second segunda segundo", "third terceira terceiro",
         "fourth quarta quarto", "fifth quinta quinto", "sixth sexta sexto", "seventh sétima",
         "eighth oitava", "ninth nona", "tenth décima"), 1,
    )
    for word in words.split()
}  # fmt: skip
_ORDINAL = re.compile(
    rf"第\s*(?P<zh>\d+|[一二三四五六七八九十]+)\s*[条项点]|{_ITEM}\s*(?:no\.?|nº|n\.?\s?[ºo°]|number|#)?\s*(?P<n>\d+)\b|"
    rf"\b(?P<w>{'|'.join(_NTH)})\s+{_ITEM}"
)  # fmt: skip
_HAN_DIGITS = "零一二三四五六七八九"


def _ordinal(folded: str) -> int | None:
    """The number of an item of a numbered text that a question names."""
    m = _ORDINAL.search(folded)
    if not m:
        return None
    if m["w"]:
        return _NTH[m["w"]]
    digits = m["n"] or m["zh"]
    if digits.isdigit():
        return int(digits)
    tens, _, ones = digits.rpartition("十")
    ten = (_HAN_DIGITS.find(tens) if tens else 1) * 10 if "十" in digits else 0
    return ten + (_HAN_DIGITS.find(ones) if ones else 0)


def renumbered(query: Query, number: int) -> str:
    """The text of a question that names the number of an item, with another number in its place.

    A question that names none, or whose folded form is of another length, comes back as it is.
    """
    m = _ORDINAL.search(query.folded)
    if not m or len(query.folded) != len(query.text):
        return query.text
    if m["w"]:
        start, end, new = m.start(), m.end(), f"{m[0].split()[-1]} {number}"
    else:
        start, end = m.span("n") if m["n"] else m.span("zh")
        new = str(number)
    return query.text[:start] + new + query.text[end:]


def _kind(folded: str, mentions: Sequence[Mention]) -> AnswerKind:
    """The kind of answer; a mere mention of a quantity (大灣區人口總數) asks for its figure."""
    kind = answer_kind(folded)
    quantity = any(m.term.kind == "quantity" and "date" not in m.term.id for m in mentions)
    return "figure" if kind == "statement" and quantity else kind


def _without_acronyms(folded: str, mentions: Sequence[Mention]) -> str:
    """The question with acronyms that would read as a word blanked out (WHO)."""
    out = list(folded)
    for m in mentions:
        if folded[m.start : m.end].upper() in m.term.acronyms:
            out[m.start : m.end] = "#" * (m.end - m.start)
    return "".join(out)


def answer_kind(folded: str) -> AnswerKind:
    """The kind of answer that a folded question wants."""
    folded = polite().sub("", folded)
    return next((kind for kind in KINDS if pattern("kinds", kind).search(folded)), "statement")


def focus(query: Query) -> tuple[tuple[int, int], ...]:
    """Spans of the folded question where the name of what is asked for may begin or end.

    A pair (a, b): a unit that begins in `[a, b]` or ends there is the focus.
    """
    spans: list[tuple[int, int]] = []
    for m in pattern("focus", "after").finditer(query.folded):
        spans.append((m.end(), m.end() + 2))
        break
    if query.is_chinese:
        for m in pattern("focus", "before").finditer(query.folded):
            spans.append((max(0, m.start() - 1), m.start()))
            break
    return tuple(spans)


def is_content(token: str) -> bool:
    """Whether a token carries meaning of its own rather than only the question's."""
    if token in words("stop", "han") or token in _latin_stop():
        return False
    return len(token) > 1 or token.isdigit()


@lru_cache(maxsize=1)
def _latin_stop() -> frozenset[str]:
    return frozenset(stem(word) for word in words("stop", "latin"))


def as_language(name: str | None) -> Language | None:
    """The language of that name; None for `auto` and for no name."""
    return next((lang for lang in LANGUAGES if lang == name), None)
