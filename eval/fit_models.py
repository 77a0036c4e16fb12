"""The logistic models of the reader, fitted to cases: see `eval.fit_weights`.

Each coefficient has a Gaussian prior around a value that says what the feature is for (a missing
year speaks against an answer), in the manner of Gelman, Jakulin, Pittau and Su, 2008, "A weakly
informative default prior distribution for logistic and other regression models".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from chatbot.logistic import decision_features, linear, sigmoid
from chatbot.proposals import choose, told
from chatbot.question import Query
from chatbot.reader import Reading

Floats = NDArray[np.float64]

RANK_PRIOR = {
    "fused": 6.0, "dense": 8.0, "lexical": 2.5, "sentence": 3.0, "coverage": 1.0,
    "name_missing": -2.0, "notion_missing": -0.5, "word_missing": -0.3, "year_missing": -3.0,
    "type_missing": -1.0, "ordinal": 3.0, "ordinal_missing": -2.0, "list_lines": 2.0,
    "list_lead": 2.5, "list_count": 2.0, "list_none": -0.5, "subject": 0.7, "demand_missing": -0.5,
    "focus_missing": -0.7, "action_missing": -0.7, "direction_wrong": -0.5,
    "figure_missing": -1.0, "rank_missing": -1.5, "name_nested": -1.0, "place_nested": -1.0,
    "net_answer": 1.5, "net_relevance": 1.0, "net_unread": -1.0,
}  # fmt: skip
DECIDE_PRIOR = {
    "rank_score": 0.3, "margin": 0.1, "similarity": 1.0, "coverage": 2.0, "sentence": 1.0,
    "name_missing": -2.5, "notion_missing": -1.0, "word_missing": -1.5, "year_missing": -4.0,
    "type_missing": -1.2, "demand_missing": -1.5, "focus_missing": -1.5, "action_missing": -1.5,
    "direction_wrong": -3.5, "procedure": -2.5, "reason": -2.0, "latin": 0.5,
    "ordinal": 1.0, "ordinal_missing": -1.0, "list_none": -0.3, "list_lines": 0.5,
    "list_lead": 0.5, "figure_missing": -1.0, "rank_missing": -2.5, "contact": -4.0,
    "name_nested": -1.5, "place_nested": -3.5,
    "net_answer": 1.5, "net_relevance": 0.5, "net_other": 0.0, "span_score": 0.2,
    "span_margin": 0.1, "span_same": 0.2, "span_clear": 0.2, "span_other": -0.2,
    "span_kind_wrong": -1.0, "span_unit_wrong": -1.0, "span_period_wrong": -2.0,
}  # fmt: skip
SPAN_PRIOR = {
    "span_score": 0.5, "span_behind": -1.5, "span_sentence": 1.0, "span_same": 0.5,
    "span_clear": 1.0, "span_near": 0.3, "span_foreign": 3.0, "span_other": -0.5,
    "span_long": -0.2, "span_asked": -1.5, "span_bare": -1.0, "span_several": -1.5,
    "span_kind_wrong": -2.0, "span_unit_wrong": -1.5, "span_period_wrong": -2.0,
}  # fmt: skip
SHORT_PRIOR = {
    "net_answer": 0.5, "span_score": 0.3, "span_behind": -0.5, "span_margin": 1.0,
    "span_sentence": 0.5, "span_same": 0.3, "span_clear": 1.0, "span_near": 0.3,
    "span_foreign": 2.0, "span_other": -0.5, "span_long": -0.3, "span_asked": -1.5,
    "span_bare": -1.0, "span_several": -1.5, "span_kind_wrong": -1.5,
    "span_unit_wrong": -1.5, "span_period_wrong": -2.0,
}  # fmt: skip
CERTAIN = {"name_missing": -3.5, "year_missing": -3.5}
"""Coefficients of the decision that may not be weaker, whatever the sets say: an answer of another
name or year is wrong, and the invented documents hold few names that the glossary knows."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the readings of its passages, and which of them answer it.

    `right`: for each reading of a passage that answers, which of its proposals is an accepted
    answer and little more; empty for the others. `told`: whether the chosen proposal of each is;
    None where the passage does not answer, or a span alone cannot answer such a question.
    """

    group: str
    answerable: bool
    query: Query
    readings: tuple[Reading, ...]
    gold: tuple[bool, ...]
    right: tuple[tuple[bool, ...], ...]
    told: tuple[bool | None, ...] = ()


def fit(
    rows: Sequence[Mapping[str, float]],
    y: Floats,
    w: Floats,
    prior: Mapping[str, float],
    strength: float,
    bias: float = 0.0,
    most: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, float]:
    """Logistic regression weighted by `w` with the prior N(prior, 1/strength).

    No coefficient takes the other sign than its prior: what is missing never speaks for an answer,
    however the few cases of a set fall. `most` are upper bounds of some.
    """
    names = list(prior)
    x = np.array([[row.get(name, 0.0) for name in names] + [1.0] for row in rows])
    middle = np.array([*prior.values(), bias])
    free = np.ones(x.shape[1])
    free[-1] = 1e-3  # the bias is hardly held

    def loss(beta: Floats) -> tuple[float, Floats]:
        z = x @ beta
        p = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
        off = beta - middle
        value = float(np.sum(w * (np.logaddexp(0, z) - y * z)))
        value += 0.5 * strength * float(np.sum(free * off**2))
        return value, x.T @ (w * (p - y)) + strength * free * off

    bounds = [
        (0.0 if prior[n] > 0 else None, most.get(n, 0.0 if prior[n] < 0 else None)) for n in names
    ]
    beta = minimize(loss, middle, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    found = [round(float(b), 4) for b in beta]
    return {**dict(zip(names, found, strict=False)), "bias": found[-1]}


def fit_rank(
    train: Sequence[Case], without: Collection[str] = (), strength: float = 16.0
) -> dict[str, float]:
    """Coefficients that put the passage that answers first."""
    train = [c for c in train if c.answerable and any(c.gold)]
    rows = [r.features for c in train for r in c.readings]
    y = np.array([float(g) for c in train for g in c.gold])
    prior = _known(RANK_PRIOR, rows, without)
    return fit(rows, y, np.where(y > 0, 3.0, 1.0), prior, strength, bias=-8.0)


def _known(
    prior: Mapping[str, float], rows: Sequence[Mapping[str, float]], without: Collection[str]
) -> dict[str, float]:
    """The features of a prior that are seen at all: those of the network are not without it."""
    seen = {name for row in rows for name, value in row.items() if value}.difference(without)
    return {name: value for name, value in prior.items() if name in seen}


def rank(case: Case, weights: Mapping[str, float]) -> Case:
    """A case with its readings in the order of a model."""
    scored = [replace(r, score=linear(r.features, weights)) for r in case.readings]
    order = sorted(range(len(scored)), key=lambda i: -scored[i].score)
    return replace(
        case,
        readings=tuple(scored[i] for i in order),
        gold=tuple(case.gold[i] for i in order),
        right=tuple(case.right[i] for i in order),
        told=tuple(case.told[i] for i in order) if case.told else (),
    )


def fit_span(train: Sequence[Case], strength: float = 4.0) -> dict[str, float]:
    """Coefficients that tell the proposal that is the answer from the others of its passage."""
    readings = [
        (reading.proposals, right)
        for c in train
        for reading, right in zip(c.readings, c.right, strict=True)
        if any(right)
    ]
    rows = [p.features for proposals, _ in readings for p in proposals]
    y = np.array([float(one) for _, right in readings for one in right])
    w = np.array([1 / len(right) for _, right in readings for _ in right])
    return fit(rows, y, w, SPAN_PRIOR, strength)


def chosen(case: Case, weights: Mapping[str, float]) -> Case:
    """A case in which each reading has the features of the proposal that a model chooses."""
    readings: list[Reading] = []
    good_ones: list[bool | None] = []
    for reading, right in zip(case.readings, case.right, strict=True):
        features, good = reading.features, None
        if reading.proposals:
            best = choose(reading.proposals, reading.source, weights)
            features = {**features, **best.features}
            if right:
                places = [(p.start, p.end) for p in reading.proposals]
                at = places.index((best.start, best.end))
                good = (
                    right[at] if told(case.query, reading.source, reading.language, best) else None
                )
        readings.append(replace(reading, features=features))
        good_ones.append(good)
    return replace(case, readings=tuple(readings), told=tuple(good_ones))


def fit_short(train: Sequence[Case], strength: float = 2.0) -> dict[str, float]:
    """Coefficients that tell whether the proposal that was chosen is right."""
    rows = [
        (reading.features, good)
        for c in train
        for reading, good in zip(c.readings, c.told, strict=True)
        if good is not None
    ]
    y = np.array([float(good) for _, good in rows])
    return fit([features for features, _ in rows], y, np.ones(len(y)), SHORT_PRIOR, strength)


def fit_decide(
    train: Sequence[Case], without: Collection[str] = (), strength: float = 2.0
) -> dict[str, float]:
    """Coefficients that tell whether the best reading answers."""
    train = [c for c in train if c.readings]
    rows = [decision_features(c.query, c.readings) for c in train]
    y = np.array([float(c.answerable) for c in train])
    w = np.where(y > 0, 1.0, float(y.sum() / max((1 - y).sum(), 1)))
    return fit(rows, y, w, _known(DECIDE_PRIOR, rows, without), strength, most=CERTAIN)


def fit_models(
    train: Sequence[Case], rank_without: Collection[str] = (), decide_without: Collection[str] = ()
) -> dict[str, dict[str, float]]:
    """All models, each on what the ones before make of the cases; some may lack features."""
    models: dict[str, dict[str, float]] = {}
    if any(any(right) for c in train for right in c.right):
        models["span"] = fit_span(train)
        train = [chosen(c, models["span"]) for c in train]
        models["short"] = fit_short(train)
    models["rank"] = fit_rank(train, rank_without)
    ranked = [rank(c, models["rank"]) for c in train]
    models["decide"] = fit_decide(ranked, decide_without)
    return models


def judged(case: Case, models: Mapping[str, Mapping[str, float]]) -> tuple[Case, float]:
    """A case with its readings best first, and the probability that the best one answers."""
    if not case.readings:
        return case, 0.0
    case = rank(chosen(case, models["span"]) if "span" in models else case, models["rank"])
    z = linear(decision_features(case.query, case.readings), models["decide"])
    return case, sigmoid(z)
