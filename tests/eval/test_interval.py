"""Intervals and paired comparisons: against scipy, by hand, and on simulated data."""

from __future__ import annotations

import itertools
import math
import random
import time

import numpy as np
import pytest
from scipy.stats import bootstrap, kstest, permutation_test

from corpus.errors import InputError
from eval.metrics.aggregate import Measure, aggregate
from eval.metrics.interval import interval, intervals, paired
from eval.metrics.resample import multiplicities, statistic

MEAN = Measure("em", "mean", True)
SUM = Measure("figures", "sum", False)
AUROC = Measure("auroc", "auroc", True)
ECE = Measure("ece", "ece", False)
ALL = [MEAN, SUM, AUROC, ECE]


def rows_of(measure, values, groups=None):
    """Rows with ids in the order of the values."""
    return [
        {"id": f"{i:05}", "group": groups[i] if groups else "", "values": {measure.name: value}}
        for i, value in enumerate(values)
    ]


def clustered(rng, clusters, size=4, shift=0.0):
    """Right or wrong of questions in several languages, alike within a question."""
    ease = np.clip(rng.beta(0.6, 0.6, clusters) + shift, 0, 1)
    values = (rng.random((clusters, size)) < ease[:, None]).astype(float)
    return values.ravel().tolist(), [f"g{i // size:04}" for i in range(clusters * size)]


# Intervals


def test_without_groups_it_is_scipys_percentile_interval():
    values = np.random.default_rng(5).random(80)
    expected = bootstrap(
        (values,), np.mean, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert interval(MEAN, rows_of(MEAN, values.tolist())) == pytest.approx(tuple(expected))


def test_all_resamples_of_two_rows():
    # Means of two draws of 0 and 1: 0, 1/2, 1/2, 1. The outer quarters hold the ends.
    assert interval(MEAN, rows_of(MEAN, [0.0, 1.0])) == (0, 1)
    assert interval(SUM, rows_of(SUM, [0.0, 3.0])) == (0, 6)


def test_coverage_of_clustered_data_is_about_what_it_says():
    truth = 0.5
    hit = naive = 0
    trials = 300
    for seed in range(trials):
        values, groups = clustered(np.random.default_rng(seed), 60)
        low, high = interval(MEAN, rows_of(MEAN, values, groups), resamples=400)
        hit += low <= truth <= high
        low, high = interval(MEAN, rows_of(MEAN, values), resamples=400)
        naive += low <= truth <= high
    assert 0.90 <= hit / trials <= 0.985
    assert naive / trials < 0.85  # what ignoring the groups would do


def test_copies_of_rows_add_nothing():
    rng = np.random.default_rng(2)
    values = (rng.random(100) < 0.7).astype(float).tolist()
    groups = [f"g{i:04}" for i in range(100)]
    once = interval(MEAN, rows_of(MEAN, values, groups))
    four = interval(MEAN, rows_of(MEAN, values * 4, groups * 4))
    naive = interval(MEAN, rows_of(MEAN, values * 4))
    assert four == pytest.approx(once)
    assert 1.6 < (four[1] - four[0]) / (naive[1] - naive[0]) < 2.4  # √4


def test_auroc_interval_against_scipy():
    rng = np.random.default_rng(8)
    labels = (rng.random(150) < 0.4).astype(float)
    scores = np.round(labels * 0.5 + rng.normal(size=150), 1)
    values = np.column_stack([scores, labels]).tolist()

    def one(s, y):
        return aggregate(AUROC, np.column_stack([s, y]).tolist())

    low, high = interval(AUROC, rows_of(AUROC, values))
    expected = bootstrap(
        (scores, labels), one, paired=True, vectorized=False, n_resamples=1000,
        method="percentile", rng=np.random.default_rng(4),
    ).confidence_interval  # fmt: skip
    assert (low, high) == pytest.approx(tuple(expected), abs=0.015)
    assert low < aggregate(AUROC, values) < high


@pytest.mark.parametrize("measure", ALL)
def test_weighted_statistic_is_the_aggregate_of_repeated_rows(measure):
    rng = np.random.default_rng(1)
    table = np.column_stack([rng.integers(0, 11, 60) / 10, rng.integers(0, 2, 60)]).astype(float)
    table = table if measure.paired else table[:, :1]
    cluster = rng.integers(0, 9, 60)
    weights = multiplicities(rng.integers(0, 9, (25, 9)), 9)
    assert weights.sum(axis=1).tolist() == [9] * 25
    values = statistic(measure, cluster, table, 9)(weights)
    for weight, value in zip(weights, values, strict=True):
        repeated = np.repeat(table, weight.astype(int)[cluster], axis=0)
        plain = repeated.tolist() if measure.paired else repeated[:, 0].tolist()
        assert value == pytest.approx(aggregate(measure, plain))


def test_seeded_and_not_depending_on_the_order_of_rows():
    values, groups = clustered(np.random.default_rng(3), 50)
    rows = rows_of(MEAN, values, groups)
    shuffled = random.Random(1).sample(rows, len(rows))
    assert interval(MEAN, rows) == interval(MEAN, rows) == interval(MEAN, shuffled)
    assert interval(MEAN, rows) != interval(MEAN, rows, seed=1)


def test_measures_that_do_not_apply_everywhere():
    values = [None] * 30 + [1.0, 0.0, 1.0]
    # Some resamples have none of the three rows; they must not turn up as NaN or 0.
    low, high = interval(MEAN, rows_of(MEAN, values))
    assert 0 <= low < 2 / 3 < high <= 1
    rare = interval(AUROC, rows_of(AUROC, [[0.5, 1], *[[i / 40, 0] for i in range(40)]]))
    assert all(map(math.isfinite, rare))


def test_edges():
    for measure in ALL:
        assert interval(measure, []) is None
        assert interval(measure, rows_of(measure, [None, None])) is None
    assert interval(AUROC, rows_of(AUROC, [[0.5, 1], [0.6, 1]])) is None
    assert interval(MEAN, rows_of(MEAN, [0.3])) == (0.3, 0.3)
    assert interval(ECE, rows_of(ECE, [[0.8, 1]])) == pytest.approx((0.2, 0.2))
    assert interval(MEAN, rows_of(MEAN, [0.1] * 70)) == (0.1, 0.1)
    assert interval(MEAN, rows_of(MEAN, [1.0, 0.0], ["g", "g"])) == (0.5, 0.5)
    assert interval(MEAN, rows_of(MEAN, [None, 0.4, None])) == (0.4, 0.4)
    assert intervals([MEAN, SUM], rows_of(MEAN, [0.0, 1.0])) == {"em": (0.0, 1.0)}


def test_thousands_of_rows_in_seconds():
    rng = np.random.default_rng(0)
    means = [Measure(f"m{i}", "mean", True) for i in range(10)]
    rows = []
    for i, (values, score) in enumerate(zip(rng.random((7000, 10)), rng.random(7000), strict=True)):
        pair = [float(score), int(rng.random() < score)]
        named = {m.name: float(v) for m, v in zip(means, values, strict=True)}
        rows.append({"id": str(i), "values": {**named, "auroc": pair, "ece": pair}})
    # Processor time of this thread: others may be using the machine.
    start = time.thread_time()
    assert len(intervals(means, rows)) == 10
    assert time.thread_time() - start < 2
    start = time.thread_time()
    assert len(intervals([AUROC, ECE], rows)) == 2
    assert time.thread_time() - start < 5


# Paired comparison


def test_difference_by_hand():
    # All three questions get better: of the 8 swaps, none and all are as extreme.
    a, b = rows_of(MEAN, [0.0, 0.0, 0.2]), rows_of(MEAN, [1.0, 0.5, 0.8])
    result = paired(MEAN, a, b)
    assert (result.a, result.b) == (pytest.approx(0.2 / 3), pytest.approx(2.3 / 3))
    assert result.difference == pytest.approx(0.7)
    assert result.p == 2 / 8
    assert result.n == 3
    assert result.low == pytest.approx(0.5)
    assert result.high == pytest.approx(1.0)
    back = paired(MEAN, b, a)
    assert (back.difference, back.low, back.high, back.p) == pytest.approx((-0.7, -1, -0.5, 0.25))


def test_groups_are_swapped_whole():
    # Two groups of three rows: 4 swaps, of which none and all are as extreme. Rows alone: 2 of 64.
    groups = ["x", "x", "x", "y", "y", "y"]
    a, b = [0.0] * 6, [1.0] * 6
    assert paired(MEAN, rows_of(MEAN, a, groups), rows_of(MEAN, b, groups)).p == 0.5
    assert paired(MEAN, rows_of(MEAN, a), rows_of(MEAN, b)).p == 2 / 64


@pytest.mark.parametrize("size", [9, 60])
def test_p_is_that_of_scipy(size):
    rng = np.random.default_rng(size)
    a, b = rng.random(size), rng.random(size) + 0.08
    expected = permutation_test(
        (a, b),
        lambda x, y, axis: np.mean(y - x, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=10_000,
        rng=np.random.default_rng(0),
    ).pvalue
    result = paired(MEAN, rows_of(MEAN, a.tolist()), rows_of(MEAN, b.tolist()))
    # All swaps of 9 rows are tried by both; of 60 rows, other random ones.
    assert result.p == pytest.approx(expected, abs=1e-12 if size == 9 else 0.02)


def test_swaps_of_every_measure_by_brute_force():
    """All swaps of 6 groups, each aggregated from scratch, rows without value included."""
    rng = np.random.default_rng(12)
    for measure in (MEAN, SUM, ECE):
        groups = [f"g{i % 6}" for i in range(15)]
        runs = []
        for _ in range(2):
            values = [
                [float(s), int(y)] if measure.paired else float(s)
                for s, y in zip(rng.random(15), rng.integers(0, 2, 15), strict=True)
            ]
            runs.append([None if rng.random() < 0.3 else value for value in values])
        seen = abs(aggregate(measure, runs[1]) - aggregate(measure, runs[0]))
        count = 0
        for swap in itertools.product([0, 1], repeat=6):
            of_a = [runs[swap[i % 6]][i] for i in range(15)]
            of_b = [runs[1 - swap[i % 6]][i] for i in range(15)]
            count += abs(aggregate(measure, of_b) - aggregate(measure, of_a)) >= seen - 1e-12
        a, b = (rows_of(measure, run, groups) for run in runs)
        assert paired(measure, a, b).p == count / 64


def test_p_is_uniform_where_there_is_no_difference():
    ps = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        values, groups = clustered(rng, 40, size=3)
        noise = rng.normal(size=(2, 40)).repeat(3, axis=1)  # alike within a group
        a, b = (rows_of(MEAN, (np.array(values) + e).tolist(), groups) for e in noise)
        ps.append(paired(MEAN, a, b, resamples=10, permutations=400).p)
    assert kstest(ps, "uniform").pvalue > 0.01
    assert 0.02 <= np.mean(np.array(ps) <= 0.05) <= 0.085


def test_a_clear_difference_is_seen_and_a_zero_one_is_not():
    values, groups = clustered(np.random.default_rng(1), 80)
    better = [min(1.0, v + (i % 5 == 0)) for i, v in enumerate(values)]
    a, b = rows_of(MEAN, values, groups), rows_of(MEAN, better, groups)
    result = paired(MEAN, a, b)
    assert result.difference > 0
    assert result.p == pytest.approx(1 / 10_001)
    assert 0 < result.low < result.difference < result.high
    same = paired(MEAN, a, a)
    assert (same.difference, same.low, same.high, same.p) == (0, 0, 0, 1)


@pytest.mark.parametrize("measure", [AUROC, ECE])
def test_pairs_of_score_and_label(measure):
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 2, 200)
    sharp = np.clip(0.5 + (labels - 0.5) * 0.8 + rng.normal(0, 0.1, 200), 0, 1)
    blunt = np.clip(0.5 + rng.normal(0, 0.2, 200), 0, 1)
    a, b = (
        rows_of(measure, [[float(s), int(y)] for s, y in zip(run, labels, strict=True)])
        for run in (blunt, sharp)
    )
    result = paired(measure, a, b)
    assert (result.difference > 0) is measure.higher_is_better
    assert result.p < 0.01
    assert result.low < result.difference < result.high
    assert result.low * result.high > 0
    assert paired(measure, a, a).p == 1


def test_auroc_does_not_mind_the_scale_of_a_runs_scores():
    rng = np.random.default_rng(9)
    labels = rng.integers(0, 2, 120)
    scores = labels + rng.normal(0, 1.5, 120)
    other = labels + rng.normal(0, 1.5, 120)
    results = [
        paired(
            AUROC,
            rows_of(AUROC, [[float(s), int(y)] for s, y in zip(scores, labels, strict=True)]),
            rows_of(AUROC, [[float(f(s)), int(y)] for s, y in zip(other, labels, strict=True)]),
        )
        for f in (lambda s: s, lambda s: np.exp(s) + 100)
    ]
    assert results[0] == results[1]
    assert 0.01 < results[0].p <= 1


def test_rows_are_joined_by_id():
    a = rows_of(MEAN, [0.0, 1.0, 1.0])
    b = list(reversed(rows_of(MEAN, [1.0, 1.0])))
    result = paired(MEAN, a, b)
    assert (result.a, result.b, result.n) == (0.5, 1.0, 2)
    with pytest.raises(InputError, match="'00000' stands in a run twice"):
        paired(MEAN, [*a, a[0]], b)


def test_measures_that_apply_in_one_run_only():
    # Precision over refused questions: A refuses rows 0 to 2, B rows 2 and 3.
    a = rows_of(MEAN, [1.0, 0.0, 1.0, None, None])
    b = rows_of(MEAN, [None, None, 1.0, 1.0, None])
    result = paired(MEAN, a, b)
    assert (result.a, result.b, result.n) == (pytest.approx(2 / 3), 1.0, 4)
    assert result.difference == pytest.approx(1 / 3)
    # Rows 0, 1 and 3 differ. Means of A and B: 2/3 and 1 as they are, 1/2 and 1 with row 0 swapped,
    # 1 and 2/3 with row 1, 3/4 and 1 with row 3, which alone is less than the 1/3 that was seen;
    # the other four swaps are the mirrors of these.
    assert result.p == 6 / 8
    assert 0 <= result.low <= result.high <= 1


def test_differences_that_are_not_defined():
    a, none = rows_of(MEAN, [1.0, 0.0]), rows_of(MEAN, [None, None])
    result = paired(MEAN, a, none)
    assert (result.a, result.b, result.difference) == (0.5, None, None)
    assert (result.low, result.high, result.p, result.n) == (None, None, None, 2)
    assert paired(MEAN, a, []).n == 0
    single = paired(MEAN, a[:1], rows_of(MEAN, [0.0]))
    assert (single.difference, single.low, single.high, single.p) == (-1, -1, -1, 1)
