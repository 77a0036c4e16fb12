"""Variants that change how a question is set: marks, capitals, script, width and blanks."""

from __future__ import annotations

import re
import unicodedata

from eval.datasets.policy import Question
from eval.perturb.base import CHINESE, HAN, Dice, Variant, in_script

# Marks that belong to a figure: 437.6, 8,000, 15:30, 45.9%.
_IN_NUMBER = re.compile(r"(?<=\d)[.,:](?=\d)")
_KEPT = "%‰％&"
_SILENT = "'’.·・"  # marks that leave no gap: Macao's, n.º, U.S.
_QUOTES = str.maketrans("「」『』", "“”‘’")
_CORNERS = str.maketrans("“”‘’", "「」『』")
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F)) if c.isalnum()}
_GAP = "\ue000"  # of private use: stands for a mark that was taken away
_GAPS = ("  ", " ", " ")
_BOUNDARY = re.compile(rf"(?<=[{HAN}])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z])(?=[{HAN}])")
_INSIDE = re.compile(rf"(?<=[{HAN}])(?=[{HAN}])")


def _without_punctuation(question: Question, dice: Dice) -> str | None:
    text = question.question
    inside = {m.start() for m in _IN_NUMBER.finditer(text)}
    out: list[str] = []
    for i, char in enumerate(text):
        if not unicodedata.category(char).startswith("P") or char in _KEPT or i in inside:
            out.append(char)
        elif char not in _SILENT:
            out.append(_GAP)
    bare = re.sub(rf"[\s{_GAP}]+", _blank, "".join(out).strip(f"{_GAP} "))
    return (bare if question.lang in CHINESE else bare.lower()) or None


def _blank(gap: re.Match[str]) -> str:
    """A mark beside a Chinese character leaves no gap; one between words or figures must."""
    around = gap.string[gap.start() - 1] + gap.string[gap.end()]
    blank = re.search(r"\s", gap[0]) or not re.search(f"[{HAN}]", around)
    return " " if blank else ""


def _other_script(question: Question, dice: Dice) -> str | None:
    text = question.question
    if question.lang == "zh-Hant":
        return in_script(text, "zh-Hans").translate(_QUOTES)
    return in_script(text, "zh-Hant").translate(_CORNERS)


def _full_width(question: Question, dice: Dice) -> str | None:
    return question.question.translate(_WIDE)


def _stray_blanks(question: Question, dice: Dice) -> str | None:
    if question.lang in CHINESE:
        text = _BOUNDARY.sub(lambda _: " " if dice.chance(0.7) else "", question.question)
        torn = _INSIDE.sub(lambda _: dice.pick(_GAPS) if dice.chance(0.18) else "", text)
        places = [m.start() for m in _INSIDE.finditer(text)] if torn == question.question else []
        at = dice.pick(places) if places else 0
        return f"{text[:at]} {text[at:]}" if places else torn
    words = question.question.split()
    if len(words) < 2:
        return None
    cut = dice.between(1, len(words) - 1)
    out = [words[0]]
    for n, word in enumerate(words[1:], 1):
        out.append("\n" if n == cut else "  " if dice.chance(0.4) else " ")
        out.append(word)
    return "".join(out)


NO_PUNCTUATION = Variant(
    "no_punctuation", "no marks; in English and Portuguese no capitals", _without_punctuation
)
OTHER_SCRIPT = Variant(
    "other_script",
    "Traditional Chinese in Simplified and the other way round",
    _other_script,
    CHINESE,
    {"zh-Hant": "zh-Hans", "zh-Hans": "zh-Hant"},
)
FULL_WIDTH = Variant(
    "full_width", "figures and letters in full width, as Chinese input gives them", _full_width,
    CHINESE,
)  # fmt: skip
SPACES = Variant("spaces", "stray blanks and line breaks, as copying leaves them", _stray_blanks)
