"""Typing errors: what input methods and keyboards make of a question written in a hurry.

Figures, words for numbers, negations and acronyms stay as they are, and a name suffers one slip
at most and never becomes another name, so that a reader still knows what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from corpus.dates import read_dates
from corpus.fold import fold
from eval.datasets.policy import Question
from eval.perturb.base import CHINESE, HAN, NUMERALS, Dice, Name, Variant, in_script, names_in
from eval.perturb.base import table as data

EVERY_HAN, EVERY_LETTER = 8, 16
"""One slip for so many Chinese characters or letters; at least one in a question.

A Chinese character carries more than a letter: one slip for 8 letters would hit nearly every word.
"""

_KEYS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
_WORD = re.compile(r"[^\W\d_]+")
_ACCENTS = str.maketrans("áàâãéêíóôõúüç", "aaaaeeiooouuc")
_NUMBER_WORDS = frozenset(
    "zero half one two three four five six seven eight nine ten eleven twelve twenty thirty forty "
    "fifty sixty seventy eighty ninety hundred thousand million billion first second third fourth "
    "fifth sixth seventh eighth ninth tenth both meio dois duas três quatro cinco seis sete oito "
    "nove onze doze vinte trinta quarenta cinquenta cem cento mil milhão milhões bilião biliões "
    "primeiro primeira segundo segunda terceiro terceira quarto quarta quinto quinta sexto sexta "
    "sétimo sétima oitavo oitava nono nona décimo décima neither without except sem exceto não "
    "import imports export exports importação exportação".split()
)


@dataclass(frozen=True, slots=True)
class _Slip:
    """`text[start:end]` becomes `new`; `weight` says how often people make it."""

    start: int
    end: int
    new: str
    weight: float


def _mistype(question: Question, dice: Dice) -> str | None:
    text = question.question
    if question.lang in CHINESE:
        count = max(1, round(len(re.findall(f"[{HAN}]", text)) / EVERY_HAN))
        slips = list(_chinese(text, question))
    else:
        count = max(1, round(sum(c.isalpha() for c in text) / EVERY_LETTER))
        slips = [s for m in _WORD.finditer(text) for s in _latin(m, question, dice)]
    return _with_slips(question, slips, count, dice)


def _with_slips(question: Question, slips: list[_Slip], count: int, dice: Dice) -> str | None:
    """The question with up to `count` of the slips, apart from each other, one in a name."""
    text = question.question
    names = names_in(text, question.lang)
    known = {name.id for name in names}
    dates = _dates(question, text)
    chosen: list[_Slip] = []
    while slips and len(chosen) < count:
        slip = dice.weighted(slips, [s.weight * _share(s, names) for s in slips])
        changed = _apply(text, [*chosen, slip])
        # A slip must not make another name of a name, nor another time of one (重點 after a year).
        same = {name.id for name in names_in(changed, question.lang)} <= known
        if same and _dates(question, changed) == dates:
            chosen.append(slip)
            hit = [n for n in names if n.start < slip.end and slip.start < n.end]
            slips = [
                s
                for s in slips
                if (s.end < slip.start or s.start > slip.end)
                and not _WORD.fullmatch(text, min(s.start, slip.start), max(s.end, slip.end))
                and not any(n.start < s.end and s.start < n.end for n in hit)
            ]
        else:
            slips = [s for s in slips if s != slip]
    return _apply(text, chosen) if chosen else None


def _dates(question: Question, text: str) -> list[tuple[date | None, date | None]]:
    return [(period.start, period.end) for period in read_dates(text, question.lang)]


def _share(slip: _Slip, names: tuple[Name, ...]) -> float:
    """People take more care with names, the more so the shorter the name is."""
    sizes = [n.end - n.start for n in names if n.start < slip.end and slip.start < n.end]
    return min(1.0, min(sizes) / 12) if sizes else 1.0


def _apply(text: str, slips: list[_Slip]) -> str:
    for slip in sorted(slips, key=lambda s: s.start, reverse=True):
        text = text[: slip.start] + slip.new + text[slip.end :]
    return text


def _chinese(text: str, question: Question) -> Iterator[_Slip]:
    """Every slip that a Chinese question allows; the words of its script come first."""
    names = [n for n in names_in(text, question.lang) if n.end - n.start < 5]
    for word, others in _words(question.lang).items():
        for m in re.finditer(re.escape(word), text):
            yield from (_Slip(*m.span(), other, 6.0 / len(others)) for other in others)
    drop = data("typos")["drop"]["characters"]
    alone = data("typos")["alone"]["characters"]
    fixed = NUMERALS | set(data("typos")["keep"]["characters"])
    for i, char in enumerate(text):
        if char in fixed or not re.match(f"[{HAN}]", char):
            continue
        others = _characters(question.lang).get(char, ())
        weight = 3.0 if char in alone else 1.0
        yield from (_Slip(i, i + 1, other, weight / len(others)) for other in others)
        yield _Slip(i, i + 1, char + char, 0.08)
        if char in drop and i > 0 and not any(n.start <= i < n.end for n in names):
            yield _Slip(i, i + 1, "", 0.7)


@cache
def _words(language: str) -> dict[str, tuple[str, ...]]:
    """Mistyped words by the word, in the script of `language`."""
    lang = CHINESE[0] if language == CHINESE[0] else CHINESE[1]
    return {
        in_script(word, lang): tuple(in_script(other, lang) for other in others)
        for word, others in data("typos")["words"].items()
    }


@cache
def _characters(language: str) -> dict[str, tuple[str, ...]]:
    """Mistyped characters by the character, in the script of `language`.

    None folds to the same as the character itself: that would be no slip but the other script.
    """
    lang = CHINESE[0] if language == CHINESE[0] else CHINESE[1]
    found: dict[str, list[str]] = {}
    rows = data("typos")["sounds"]["rows"]
    pairs = [(char, other) for row in rows for char in row for other in row]
    pairs += [(char, o) for char, others in data("typos")["single"].items() for o in others]
    for char, other in pairs:
        found.setdefault(in_script(char, lang), []).append(in_script(other, lang))
    if lang == "zh-Hant":
        for char, others in data("typos")["traditional"].items():
            # These are what one sees most: they count three times each.
            found.setdefault(char, []).extend(list(others) * 3)
    return {
        char: kept
        for char, others in found.items()
        if (kept := tuple(other for other in others if fold(other) != fold(char)))
    }


def _latin(word: re.Match[str], question: Question, dice: Dice) -> Iterator[_Slip]:
    """The slips that a word of an alphabet allows; its first letter is never hit."""
    text, start = word[0], word.start()
    small = text.lower()
    if len(text) < 4 or small in _NUMBER_WORDS or text[1:] != small[1:]:
        return
    bare = small.translate(_ACCENTS)
    for i in range(1, len(text)):
        at, char = start + i, small[i]
        if bare[i] != char:
            yield _Slip(at, at + 1, bare[i], 4.0)
            continue
        following = small[i + 1 : i + 2]
        if following and following != char:
            yield _Slip(at, at + 2, following + char, 1.0)
        # A short word without one of its letters is all too often another word (seats, sets).
        if len(text) > 5 and i < len(text) - 1:
            yield _Slip(at, at + 1, "", 1.0)
        if len(text) > 4:
            yield _Slip(at, at + 1, char + char, 0.5)
        if len(text) > 5 and (beside := _beside(char)):
            yield _Slip(at, at + 1, dice.pick(beside), 0.5)


def _beside(char: str) -> str:
    """The letters beside a letter on the keyboard."""
    row = next((row for row in _KEYS if char in row), "")
    i = row.find(char)
    return row[max(0, i - 1) : i] + row[i + 1 : i + 2] if row else ""


TYPOS = Variant("typos", "slips of the keyboard and of the input method", _mistype)
