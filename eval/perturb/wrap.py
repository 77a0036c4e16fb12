"""Variants that put words around a question and leave the question itself as it is."""

from __future__ import annotations

import re

from corpus.fold import fold
from eval.datasets.policy import Question
from eval.perturb.base import CHINESE, Dice, Variant, table

_ENDS = tuple("。！？!?….")


def _irrelevant_first(question: Question, dice: Dice) -> str | None:
    sentence = dice.pick(table("wrapping")["irrelevant"][question.lang])
    return f"{sentence}{_blank(question)}{question.question}"


def _politely(question: Question, dice: Dice) -> str | None:
    """Wrap the question; what comes first ends in a colon, so that any question fits after it."""
    words = table("wrapping")["polite"][question.lang]
    text = question.question.strip()
    # Before a command or what is polite already, a greeting is all that fits.
    before = words["greeting"] if re.match(words["direct"], fold(text)) else words["before"]
    first, last = dice.pick(before), dice.pick(words["after"])
    if text.endswith(_ENDS):
        joint = _blank(question)
    elif question.lang in CHINESE:
        joint = "，"
    else:
        joint, last = ", ", last[0].lower() + last[1:]
    return f"{first}{_blank(question)}{text}{joint}{last}"


def _blank(question: Question) -> str:
    return "" if question.lang in CHINESE else " "


IRRELEVANT_FIRST = Variant(
    "irrelevant_first", "a sentence that has nothing to do with it stands before", _irrelevant_first
)
POLITENESS = Variant("politeness", "a polite request and thanks stand around it", _politely)
