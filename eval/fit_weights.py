"""Fit the coefficients of the reader: `python -m eval.fit_weights`.

Logistic regressions: one ranks the passages of a question, one decides whether the best of them
answers, one tells whether the span found in it is the very answer. Each coefficient has a Gaussian
prior around a value that says what the feature is for (a missing year speaks against an answer), in
the manner of Gelman, Jakulin, Pittau and Su, 2008, "A weakly informative default prior distribution
for logistic and other regression models". Figures printed are from cross-validation by group of
questions, so that no question is judged by coefficients that saw it in another language.

What is fitted on: the documents and questions of `eval/data/invented/decision`, which the reader
never saw in training, and shipped sets (`policy-dev` and `policy-hard`, or those that are named);
never `policy-check`. The threshold is chosen on the first of them: the invented questions are
traps far more often than what people ask.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from chatbot.engine import Resources, open_engine
from chatbot.logistic import decision_features, linear, sigmoid
from chatbot.pipeline import Ask, State, converse_step
from chatbot.question import Query
from chatbot.reader import Reading
from chatbot.retrieve import retrieve
from chatbot.weighing import WeighingReader
from corpus.settings import Settings, load_settings
from eval.datasets.policy import read_questions
from eval.datasets.shipped import question_file
from eval.metrics.text import holds, is_passage
from eval.train.written import INVENTED

Floats = NDArray[np.float64]

RANK_PRIOR = {
    "fused": 6.0, "dense": 8.0, "lexical": 2.5, "sentence": 3.0, "coverage": 1.0,
    "name_missing": -2.0, "notion_missing": -0.5, "word_missing": -0.3, "year_missing": -3.0,
    "type_missing": -1.0, "ordinal": 3.0, "ordinal_missing": -2.0, "list_lines": 2.0,
    "list_count": 2.0, "list_none": -0.5, "subject": 0.7, "demand_missing": -0.5,
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
    "figure_missing": -1.0, "rank_missing": -2.5, "contact": -4.0,
    "name_nested": -1.5, "place_nested": -3.5,
    "net_answer": 1.5, "net_relevance": 0.5, "net_other": 0.0, "span_score": 0.2,
    "span_margin": 0.1, "span_same": 0.3, "span_other": -0.2, "span_kind_wrong": -1.0,
    "span_unit_wrong": -1.0, "span_period_wrong": -2.0,
}  # fmt: skip
SHORT_PRIOR = {
    "net_answer": 0.5, "span_score": 0.3, "span_margin": 0.7, "span_same": 1.0, "span_other": -0.7,
    "span_long": -0.3, "span_kind_wrong": -1.5, "span_unit_wrong": -1.5, "span_period_wrong": -2.0,
}  # fmt: skip
FOLDS = 8
DOCUMENTS = INVENTED / "decision"
DEFAULT = ("policy-dev", "policy-hard")
FALSE_REFUSALS = 0.02
"""Share of the first set's answerable questions that may be refused in cross-validation."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the readings of its passages, and which of them answer it.

    `right`: whether the span found in a passage that answers is an accepted answer and little more;
    None where the passage does not answer or no span was found.
    """

    group: str
    answerable: bool
    query: Query
    readings: tuple[Reading, ...]
    gold: tuple[bool, ...]
    right: tuple[bool | None, ...]


def fit(x: Floats, y: Floats, w: Floats, prior: Floats, strength: float) -> Floats:
    """Weighted logistic regression with the prior N(prior, 1/strength); the last column is 1."""
    free = np.ones(x.shape[1])
    free[-1] = 1e-3  # the bias is hardly held

    def loss(beta: Floats) -> tuple[float, Floats]:
        z = x @ beta
        p = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
        off = beta - prior
        value = float(np.sum(w * (np.logaddexp(0, z) - y * z)))
        value += 0.5 * strength * float(np.sum(free * off**2))
        return value, x.T @ (w * (p - y)) + strength * free * off

    return np.asarray(minimize(loss, prior, jac=True, method="L-BFGS-B").x)


def cases(file: Path, resources: Resources) -> list[Case]:
    """Read the passages found for every question of a set."""
    out: list[Case] = []
    for asked in read_questions(file):
        query = converse_step(State(Ask(asked.question, asked.history), resources)).query
        if query is None or query.kind == "comparison":
            continue
        hits = retrieve(
            resources.snapshot, resources.encoder, resources.segmenter, query,
            resources.settings.candidates,
        )  # fmt: skip
        if not hits:
            continue
        readings = resources.reader.read(query, hits)
        gold = tuple(is_passage(r.hit.passage.text, asked.passage) for r in readings)
        right = tuple(
            _right(r.short, asked.answers) if g and r.short else None
            for r, g in zip(readings, gold, strict=True)
        )
        out.append(Case(asked.group, asked.answerable, query, readings, gold, right))
    return out


def _right(short: str, accepted: Sequence[str]) -> bool:
    return any(holds(short, a) and len(short) <= 2 * len(a) + 6 for a in accepted)


def resources_for(settings: Settings, folder: Path, network: bool) -> Resources:
    """An index of the documents in a folder, and a reader that gives every short answer."""
    settings = settings.with_(
        sources=folder,
        index=settings.cache / "fit" / folder.name,
        reader=settings.reader if network else "none",
    )
    resources = open_engine(settings).resources()
    reader = resources.reader
    if isinstance(reader, WeighingReader):
        reader.weights = replace(reader.weights, short={})
    return resources


def _matrix(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> Floats:
    return np.array([[row.get(name, 0.0) for name in names] + [1.0] for row in rows])


def _weights(beta: Floats, names: Sequence[str]) -> dict[str, float]:
    rounded = [round(float(b), 4) for b in beta]
    return {**dict(zip(names, rounded, strict=False)), "bias": rounded[-1]}


def fit_rank(train: Sequence[Case], strength: float = 4.0) -> dict[str, float]:
    """Coefficients that put the passage that answers first."""
    train = [c for c in train if c.answerable and any(c.gold)]
    names = sorted({n for c in train for r in c.readings for n in r.features})
    names = [n for n in names if n in RANK_PRIOR]
    x = _matrix([r.features for c in train for r in c.readings], names)
    y = np.array([float(g) for c in train for g in c.gold])
    prior = np.array([RANK_PRIOR[n] for n in names] + [-8.0])
    return _weights(fit(x, y, np.where(y > 0, 3.0, 1.0), prior, strength), names)


def rank(case: Case, weights: Mapping[str, float]) -> Case:
    """A case with its readings in the order of a model."""
    scored = [replace(r, score=linear(r.features, weights)) for r in case.readings]
    order = sorted(range(len(scored)), key=lambda i: -scored[i].score)
    return replace(
        case,
        readings=tuple(scored[i] for i in order),
        gold=tuple(case.gold[i] for i in order),
        right=tuple(case.right[i] for i in order),
    )


def fit_short(train: Sequence[Case], strength: float = 2.0) -> dict[str, float]:
    """Coefficients that tell whether the span found in a passage that answers is the answer."""
    rows = [
        (r.features, float(right))
        for c in train
        for r, right in zip(c.readings, c.right, strict=True)
        if right is not None
    ]
    names = list(SHORT_PRIOR)
    x = _matrix([features for features, _ in rows], names)
    prior = np.array([*SHORT_PRIOR.values(), 0.0])
    return _weights(
        fit(x, np.array([y for _, y in rows]), np.ones(len(rows)), prior, strength), names
    )


def fit_decide(train: Sequence[Case], strength: float = 2.0) -> dict[str, float]:
    """Coefficients that tell whether the best reading answers."""
    train = [c for c in train if c.readings]
    known = {n for c in train for n in decision_features(c.query, c.readings)}
    names = [n for n in DECIDE_PRIOR if n in known]
    x = _matrix([decision_features(c.query, c.readings) for c in train], names)
    y = np.array([float(c.answerable) for c in train])
    w = np.where(y > 0, 1.0, float(y.sum() / max((1 - y).sum(), 1)))
    prior = np.array([*(DECIDE_PRIOR[n] for n in names), 0.0])
    return _weights(fit(x, y, w, prior, strength), names)


def decided(case: Case, weights: Mapping[str, float]) -> float:
    """Probability that the best reading of a ranked case answers."""
    return sigmoid(linear(decision_features(case.query, case.readings), weights))


def cross_validate(data: Sequence[Case]) -> tuple[list[float], list[Case]]:
    """Probabilities and ranked cases, each by models that did not see its group."""
    groups = sorted({c.group for c in data})
    fold_of = {g: i % FOLDS for i, g in enumerate(groups)}
    p: list[float] = [0.0] * len(data)
    ranked: list[Case] = list(data)
    for k in range(FOLDS):
        train = [c for c in data if fold_of[c.group] != k]
        by = fit_rank(train)
        decide = fit_decide([rank(c, by) for c in train if c.readings])
        for i, case in enumerate(data):
            if fold_of[case.group] == k and case.readings:
                ranked[i] = rank(case, by)
                p[i] = decided(ranked[i], decide)
    return p, ranked


def fit_all(sets: Mapping[str, Sequence[Case]], say: Callable[[str], Any]) -> dict[str, Any]:
    """Fit on all sets, tell the figures of cross-validation, return what `weights.json` holds.

    The threshold is chosen on the first set.
    """
    data = [case for one in sets.values() for case in one]
    p, ranked = cross_validate(data)
    begin = 0
    for i, (name, one) in enumerate(sets.items()):
        mine = range(begin, begin + len(one))
        begin += len(one)
        yes = [k for k in mine if data[k].answerable]
        no = [k for k in mine if not data[k].answerable]
        if i == 0:
            # From cross-validation: on what it was fitted on, a model is surer than elsewhere.
            threshold = round(float(np.quantile([p[k] for k in yes], FALSE_REFUSALS)), 4)
        first = np.mean([ranked[k].gold[0] for k in yes if any(data[k].gold)])
        refused = np.mean([p[k] < threshold for k in no])
        false = np.mean([p[k] < threshold for k in yes])
        say(
            f"  {name}, {len(one)} questions, cross-validated: right passage first {first:.3f}, "
            f"refused {refused:.3f} of the unanswerable and {false:.3f} of the others"
        )
    by = fit_rank(data)
    decide = fit_decide([rank(c, by) for c in data])
    found = {"rank": by, "decide": decide, "threshold": threshold}
    spans = any(right is not None for c in data for right in c.right)
    return {**found, "short": fit_short(data)} if spans else found


def main(
    argv: Sequence[str], say: Callable[[str], Any] = lambda s: sys.stdout.write(s + "\n")
) -> int:
    """Fit, with the network and without, and write `chatbot/weights.json`.

    `argv` names shipped sets to fit on besides the invented documents.
    """
    settings = load_settings()
    files = [question_file(name) for name in argv or DEFAULT]
    fitted: dict[str, Any] = {}
    for kind in ("network", "rules"):
        shipped = resources_for(settings, settings.sources, kind == "network")
        sets = {f.stem: cases(f, shipped) for f in files}
        own = resources_for(settings, DOCUMENTS, kind == "network")
        sets["invented"] = [c for f in sorted(DOCUMENTS.glob("*.jsonl")) for c in cases(f, own)]
        say(f"{kind}:")
        fitted[kind] = fit_all(sets, say)
    write_weights(fitted)
    return 0


def write_weights(fitted: Mapping[str, Any]) -> None:
    """Write what the reader reads: coefficients with the network (`network`) and without."""
    out = Path(__file__).parents[1] / "chatbot" / "weights.json"
    out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
