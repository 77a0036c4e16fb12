"""Figures of a reader on held-back questions: spans and answerability, for each set.

Exact match and F1 are those of SQuAD (Rajpurkar et al. 2016, arXiv:1606.05250) and of CMRC 2018
(Cui et al. 2019, arXiv:1810.07366): over words, and over characters where the text is Chinese,
after folding and without punctuation. The area under the curve (AUROC) is the chance that a pair
that answers has the higher logit than one that does not.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chatbot.reading.read import PassageReader, PassageReading
from corpus.fold import fold
from eval.metrics import aggregate
from eval.train.alter import without_answer
from eval.train.data import Passage, Question


@dataclass(frozen=True, slots=True)
class Pair:
    """A question on a passage's text; `group` names the figure that it counts for."""

    question: Question
    text: str
    group: str
    answers: bool


def predict(reader: PassageReader, pairs: Sequence[Pair]) -> list[PassageReading]:
    """Read the pairs; one reading for each."""
    return reader.read_pairs([(p.question.text, p.text) for p in pairs])


_ARTICLES = re.compile(r"\b(a|an|the|o|os|as|um|uma)\b")


def units(text: str) -> list[str]:
    """Return what F1 counts: words, and single characters where they are ideographs."""
    kept = "".join(" " if unicodedata.category(c)[0] in "PSZ" else c for c in fold(text))
    kept = _ARTICLES.sub(" ", kept)
    return re.findall(r"[\u3400-\u9fff\uf900-\ufaff]|[^\s\u3400-\u9fff\uf900-\ufaff]+", kept)


def exact(found: str, gold: Sequence[str]) -> float:
    """Return 1 where an answer is met but for case, script and punctuation, else 0."""
    return float(any("".join(units(found)) == "".join(units(g)) for g in gold))


def f1(found: str, gold: Sequence[str]) -> float:
    """Return the best F1 of the units over the answers."""
    best = 0.0
    mine = Counter(units(found))
    for answer in gold:
        theirs = Counter(units(answer))
        common = sum((mine & theirs).values())
        if common:
            best = max(best, 2 * common / (mine.total() + theirs.total()))
    return best


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the chance that a positive is above a negative (Mann-Whitney), ties counted half."""
    labels = np.array([1.0] * len(positive) + [0.0] * len(negative))
    area = aggregate.auroc(np.array([*positive, *negative]), labels)
    return float("nan") if area is None else area


def choose(
    questions: Sequence[Question],
    crossed: Sequence[Question],
    passages: Sequence[Passage],
    nearest: Mapping[str, Sequence[str]],
    each: int,
    seed: int,
) -> list[Pair]:
    """Return the validation pairs: `each` answerable questions of a set and their negatives.

    Every answerable question comes with its own passage, with the nearest wrong one, and (for a
    third of them) with its own passage without the answer; treacherous ones with their own.
    """
    by_key = {(p.key, p.language): p for p in passages}
    pools: dict[str, list[Question]] = {}
    for q in questions:
        pools.setdefault(q.set.removesuffix("_dev").removesuffix("_trial"), []).append(q)
    for q in crossed:
        pools.setdefault(f"{q.language}>zh", []).append(q)
    pairs: list[Pair] = []
    for name in sorted(pools):
        rng = random.Random(f"{seed}/{name}")
        good = [q for q in pools[name] if q.answers]
        bad = [q for q in pools[name] if not q.answers]
        rng.shuffle(good)
        rng.shuffle(bad)
        pairs += [Pair(q, q.passage.text, f"{name}/treachery", False) for q in bad[: each // 2]]
        for place, q in enumerate(good[:each]):
            pairs.append(Pair(q, q.passage.text, f"{name}/right", True))
            for key in nearest.get(f"{fold(q.text)}>{q.passage.language}", ()):
                other = by_key.get((key, q.passage.language))
                if other is not None and not _answers(other, q):
                    pairs.append(Pair(q, other.text, f"{name}/nearest", False))
                    break
            if place % 3 == 0 and (rest := without_answer(q)) is not None:
                pairs.append(Pair(q, rest, f"{name}/removed", False))
    return pairs


def _answers(other: Passage, q: Question) -> bool:
    text = fold(other.text)
    return other.key == q.passage.key or any(
        fold(q.passage.text[a:b]) in text for a, b in q.answers
    )


def summarise(pairs: Sequence[Pair], readings: Sequence[PassageReading]) -> dict[str, float]:
    """Return the figures of each set: `<set>/em`, `/f1`, and AUROC by kind of negative."""
    logits: dict[str, list[float]] = {}
    relevance: dict[str, list[float]] = {}
    scores: dict[str, list[tuple[float, float]]] = {}
    for pair, r in zip(pairs, readings, strict=True):
        logits.setdefault(pair.group, []).append(r.answer)
        relevance.setdefault(pair.group, []).append(r.relevance)
        if pair.answers:
            gold = [pair.text[a:b] for a, b in pair.question.answers]
            found = pair.text[r.spans[0].start : r.spans[0].end] if r.spans else ""
            name = pair.group.split("/")[0]
            scores.setdefault(name, []).append((exact(found, gold), f1(found, gold)))
    figures: dict[str, float] = {}
    for name, rows in scores.items():
        figures[f"{name}/n"] = len(rows)
        figures[f"{name}/em"] = 100 * float(np.mean([r[0] for r in rows]))
        figures[f"{name}/f1"] = 100 * float(np.mean([r[1] for r in rows]))
        right = logits[f"{name}/right"]
        for kind in ("nearest", "removed", "treachery"):
            if others := logits.get(f"{name}/{kind}"):
                figures[f"{name}/auroc-{kind}"] = auroc(right, others)
        if others := relevance.get(f"{name}/nearest"):
            figures[f"{name}/auroc-relevance"] = auroc(relevance[f"{name}/right"], others)
    return {k: round(v, 4) for k, v in figures.items()}


def total(figures: Mapping[str, float]) -> float:
    """Return the one figure by which weights are compared: mean F1 plus mean AUROC, 0 to 200."""
    spans = [v for k, v in figures.items() if k.endswith("/f1")]
    areas = [v for k, v in figures.items() if "/auroc-" in k and not np.isnan(v)]
    return float(np.mean(spans) + 100 * np.mean(areas))
