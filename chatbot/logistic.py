"""The logistic models of the reader: coefficients are data, fitted by `eval.fit_weights`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from chatbot.question import Query
from chatbot.reader import Reading

_COEFFICIENTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Logistic models by feature, each with its `bias`, and where to refuse.

    `rank` tells the passage that answers from the others; `decide` tells whether the best one
    answers; below the probability `threshold` the question is refused. `span` tells the span of a
    passage that is the short answer from the others, `short` whether the one chosen is right.
    """

    rank: Mapping[str, float]
    decide: Mapping[str, float]
    threshold: float
    span: Mapping[str, float] = field(default_factory=dict)
    short: Mapping[str, float] = field(default_factory=dict)


@lru_cache(maxsize=2)
def coefficients(with_network: bool) -> Coefficients:
    """The fitted coefficients that come with the program, for reading with a network or without."""
    sets = json.loads(_COEFFICIENTS.read_text(encoding="utf-8"))
    return Coefficients(**sets["network" if with_network else "rules"])


def linear(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The bias and the weighted sum of features; a feature without a weight counts nothing."""
    return weights.get("bias", 0.0) + sum(weights.get(k, 0.0) * v for k, v in features.items())


def sigmoid(z: float) -> float:
    """1 / (1 + exp(-z)), safe for any z."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def decision_features(query: Query, readings: Sequence[Reading], i: int = 0) -> dict[str, float]:
    """The features of the decision on reading `i` of readings sorted by score."""
    other = readings[1 if i == 0 else 0].score if len(readings) > 1 else readings[i].score - 1
    return {
        **readings[i].features,
        "net_other": max(
            (r.features.get("net_answer", 0.0) for k, r in enumerate(readings) if k != i),
            default=0.0,
        ),
        "rank_score": readings[i].score,
        "margin": readings[i].score - other,
        "latin": float(not query.is_chinese),
    }
