"""Changes to a question or its passage after which it is not answered any more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from corpus.fold import fold
from eval.train.data import Question

_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+|[^。！？!?；;\n]+$")
_LATIN_SENTENCE = re.compile(r".*?[.!?;](?=\s|$)\s*|.+$", re.DOTALL)
_FIGURE = re.compile(r"\d+")
_COMMON = set("的是在和与及或为由被于有了什么哪个几多少年月日谁何时地人中上下不")


def holds(folded: str, q: Question) -> bool:
    """Tell whether an answer's text occurs in a passage, so that it may be right after all."""
    texts = {fold(q.passage.text[a:b]).strip() for a, b in q.answers}
    return any(len(t) > 1 and t in folded for t in texts)


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Return the (start, end) of a text's sentences; together they are the whole text."""
    pattern = _SENTENCE if language == "zh" else _LATIN_SENTENCE
    return [m.span() for m in pattern.finditer(text) if m.end() > m.start()]


def without_answer(q: Question) -> str | None:
    """Return the passage without each sentence that holds an answer; None if too little stays."""
    if not q.answers:
        return None
    kept = [
        q.passage.text[a:b]
        for a, b in sentences(q.passage.text, q.passage.language)
        if not any(a < end and start < b for start, end in q.answers)
    ]
    rest = "".join(kept)
    return rest if len(rest) >= 60 and not holds(fold(rest), q) else None


def swap(q: Question, names: Sequence[str], rng: Random) -> str | None:
    """Return the question with a year, figure or name changed to one its passage has not."""
    if not q.answers or q.language != q.passage.language:
        return None
    text, passage = fold(q.text), fold(q.passage.text)
    figures = [m for m in _FIGURE.finditer(text) if m[0] in passage]
    if figures and rng.random() < 0.7:
        m = rng.choice(figures)
        new = _other_figure(m[0], rng)
        if new not in passage:
            return text[: m.start()] + new + text[m.end() :]
    name = shared_name(text, passage, q.language)
    if name is None or not names:
        return None
    for _ in range(6):
        other = rng.choice(names)
        if other not in passage and other not in text and abs(len(other) - len(name)) <= 3:
            return text.replace(name, other, 1)
    return None


def _other_figure(figure: str, rng: Random) -> str:
    if len(figure) == 4 and figure[0] in "12":
        return str(int(figure) + rng.choice([-20, -10, -3, -2, -1, 1, 2, 3, 10]))
    return str(max(1, int(figure) + rng.choice([-2, -1, 1, 2, 3, 5]))) if figure != "1" else "3"


def shared_name(question: str, passage: str, language: str) -> str | None:
    """Return the longest run that a question shares with its passage, if it is like a name."""
    if language != "zh":
        return None
    best = ""
    for i in range(len(question)):
        j = i + max(3, len(best) + 1)
        while j <= len(question) and question[i:j] in passage:
            best = question[i:j]
            j += 1
    best = best.strip("".join(_COMMON))
    return best if 3 <= len(best) <= 10 and not any(c in "，。、？" for c in best) else None


def shared_names(questions: Sequence[Question]) -> dict[str, list[str]]:
    """Return the names that questions share with their passages, by language."""
    found: dict[str, set[str]] = {}
    for q in questions:
        if name := shared_name(fold(q.text), fold(q.passage.text), q.language):
            found.setdefault(q.language, set()).add(name)
    return {language: sorted(names) for language, names in found.items()}
