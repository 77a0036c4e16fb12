"""A measure as a function of how often each cluster of rows counts.

Drawing clusters with replacement and swapping clusters between two runs both come down to giving
every cluster a weight. Most measures need only a few totals of each cluster, so that thousands of
weightings are one matrix product; AUROC needs a pass over the sorted scores for each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from eval.metrics.aggregate import Measure
from eval.metrics.calibration import BINS, bin_numbers

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
# Weights (weightings, clusters) to values (weightings); NaN where the measure is not defined.
Statistic = Callable[[Floats], Floats]


def statistic(measure: Measure, cluster: Ints, table: Floats, clusters: int) -> Statistic:
    """The measure over values (m, 1 or 2), of which each belongs to a cluster below `clusters`.

    `cluster` has shape (m). With weights of 1 the result is `aggregate` of the values.
    """
    if measure.how == "auroc":
        return _auroc(cluster, table)
    if measure.how == "ece":
        # A bin's |accuracy - confidence| times its count is the absolute sum of their differences.
        gaps = table[:, 1] - table[:, 0]
        columns = np.eye(BINS)[bin_numbers(table[:, 0])] * gaps[:, None]
    else:
        columns = table
    columns = np.column_stack([columns, np.ones(len(table))])
    totals = np.column_stack([_totals(cluster, column, clusters) for column in columns.T])

    def value(weights: Floats) -> Floats:
        sums = weights @ totals
        sums, count = sums[:, :-1], sums[:, -1]
        if measure.how == "sum":
            return np.where(count > 0, sums[:, 0], np.nan)
        return _divide(np.abs(sums).sum(axis=1) if measure.how == "ece" else sums[:, 0], count)

    return value


def multiplicities(drawn: Ints, clusters: int) -> Floats:
    """How often each cluster was drawn: indices (b, draws) to counts (b, clusters)."""
    offsets = np.arange(len(drawn))[:, None] * clusters
    counts = np.bincount((drawn + offsets).ravel(), minlength=len(drawn) * clusters)
    return counts.reshape(len(drawn), clusters).astype(np.float64)


def _auroc(cluster: Ints, table: Floats) -> Statistic:
    scores, ones = table[:, 0], table[:, 1] == 1
    negative = np.flatnonzero(~ones)
    negative = negative[np.argsort(scores[negative], kind="stable")]
    # Of the sorted negatives, those before `low` score less than a positive, those before `high`
    # no more: with ties counting one half, it beats the mean of both.
    low = np.searchsorted(scores[negative], scores[ones], side="left")
    high = np.searchsorted(scores[negative], scores[ones], side="right")
    cluster_0, cluster_1 = cluster[negative], cluster[ones]

    def value(weights: Floats) -> Floats:
        below = np.zeros((len(weights), len(negative) + 1))
        np.cumsum(weights[:, cluster_0], axis=1, out=below[:, 1:])
        positive = weights[:, cluster_1]
        won = (positive * (below[:, low] + below[:, high])).sum(axis=1) / 2
        return _divide(won, positive.sum(axis=1) * below[:, -1])

    return value


def _totals(cluster: Ints, column: Floats, clusters: int) -> Floats:
    return np.bincount(cluster, weights=column, minlength=clusters).astype(np.float64)


def _divide(top: Floats, bottom: Floats) -> Floats:
    out = np.full(len(top), np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out
