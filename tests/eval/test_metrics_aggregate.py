"""Aggregates and calibration, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from corpus.errors import InputError
from eval.metrics.aggregate import (
    Measure,
    aggregate,
    auroc,
    group_rows,
    percentiles,
    summarise,
    summarise_by,
)
from eval.metrics.calibration import brier, ece, reliability

MEAN = Measure("em", "mean", True)
SUM = Measure("figures", "sum", False)
AUROC = Measure("auroc", "auroc", True)
ECE = Measure("ece", "ece", False)


@pytest.mark.parametrize(
    ("measure", "values", "expected"),
    [
        (MEAN, [1, None, 0, 0.5], 0.5),
        (MEAN, [0.1] * 7, 0.1),
        (MEAN, [True, False], 0.5),
        (MEAN, [None], None),
        (MEAN, [], None),
        (SUM, [1, None, 2], 3),
        (SUM, [None], None),
        # 3 pairs of a 1 and a 0: 0.9 > 0.4, 0.4 = 0.4, 0.1 < 0.4
        (AUROC, [[0.9, 1], [0.4, 1], [0.1, 1], [0.4, 0]], 0.5),
        (AUROC, [[0.9, 1], None, [0.1, 0]], 1),
        (AUROC, [[0.9, 1], [0.1, 1]], None),
        (AUROC, [[0.9, 0]], None),
        # bin (0.8, 0.9]: 2 of confidence 0.9, one right: gap 0.4; bin (0.2, 0.3]: gap 0.3
        (ECE, [[0.9, 1], [0.9, 0], [0.3, 0], None], (2 * 0.4 + 0.3) / 3),
        (ECE, [None], None),
    ],
)
def test_aggregate(measure, values, expected):
    assert aggregate(measure, values) == (
        None if expected is None else pytest.approx(expected, rel=1e-15)
    )


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (MEAN, math.nan),
        (MEAN, math.inf),
        (MEAN, "1"),
        (MEAN, [1, 1]),
        (SUM, [1]),
        (AUROC, 0.5),
        (AUROC, [0.5, 2]),
        (AUROC, [math.nan, 1]),
        (AUROC, [0.5]),
        (ECE, [1.5, 1]),
    ],
)
def test_a_wrong_value_is_named(measure, value):
    with pytest.raises(InputError) as error:
        aggregate(measure, [None, value])
    assert measure.name in str(error.value)
    assert repr(value) in str(error.value)


def test_auroc_agrees_with_scikit_learn_also_with_ties():
    rng = np.random.default_rng(3)
    for _ in range(20):
        scores = rng.integers(0, 12, 200) / 4
        labels = (rng.random(200) < 0.3).astype(float)
        assert auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))


ROWS = [
    {"id": "1", "lang": "pt", "trap": "", "values": {"em": 1, "figures": 2}},
    {"id": "2", "lang": "en", "trap": "year", "values": {"em": 0}},
    {"id": "3", "lang": "pt", "values": {"em": None, "figures": 1}},
    {"id": "4", "lang": "pt", "values": {"em": 0}},
]


def test_summaries():
    assert summarise(ROWS, [MEAN, SUM, ECE]) == {"em": 1 / 3, "figures": 3, "ece": None}
    assert summarise_by(ROWS, [MEAN, SUM], "lang") == {
        "en": {"em": 0, "figures": None, "questions": 1},
        "pt": {"em": 0.5, "figures": 3, "questions": 3},
    }
    assert {k: len(v) for k, v in group_rows(ROWS, "trap").items()} == {"year": 1}
    assert summarise([], [MEAN]) == {"em": None}


def test_percentiles_are_of_the_nearest_rank():
    assert percentiles(range(1, 201)) == {"p50": 100, "p95": 190, "p99": 198}
    assert percentiles([7.0]) == {"p50": 7, "p95": 7, "p99": 7}
    assert percentiles([]) == {}


def test_reliability():
    pairs = [[0.0, 0], [0.1, 1], [0.3, 1], [0.7, 0], [0.65, 1], [1.0, 1]]
    bins = reliability(pairs)
    assert [b.count for b in bins] == [2, 0, 1, 0, 0, 0, 2, 0, 0, 1]
    assert [(b.low, b.high) for b in bins] == [(i / 10, (i + 1) / 10) for i in range(10)]
    assert (bins[0].confidence, bins[0].accuracy) == (0.05, 0.5)
    assert (bins[1].confidence, bins[1].accuracy) == (None, None)
    assert (bins[6].confidence, bins[6].accuracy) == (pytest.approx(0.675), 0.5)
    # gaps 0.45, 0.7, 0.175 and 0
    assert ece(pairs) == pytest.approx((2 * 0.45 + 0.7 + 2 * 0.175) / 6)
    assert [b.count for b in reliability(pairs, 2)] == [3, 3]
    assert [b.count for b in reliability([])] == [0] * 10
    assert ece([]) is None


def test_ece_of_a_calibrated_and_of_a_boastful_confidence():
    rng = np.random.default_rng(0)
    confidence = rng.random(20_000)
    right = rng.random(20_000) < confidence
    assert ece(list(zip(confidence, right.astype(int), strict=True))) < 0.02
    assert ece([[0.95, 0]] * 10) == pytest.approx(0.95)


def test_brier():
    assert brier([[0.8, 1], [0.4, 0]]) == pytest.approx((0.04 + 0.16) / 2)
    assert brier([]) is None
    rng = np.random.default_rng(1)
    confidence, label = rng.random(50), rng.integers(0, 2, 50)
    assert brier(list(zip(confidence, label, strict=True))) == pytest.approx(
        brier_score_loss(label, confidence)
    )


@pytest.mark.parametrize("pair", [[1.2, 1], [-0.1, 0], [0.5, 0.5], [math.nan, 1], [0.5]])
def test_a_wrong_pair_is_named(pair):
    with pytest.raises(InputError, match="label 0 or 1"):
        reliability([pair])


def test_bins_must_be_positive():
    with pytest.raises(InputError, match="bins is 0"):
        reliability([[0.5, 1]], bins=0)
