"""How sure a figure is: bootstrap intervals and the paired comparison of two runs.

Rows of one group (the same question in four languages) go right or wrong together, so that whole
groups are drawn and swapped, never single rows: the cluster bootstrap (Davison and Hinkley 1997,
section 3.8; Field and Welsh 2007, "Bootstrapping clustered data"). A row without a group is a
group of its own. Everything is seeded and does not depend on the order of the rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import DegenerateDataWarning, bootstrap

from corpus.errors import InputError
from eval.metrics.aggregate import Measure, Row, aggregate, applicable, value_of
from eval.metrics.resample import Floats, Ints, Statistic, multiplicities, statistic

RESAMPLES = 2_000
PERMUTATIONS = 10_000
# AUROC costs a pass over all rows for each permutation, which the others do not.
AUROC_PERMUTATIONS = 2_000
_LEVEL = (0.025, 0.975)
_BLOCK = 500_000  # weights held at a time, that is 4 MB
_TINY = 1e-9  # what differs by less is equal; sums in another order differ by as much

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure in two runs, over the rows that both have.

    `a` and `b` are its figures, `difference` is b - a with the 95 % interval `low` to `high`, `p`
    the two-sided p-value of there being none. What is not defined is None. `n` counts the rows to
    which the measure applies in one of the runs.
    """

    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int


def interval(
    measure: Measure, rows: Sequence[Row], resamples: int = RESAMPLES, seed: int = 0
) -> Interval | None:
    """The 95 % interval of a measure; None where the measure is not defined. See `intervals`."""
    return intervals([measure], rows, resamples, seed).get(measure.name)


def intervals(
    measures: Sequence[Measure], rows: Sequence[Row], resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Interval]:
    """95 % percentile bootstrap intervals by name, for the measures that are defined on the rows.

    Means are taken anew over the rows to which the measure applies in each resample; resamples in
    which it is not defined (nothing refused, one label only) are left out. Where there is nothing
    to vary, such as a single group, both ends are the figure itself. The "ece" of a resample is
    biased upwards, as sampling noise adds to every bin's gap; its interval lies high.

    Raises:
        InputError: a value is not what its measure takes.
    """
    clusters = _clusters(rows)
    points: dict[str, float] = {}
    statistics: list[Statistic] = []
    for measure in measures:
        values = [value_of(measure, row) for row in rows]
        point = aggregate(measure, values)
        if point is not None:
            points[measure.name] = point
            statistics.append(_over(measure, values, clusters))
    if not points:
        return {}
    drawn = _bootstrap(statistics, int(clusters.max()) + 1, resamples, seed)
    return {
        name: _ends(samples, point)
        for (name, point), samples in zip(points.items(), drawn, strict=True)
    }


def paired(
    measure: Measure,
    rows_a: Sequence[Row],
    rows_b: Sequence[Row],
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> Difference:
    """Compare a measure between two runs; rows are joined by id, groups are those of `rows_a`.

    The interval is the cluster bootstrap's, of the difference. The p-value comes from the paired
    permutation test, which swaps the two runs' values of whole groups at random: the share of the
    swaps with a difference at least as large, (1 + count) / (1 + permutations), or that of all
    swaps where there are no more than `permutations` (Phipson and Smyth 2010; for retrieval,
    Smucker, Allan and Carterette 2007). For "auroc" each run's scores are replaced by their ranks
    first, since two runs' scores need not be on one scale (Venkatraman and Begg 1996), and at
    most `AUROC_PERMUTATIONS` swaps are tried.

    Raises:
        InputError: an id stands in a run twice, or a value is not what the measure takes.
    """
    by_id_a, by_id_b = _by_id(rows_a), _by_id(rows_b)
    ids = sorted(by_id_a.keys() & by_id_b.keys())
    values_a = [value_of(measure, by_id_a[i]) for i in ids]
    values_b = [value_of(measure, by_id_b[i]) for i in ids]
    a, b = aggregate(measure, values_a), aggregate(measure, values_b)
    n = sum(x is not None or y is not None for x, y in zip(values_a, values_b, strict=True))
    if a is None or b is None:
        return Difference(a, b, None, None, None, None, n)
    clusters = _clusters([by_id_a[i] for i in ids])
    of_a, of_b = _over(measure, values_a, clusters), _over(measure, values_b, clusters)
    (drawn,) = _bootstrap([lambda w: of_b(w) - of_a(w)], int(clusters.max()) + 1, resamples, seed)
    low, high = _ends(drawn, b - a)
    p = _permute(measure, values_a, values_b, clusters, permutations, seed)
    return Difference(a, b, b - a, low, high, p, n)


def _clusters(rows: Sequence[Row]) -> Ints:
    """The number of each row's group (rows), in the order of the groups' names."""
    names = [("group", str(r["group"])) if r.get("group") else ("id", str(r["id"])) for r in rows]
    number = {name: i for i, name in enumerate(sorted(set(names)))}
    return np.asarray([number[name] for name in names], dtype=np.intp)


def _by_id(rows: Sequence[Row]) -> dict[str, Row]:
    out: dict[str, Row] = {}
    for row in rows:
        if str(row["id"]) in out:
            raise InputError(f"the id {row['id']!r} stands in a run twice; give each row its own")
        out[str(row["id"])] = row
    return out


def _over(measure: Measure, values: Sequence[object], clusters: Ints) -> Statistic:
    places, table = applicable(measure, values)
    return statistic(measure, clusters[places], table, int(clusters.max()) + 1)


def _bootstrap(
    statistics: Sequence[Statistic], clusters: int, resamples: int, seed: int
) -> list[Floats]:
    """The values of each statistic (resamples) when clusters are drawn with replacement."""
    if clusters < 2:  # scipy refuses, and every resample would be the same
        return [one(np.ones((1, clusters))) for one in statistics]

    def resampled(drawn: Ints, axis: int) -> Floats:
        weights = multiplicities(drawn, clusters)
        return np.stack([one(weights) for one in statistics])

    with warnings.catch_warnings():
        # Undefined resamples make scipy's own interval undefined; only its draws are used.
        warnings.simplefilter("ignore", DegenerateDataWarning)
        result = bootstrap(
            (np.arange(clusters),),
            resampled,
            n_resamples=resamples,
            batch=max(1, _BLOCK // clusters),
            vectorized=True,
            method="percentile",
            rng=np.random.default_rng(seed),
        )
    return list(result.bootstrap_distribution)


def _ends(samples: Floats, point: float) -> Interval:
    """The ends of the interval of resampled values, of which some can be undefined."""
    defined = samples[~np.isnan(samples)]
    low, high = np.quantile(defined, _LEVEL) if len(defined) else (point, point)
    if high - low < _TINY:
        return point, point
    return float(low), float(high)


def _permute(
    measure: Measure,
    values_a: Sequence[object],
    values_b: Sequence[object],
    clusters: Ints,
    permutations: int,
    seed: int,
) -> float:
    """The p-value of the paired permutation test of whole clusters."""
    (places_a, table_a), (places_b, table_b) = (
        applicable(measure, values_a),
        applicable(measure, values_b),
    )
    if measure.how == "auroc":
        permutations = min(permutations, AUROC_PERMUTATIONS)
        table_a, table_b = _ranked(table_a), _ranked(table_b)
    differing = _differing(clusters, places_a, table_a, places_b, table_b)
    d = len(differing)
    if not d:
        return 1.0
    # Columns of the weights: the differing clusters of A, those of B, and all that is the same.
    column = np.full(int(clusters.max()) + 1, -1, dtype=np.intp)
    column[differing] = np.arange(d)
    of_a, of_b = column[clusters[places_a]], column[clusters[places_b]]
    changed = of_b >= 0
    joint = statistic(
        measure,
        np.concatenate([np.where(of_a >= 0, of_a, 2 * d), of_b[changed] + d]),
        np.concatenate([table_a, table_b[changed]]),
        2 * d + 1,
    )

    def difference(swapped: NDArray[np.integer]) -> Floats:
        weights = np.ones((2, len(swapped), 2 * d + 1))
        weights[0, :, :d] = weights[1, :, d:-1] = 1 - swapped
        weights[0, :, d:-1] = weights[1, :, :d] = swapped
        return np.abs(joint(weights[1]) - joint(weights[0]))

    seen = difference(np.zeros((1, d), dtype=np.uint8))[0]
    every = d < 63 and 2**d <= permutations
    total = 2**d if every else permutations
    rng = np.random.default_rng(seed)
    size = max(1, _BLOCK // (2 * d + 1))
    count = tried = 0
    for start in range(0, total, size):
        stop = min(start + size, total)
        if every:
            swapped = (np.arange(start, stop)[:, None] >> np.arange(d)) & 1
        else:
            swapped = rng.integers(0, 2, (stop - start, d), dtype=np.uint8)
        differences = difference(swapped)
        tried += int((~np.isnan(differences)).sum())
        count += int((differences >= seen - _TINY * max(1.0, seen)).sum())
    # All swaps have the one that was seen among them; random ones need not.
    return count / tried if every else (1 + count) / (1 + tried)


def _differing(
    clusters: Ints, places_a: Ints, table_a: Floats, places_b: Ints, table_b: Floats
) -> Ints:
    """The clusters in which the two runs' values are not the same."""
    full_a, full_b = (np.full((len(clusters), table_a.shape[1]), np.nan) for _ in range(2))
    full_a[places_a], full_b[places_b] = table_a, table_b
    same = ((full_a == full_b) | (np.isnan(full_a) & np.isnan(full_b))).all(axis=1)
    return np.unique(clusters[~same])


def _ranked(table: Floats) -> Floats:
    """Pairs with each score as its rank among all, from 0 to 1."""
    ranks = (np.searchsorted(np.sort(table[:, 0]), table[:, 0]) + 0.0) / len(table)
    return np.column_stack([ranks, table[:, 1]])
