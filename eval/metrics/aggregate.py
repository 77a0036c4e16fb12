"""Measures: how the values of a run's rows become one figure, over all rows or by a key."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from corpus.errors import InputError
from eval.bench.figures import percentile
from eval.metrics.calibration import ece

# A row as in a run's rows.jsonl: "id", "group", "values" and whatever else it is sorted by.
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a run and how it comes from the rows' values.

    `how`: "mean" and "sum" take numbers; "auroc" and "ece" take pairs [score, label] with a label
    of 0 or 1, "ece" with a score in 0..1. A value of None means that the measure does not apply.
    """

    name: str
    how: Literal["mean", "sum", "auroc", "ece"]
    higher_is_better: bool
    about: str = ""

    @property
    def paired(self) -> bool:
        """Whether a value is a pair [score, label] instead of a number."""
        return self.how in ("auroc", "ece")


def value_of(measure: Measure, row: Row) -> Any:  # noqa: ANN401 - a number, a pair or None
    """What a row says of a measure; None where it says nothing."""
    return row.get("values", {}).get(measure.name)


def applicable(
    measure: Measure, values: Sequence[Any]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The positions of the values that are not None (m), and these values (m, 1 or 2).

    Raises:
        InputError: a value is neither None nor what the measure takes, or is not finite.
    """
    places = [i for i, value in enumerate(values) if value is not None]
    for i in places:
        if not _fits(measure, values[i]):
            wanted = "a pair [score, label 0 or 1]" if measure.paired else "a finite number"
            raise InputError(
                f"the measure {measure.name} has the value {values[i]!r}; give {wanted} or null"
            )
    table = np.asarray([values[i] for i in places], dtype=np.float64)
    return np.asarray(places, dtype=np.intp), table.reshape(-1, 2 if measure.paired else 1)


def aggregate(measure: Measure, rows_values: Sequence[Any]) -> float | None:
    """One figure of the values of some rows; None where it is not defined.

    That is where no row has a value or, for "auroc", where one of the two labels is missing.

    Raises:
        InputError: a value is not what the measure takes.
    """
    _, table = applicable(measure, rows_values)
    if not len(table):
        return None
    match measure.how:
        case "mean":
            return math.fsum(table[:, 0]) / len(table)
        case "sum":
            return math.fsum(table[:, 0])
        case "auroc":
            return auroc(table[:, 0], table[:, 1])
        case "ece":
            return ece(table.tolist())


def auroc(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float | None:
    """Area under the ROC curve of scores (n) for labels 0 or 1 (n); None if one label is missing.

    The share of pairs of a 1 and a 0 in which the 1 has the higher score, ties counting one half:
    the Mann-Whitney U statistic divided by the number of pairs (Hanley and McNeil 1982).
    """
    ones = labels == 1
    positives, negatives = int(ones.sum()), int((~ones).sum())
    if not positives or not negatives:
        return None
    u = rankdata(scores)[ones].sum() - positives * (positives + 1) / 2
    return float(u / (positives * negatives))


def summarise(rows: Sequence[Row], measures: Iterable[Measure]) -> dict[str, float | None]:
    """The figure of each measure over some rows."""
    return {m.name: aggregate(m, [value_of(m, row) for row in rows]) for m in measures}


def group_rows(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    """Rows by what they have under a key, sorted; those without it, or with "", are left out."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.get(key):
            groups.setdefault(str(row[key]), []).append(row)
    return dict(sorted(groups.items()))


def summarise_by(
    rows: Iterable[Row], measures: Sequence[Measure], key: str
) -> dict[str, dict[str, float | int | None]]:
    """The figures and the number of rows ("questions") for each value of a key."""
    return {
        name: {**summarise(group, measures), "questions": len(group)}
        for name, group in group_rows(rows, key).items()
    }


def percentiles(samples: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 of samples, by nearest rank; empty without samples."""
    if not samples:
        return {}
    return {f"p{percent}": percentile(samples, percent) for percent in (50, 95, 99)}


def _fits(measure: Measure, value: Any) -> bool:  # noqa: ANN401 - from JSON
    if not measure.paired:
        return isinstance(value, (int, float)) and math.isfinite(value)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return False
    score, label = value
    if not isinstance(score, (int, float)) or not math.isfinite(score) or label not in (0, 1):
        return False
    return measure.how != "ece" or 0 <= score <= 1
