"""Whether a confidence means what it says: reliability by bins, ECE and Brier score.

Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2; Brier 1950.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.errors import InputError

BINS = 10
# A confidence in 0..1, and whether the answer was right (0 or 1).
Pair = Sequence[float]


@dataclass(frozen=True, slots=True)
class Bin:
    """The pairs with a confidence above `low` up to `high`; the first bin has 0 as well.

    `confidence` and `accuracy` are their means, None where there are no pairs.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


def reliability(pairs: Sequence[Pair], bins: int = BINS) -> tuple[Bin, ...]:
    """Sort pairs of confidence and right or wrong into bins of equal width, from 0 to 1.

    Raises:
        InputError: a confidence is not within 0..1, a label neither 0 nor 1, or `bins` below 1.
    """
    confidence, label = _columns(pairs)
    if bins < 1:
        raise InputError(f"bins is {bins}; give 1 or more")
    numbers = bin_numbers(confidence, bins)
    out = []
    for i in range(bins):
        inside = numbers == i
        count = int(inside.sum())
        means = (float(confidence[inside].mean()), float(label[inside].mean())) if count else None
        out.append(Bin(i / bins, (i + 1) / bins, count, *(means or (None, None))))
    return tuple(out)


def ece(pairs: Sequence[Pair], bins: int = BINS) -> float | None:
    """Expected calibration error, 0 (best) to 1; None without pairs.

    The mean of |accuracy - confidence| over the bins, weighted by their number of pairs.

    Raises:
        InputError: as `reliability`.
    """
    gaps = [
        b.count * abs(b.accuracy - b.confidence)
        for b in reliability(pairs, bins)
        if b.accuracy is not None and b.confidence is not None
    ]
    return sum(gaps) / len(pairs) if pairs else None


def brier(pairs: Sequence[Pair]) -> float | None:
    """Brier score: mean of (confidence - label)², 0 (best) to 1; None without pairs.

    Raises:
        InputError: as `reliability`.
    """
    confidence, label = _columns(pairs)
    return float(((confidence - label) ** 2).mean()) if pairs else None


def bin_numbers(confidence: NDArray[np.float64], bins: int = BINS) -> NDArray[np.intp]:
    """The bin of each confidence, from 0; a bin has its upper edge, the first both edges."""
    # Edges as i / bins, which is what 0.3 or 0.7 in a file is; i * 0.1 would be beside them.
    return np.searchsorted(np.arange(1, bins) / bins, confidence, side="left")


def _columns(pairs: Sequence[Pair]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    for pair in pairs:
        if len(pair) != 2 or not 0 <= pair[0] <= 1 or pair[1] not in (0, 1):
            raise InputError(
                f"{pair!r} is no pair of a confidence from 0 to 1 and a label 0 or 1; mend the row"
            )
    table = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
