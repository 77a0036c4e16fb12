"""Views: the texts by which a passage can be found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.records import LANGUAGES, Language, Passage


@dataclass(frozen=True, slots=True)
class View:
    """One indexed text of a passage; `passage` is the passage's number in its list."""

    passage: int
    language: Language
    text: str


def views(passages: Iterable[Passage]) -> list[View]:
    """Return the views of all passages, those of one passage together.

    First the original under its context (title, headings, lead-in), then one for each rendition
    that is not empty, in the fixed order of the languages, under its headings in that language.
    """
    out: list[View] = []
    for number, passage in enumerate(passages):
        text = "\n".join(part for part in (passage.context, passage.text) if part)
        out.append(View(number, passage.language, text))
        for language in LANGUAGES:
            if rendition := passage.renditions.get(language, "").strip():
                heads = passage.contexts.get(language, "")
                text = "\n".join(part for part in (heads, rendition) if part)
                out.append(View(number, language, text))
    return out
