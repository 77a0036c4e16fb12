"""How good fitted models are on questions they did not see, and what each evidence is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from chatbot.logistic import linear, sigmoid
from eval.fit_models import DECIDE_PRIOR, RANK_PRIOR, Case, fit_models, judged
from eval.metrics.aggregate import auroc

Sets = Mapping[str, Sequence[Case]]
Models = Mapping[str, Mapping[str, float]]
FOLDS = 8

GROUPS: Mapping[str, tuple[str, ...]] = {
    "the network": ("net_", "span_"),
    "its spans": ("span_",),
    "names, years and words that are missing": (
        "coverage", "name_", "notion_", "word_", "year_", "place_", "sentence", "subject",
        "demand_", "focus_", "action_", "figure_", "rank_missing",
    ),
    "the kind that is asked for": (
        "type_", "list_", "ordinal", "direction_", "procedure", "reason", "contact",
    ),
    "the scores of the search": ("fused", "dense", "lexical", "similarity"),
}  # fmt: skip
"""Groups of features by the beginnings of their names; each is left out in an ablation."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A case with its readings best first, judged by models that did not see its group.

    `answers`: probability that the first reading answers; `short`: that its short answer is right.
    """

    case: Case
    answers: float
    short: float


def cross_validate(
    sets: Sets, fit: Callable[[Sequence[Case]], Models]
) -> dict[str, tuple[Tried, ...]]:
    """Judge the cases of each set by models fitted to all sets' other groups of questions."""
    data = [case for one in sets.values() for case in one]
    groups = sorted({c.group for c in data})
    fold_of = {g: i % FOLDS for i, g in enumerate(groups)}
    models = [fit([c for c in data if fold_of[c.group] != k]) for k in range(FOLDS)]
    return {
        name: tuple(_try(case, models[fold_of[case.group]]) for case in one)
        for name, one in sets.items()
    }


def _try(case: Case, models: Models) -> Tried:
    found, p = judged(case, models)
    first = found.readings[0].features if found.readings else {}
    return Tried(found, p, sigmoid(linear(first, models.get("short", {}))))


def figures(tried: Sequence[Tried], threshold: float) -> dict[str, float]:
    """The figures of judged cases: ranking, decision, and short answers where there are any.

    `first`: the passage that answers is the first. `span`: the span chosen in it is right; `given`:
    the model holds it to be; `right`: it is, where it is given.
    """
    p = np.array([t.answers for t in tried])
    yes = np.array([t.case.answerable for t in tried], dtype=bool)
    area = auroc(p, yes.astype(float))
    out = {
        "first": _mean([t.case.gold[0] for t in tried if t.case.answerable and any(t.case.gold)]),
        "auroc": float("nan") if area is None else area,
        "refused": _mean(p[~yes] < threshold),
        "falsely": _mean(p[yes] < threshold),
    }
    told = [(t.case.told[0], t.short) for t in tried if t.case.told and t.case.gold[0]]
    spans = [(good, short) for good, short in told if good is not None]
    if spans:
        out["span"] = _mean([good for good, _ in spans])
        out["given"] = _mean([short >= 0.5 for _, short in spans])
        out["right"] = _mean([good for good, short in spans if short >= 0.5])
    return out


def _mean(values: Sequence[bool] | np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def ablation(sets: Sets, threshold: float) -> Iterator[str]:
    """Lines of a Markdown table: the figures of each set without one group of features."""
    names = ("first", "auroc", "refused", "falsely")
    yield "| without | " + " | ".join(f"{s}: {n}" for s in sets for n in names) + " |"
    yield "| --- |" + " --- |" * (len(sets) * len(names))
    known = {*RANK_PRIOR, *DECIDE_PRIOR}
    groups = {title: {n for n in known if n.startswith(g)} for title, g in GROUPS.items()}
    variants: dict[str, tuple[set[str], set[str]]] = {
        "(nothing)": (set(), set()),
        **{title: (g, g) for title, g in groups.items()},
    }
    variants["the network in the order of passages"] = (groups["the network"], set())
    for title, (rank, decide) in variants.items():
        fit = partial(fit_models, rank_without=rank, decide_without=decide)
        tried = cross_validate(sets, fit)
        cells = [f"{figures(tried[s], threshold)[n]:.3f}" for s in sets for n in names]
        yield f"| {title} | " + " | ".join(cells) + " |"
