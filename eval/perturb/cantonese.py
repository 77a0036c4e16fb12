"""A question in the wording of Cantonese speakers, in its own script.

Rules are matched against the folded question; names and what stands in quotation marks are kept.
"""

from __future__ import annotations

import re
from functools import cache

from corpus.fold import fold, fold_with_offsets
from eval.datasets.policy import Question
from eval.perturb.base import CHINESE, Dice, Variant, in_script, names_in, table

_PARTICLES = 0.5  # share of the questions that end in a particle which Mandarin lacks


def _in_cantonese(question: Question, dice: Dice) -> str | None:
    text, folded = question.question, fold_with_offsets(question.question)
    taken = [(n.start, n.end) for n in names_in(text, question.lang)]
    taken += [folded.span(*m.span()) for m in _kept().finditer(folded.text)]
    edits: list[tuple[int, int, str]] = []

    def edit(span: tuple[int, int], put: str | list[str]) -> None:
        start, end = folded.span(*span)
        if not any(start < b and a < end for a, b in taken):
            new = put if isinstance(put, str) else dice.pick(put)
            edits.append((start, end, in_script(new, question.lang)))
            taken.append((start, end))

    for find, puts in _patterns():
        for m in find.finditer(folded.text):
            free = all(_free(folded.span(*m.span(g)), taken) for g in puts if m[g] is not None)
            for group, put in puts.items():
                if free and m[group] is not None:
                    edit(m.span(group), put)
    for m in _words().finditer(folded.text):
        edit(m.span(), table("cantonese")["words"][m[0]])
    if not edits:
        return None
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return _with_particle(text, question, dice)


def _free(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return not any(span[0] < b and a < span[1] for a, b in taken)


def _with_particle(text: str, question: Question, dice: Dice) -> str:
    """Some questions end in a particle (幾多呀？); a list of key words does not."""
    rules = table("cantonese")["particles"]
    body = text.rstrip("？?。 ")
    folded = fold(body)
    if not re.search(rules["asks"], folded[-8:]) or re.search(rules["ended"], folded):
        return text
    if not dice.chance(_PARTICLES):
        return text
    put = "put_known" if re.search(rules["known"], folded) and dice.chance(0.5) else "put"
    return body + in_script(rules[put], question.lang) + text[len(body) :]


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], dict[str, str | list[str]]], ...]:
    return tuple((re.compile(p["find"]), p["put"]) for p in table("cantonese")["pattern"])


@cache
def _words() -> re.Pattern[str]:
    """Every word that is rewritten, the longest first."""
    words = sorted(table("cantonese")["words"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _kept() -> re.Pattern[str]:
    return re.compile("|".join(table("cantonese")["keep"]["find"]))


CANTONESE = Variant("cantonese", "in the wording of Cantonese speakers", _in_cantonese, CHINESE)
