"""Whether two texts state the same figures: the public face of the number reader.

`figures_agree` compares a block with its rendition; `missing_figures` says what an answer states
that no source does. The readers themselves are `corpus.figures` and `corpus.dates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.dates import Period, blank, scan_dates, supports
from corpus.figures import Figure, hide, read_figures, scan_figures, unfold
from corpus.numerals import convention_of, prepare
from corpus.quantities import ANY_DOLLAR, ANY_YUAN, LIST_MARK, NAMES
from corpus.records import Language

__all__ = ["Figure", "figures_agree", "missing_figures", "read_figures", "same_figure"]

_CITATION = re.compile(r"\[[0-9]{1,2}(?:[ ]?[,–-][ ]?[0-9]{1,2})*\]")
# Digits, and Chinese numerals, that no reader understood: G20, 24/7, 數十. Compared as written.
_LOOSE = re.compile(r"[a-z]{0,20}-?[0-9][0-9a-z]{0,40}(?:[-+./:,_][0-9a-z]{1,40}){0,8}")
_LOOSE_ZH = re.compile(
    r"(?:[数几上][十百千万亿]|[一二三四五六七八九十百千万亿兆两〇几]{2})[十百千万亿几]*"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """All that one text states; offsets count characters of `text`."""

    text: str
    figures: tuple[Figure, ...]
    periods: tuple[Period, ...]
    marks: tuple[str, ...]
    loose: tuple[tuple[str, int, int], ...]

    def surface(self, figure: Figure) -> str:
        return self.text[figure.qualified_start : figure.qualified_end]


def missing_figures(
    draft: str,
    sources: Sequence[str],
    draft_language: Language | None = None,
    source_languages: Sequence[Language | None] | None = None,
) -> list[str]:
    """Return, as written, the figures and dates of `draft` that stand in none of `sources`.

    A figure needs one of the same value, ordinality and compatible unit; a qualifier that the
    draft states must stand in the source as well, and a rise is no fall. A date needs one as
    exact. Digits that are no figure (G20) must stand in a source as they are. Citation marks
    `[1]` are ignored, and so are list numbers that run 1, 2, 3 or are those of a source.
    """
    languages = source_languages or [None] * len(sources)
    read = [_read(s, lang) for s, lang in zip(sources, languages, strict=True)]
    marks = frozenset(mark for r in read for mark in r.marks)
    mine = _read(draft, draft_language, marks)
    figures = [f for r in read for f in r.figures]
    periods = [p for r in read for p in r.periods]
    loose = {word for r in read for word, _, _ in r.loose}
    found: list[tuple[int, str]] = []
    for figure in mine.figures:
        if not any(_supports(f, figure) for f in figures):
            found.append((figure.start, mine.surface(figure)))
    for period in mine.periods:
        if not any(supports(p, period) for p in periods):
            found.append((period.span_start, draft[period.span_start : period.span_end]))
    found += [(start, draft[start:end]) for word, start, end in mine.loose if word not in loose]
    return [surface for _, surface in sorted(found)]


def figures_agree(
    source: str,
    rendition: str,
    source_language: Language,
    rendition_language: Language,
) -> list[str]:
    """Return what is wrong, in words, with the figures and dates of a rendition; empty if nothing.

    Every figure of the source must stand in the rendition with its unit and qualifier, save
    counts below 13 written in Chinese numerals, which may be idiom; every figure of the rendition
    in digits, or above 12, must stand in the source; the dates must be the same on both sides.
    """
    ours, theirs = _read(source, source_language), _read(rendition, rendition_language)
    return [
        *_lost(ours, theirs),
        *(
            f"{theirs.surface(f)!r} ({f.value:f}) does not stand in the source"
            for f in theirs.figures
            if (f.value > 12 or re.search("[0-9]", rendition[f.start : f.end]))
            and not any(same_figure(f, g) for g in ours.figures)
        ),
        *(
            f"{reading.text[p.span_start : p.span_end]!r} ({p.iso}) {where}"
            for reading, other, where in (
                (ours, theirs, "is missing in the rendition"),
                (theirs, ours, "does not stand in the source"),
            )
            for p in reading.periods
            if not any(supports(q, p) and supports(p, q) for q in other.periods)
        ),
        *(
            f"{reading.text[start:end]!r} stands only in the {where}"
            for reading, other, where in ((ours, theirs, "source"), (theirs, ours, "rendition"))
            for word, start, end in reading.loose
            if re.search("[0-9]", word) and word not in {w for w, _, _ in other.loose}
        ),
    ]


def same_figure(a: Figure, b: Figure) -> bool:
    """Say whether two figures have one value, compatible units and one ordinality.

    Units are compatible if equal or if one is not said; 元 may be patacas, yuan or Hong Kong
    dollars, and $ any dollar.
    """
    return a.value == b.value and a.ordinal == b.ordinal and _one_unit(a.unit, b.unit)


def _supports(source: Figure, draft: Figure) -> bool:
    return (
        same_figure(source, draft)
        and (draft.qualifier is None or draft.qualifier == source.qualifier)
        and not _opposed(source, draft)
    )


def _one_unit(a: str | None, b: str | None) -> bool:
    if a is None or b is None or a == b:
        return True
    for vague, exact in ((a, b), (b, a)):
        if (vague == "元" and exact in ANY_YUAN) or (vague == "$" and exact in ANY_DOLLAR):
            return True
    return False


def _opposed(a: Figure, b: Figure) -> bool:
    return None not in (a.direction, b.direction) and a.direction != b.direction


def _lost(ours: _Reading, theirs: _Reading) -> Iterator[str]:
    """Say which figures of the source the rendition lacks or changes."""
    for figure in ours.figures:
        name = repr(ours.surface(figure))
        same = [f for f in theirs.figures if (f.value, f.ordinal) == (figure.value, figure.ordinal)]
        unit = [f for f in same if same_figure(f, figure) and (f.unit or not figure.unit)]
        level = [f for f in unit if f.qualifier == figure.qualifier]
        if not same:
            written = ours.text[figure.start : figure.end]
            idiom = figure.value < 13 and not re.search("[0-9０-９]", written)
            if not (idiom and (not figure.ordinal or figure.value == 1)):
                yield f"{name} ({figure.value:f}) is missing in the rendition"
        elif not unit:
            yield f"{name} has the unit {figure.unit}, in the rendition {same[0].unit}"
        elif not level:
            yield f"{name} is {figure.qualifier}, in the rendition {unit[0].qualifier}"
        elif all(_opposed(f, figure) for f in level):
            yield f"{name} goes {figure.direction}, in the rendition {level[0].direction}"


def _read(
    text: str, language: Language | None, known_marks: frozenset[str] | None = None
) -> _Reading:
    """Read a text once; with `known_marks` it is a draft, whose list numbers must be explained."""
    folded = prepare(text)
    convention = convention_of(language, folded.text)
    periods = scan_dates(folded.text, convention)
    rest = blank(folded.text, [(p.span_start, p.span_end) for p in periods])
    marks = [m[1] or m[2] for m in LIST_MARK.finditer(rest) if m[1] or m[2]]
    if known_marks is None:
        rest = LIST_MARK.sub(hide, rest)
    else:
        rest = _CITATION.sub(hide, rest)
        counting = len(marks) > 1 and marks == [str(i + 1) for i in range(len(marks))]
        rest = LIST_MARK.sub(
            lambda m: hide(m) if counting or not (m[1] or m[2]) or m[1] in known_marks else m[0],
            rest,
        )
    figures = scan_figures(rest, convention)
    rest = blank(rest, [(f.qualified_start, f.qualified_end) for f in figures])
    loose = [(m[0], *folded.span(*m.span())) for m in _LOOSE.finditer(rest)]
    plain = NAMES.sub(hide, rest)
    loose += [(m[0], *folded.span(*m.span())) for m in _LOOSE_ZH.finditer(plain)]
    spanned = (
        Period(p.kind, p.start, p.end, p.iso, *folded.span(p.span_start, p.span_end))
        for p in periods
    )
    return _Reading(
        text,
        tuple(unfold(f, folded, text) for f in figures),
        tuple(spanned),
        tuple(marks),
        tuple(loose),
    )
