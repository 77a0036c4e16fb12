"""Where an answer may stand: a document, folded, in which passages and answers are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from corpus.figures import read_figures
from corpus.fold import fold
from corpus.numbers import missing_figures
from corpus.records import Document, Language
from eval.metrics.text import holds, plain


@dataclass(frozen=True)
class Source:
    """A document in which passages are found and answers looked up."""

    document: Document

    def find(self, passage: str) -> tuple[int, ...]:
        """The indexes of the blocks on which a passage lies, wherever it stands; () if nowhere.

        Script, width, case, white space and grouping commas do not count; nor do the marks of
        list items and headings, where the passage is written without them.
        """
        wanted = plain(passage)
        return (_lookup(wanted, self._words) or _lookup(wanted, self._lines)) if wanted else ()

    def section(self, blocks: Sequence[int]) -> tuple[int, ...]:
        """The indexes of all blocks under the same headings as `blocks`.

        A heading belongs to the section that it is a part of, so that the headings beside it count.
        """
        out: set[int] = set()
        for index in blocks:
            out.update(self._around(index))
        return tuple(sorted(out))

    @property
    def all(self) -> tuple[int, ...]:
        """The indexes of all blocks."""
        return tuple(range(len(self.document.blocks)))

    def texts(self, blocks: Iterable[int], language: Language) -> tuple[tuple[str, Language], ...]:
        """The original of some blocks and, where there is one, their rendition in `language`."""
        document, chosen = self.document, list(blocks)
        original = "\n".join(
            document.text[document.blocks[i].start : document.blocks[i].end] for i in chosen
        )
        rendition = document.renditions.get(language)
        if rendition is None:
            return ((original, document.language),)
        return (original, document.language), ("\n".join(rendition[i] for i in chosen), language)

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return tuple(plain(self.document.text[b.start : b.end]) for b in self.document.blocks)

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        starts = [0, *(b.end for b in self.document.blocks[:-1])]
        ends = [b.end for b in self.document.blocks]
        return tuple(plain(self.document.text[a:b]) for a, b in zip(starts, ends, strict=True))

    def _around(self, index: int) -> range:
        blocks = self.document.blocks
        # What bounds the section: any heading for a text, for a heading one of a higher level.
        level = blocks[index].level if blocks[index].kind == "heading" else 99
        bounds = [i for i, b in enumerate(blocks) if b.kind == "heading" and b.level < level]
        start = max((i for i in bounds if i <= index), default=0)
        return range(start, min((i for i in bounds if i > index), default=len(blocks)))


def stands(answer: str, texts: Iterable[tuple[str, Language]], language: Language) -> bool:
    """Whether an answer stands in one of the texts, as written or with its figures otherwise.

    Figures and dates may be written in another way (437.6億, MOP43.76 billion, 43,760 million),
    as `corpus.numbers.missing_figures` reads them. `language` is that of the answer, each text
    comes with its own.
    """
    texts = list(texts)
    if any(holds(text, answer) for text, _ in texts):
        return True
    # An answer may be in the language of the question or in that of the document.
    for read_as in dict.fromkeys((language, *(lang for _, lang in texts))):
        if _states_figures(answer, read_as) and any(
            not missing_figures(answer, [text], read_as, [lang]) for text, lang in texts
        ):
            return True
    return False


def _states_figures(answer: str, language: Language) -> bool:
    return any(c.isdigit() for c in fold(answer)) or bool(read_figures(answer, language))


def _lookup(wanted: str, pieces: Sequence[str]) -> tuple[int, ...]:
    whole = "".join(pieces)
    ends = list(accumulate(map(len, pieces)))
    found: set[int] = set()
    at = whole.find(wanted)
    while at >= 0:
        last = at + len(wanted)
        found.update(i for i, end in enumerate(ends) if end - len(pieces[i]) < last and end > at)
        at = whole.find(wanted, at + 1)
    return tuple(sorted(found))
