"""Grounding: nothing leaves the program that does not stand in what it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpus.fold import fold
from corpus.glossary import Lexicon
from corpus.numbers import missing_figures
from corpus.records import Citation, Language

_MARKS = re.compile(r"\[\d+\]")


def ungrounded(
    draft: str,
    citations: Sequence[Citation],
    question: str,
    language: Language,
    lexicon: Lexicon,
) -> list[str]:
    """Return every number, date and glossary name of a draft that its quotes do not hold.

    A quote is the original together with the published rendition of the cited passage and the
    section and title that are shown with it. A name that only repeats the question is the user's
    word, not a statement of the documents; a figure must be grounded even so.
    """
    quotes = [c.quote for c in citations]
    renditions = [c.rendition for c in citations if c.rendition]
    heads = [f"{c.title}\n{c.section}" for c in citations]
    languages: list[Language | None] = ["zh-Hant"] * len(quotes)
    languages += [_latin(language)] * len(renditions)
    text = _MARKS.sub(" ", draft)
    missing = missing_figures(
        text,
        [*quotes, *renditions],
        draft_language=language,
        source_languages=languages,
    )
    there = _names([*quotes, *renditions, *heads, question], lexicon)
    missing += [name for name in _surfaces(text, lexicon) if name not in there]
    return missing


def _latin(language: Language) -> Language:
    return language if language in ("en", "pt") else "en"


def _names(texts: Iterable[str], lexicon: Lexicon) -> set[str]:
    return {m.term.id for t in texts for m in lexicon.all_mentions(fold(t)) if m.term.is_name}


def _surfaces(text: str, lexicon: Lexicon) -> list[str]:
    return [m.term.id for m in lexicon.mentions(text) if m.term.is_name]
