"""From logits to probabilities: Platt's scaling, and how far off the result is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from chatbot.reading.stored import Calibration

Floats = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration fitted on all data, and its error on data it was not fitted on.

    `before`, `after`: expected calibration error of the bare logit's sigmoid, and of the
    calibrated one by cross-fitting.
    """

    calibration: Calibration
    before: float
    after: float


def fit(logits: Sequence[float], labels: Sequence[int]) -> Calibration:
    """Return the scale and offset with the highest likelihood (Platt 1999, smoothed labels).

    Smoothed as Platt proposed, so that a perfect separation gives no infinite scale.
    """
    x = np.asarray(logits, np.float64)
    y = np.asarray(labels, np.float64)
    positive, negative = float(y.sum()), float(len(y) - y.sum())
    target = np.where(y > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def cost(p: Floats) -> tuple[float, Floats]:
        z = p[0] * x + p[1]
        error = _sigmoid(z) - target
        value = float(np.mean(np.logaddexp(0, z) - target * z))
        return value, np.array([np.mean(error * x), np.mean(error)])

    found = minimize(cost, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B")
    return Calibration(round(float(found.x[0]), 5), round(float(found.x[1]), 5))


def expected_error(probabilities: Sequence[float], labels: Sequence[int]) -> float:
    """Return the expected calibration error over `BINS` bins of equal size.

    The mean distance between the mean probability and the share of positives of a bin (Naeini
    et al. 2015; bins of equal size as Nguyen and O'Connor 2015 have them).
    """
    p = np.asarray(probabilities, np.float64)
    y = np.asarray(labels, np.float64)
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(len(i) * abs(p[i].mean() - y[i].mean()) for i in parts) / len(p))


def calibrate(
    logits: Sequence[float], labels: Sequence[int], groups: Sequence[str], folds: int = 5
) -> Calibrated:
    """Fit, and measure by cross-fitting over `groups`: an article is never in both parts."""
    x, y = np.asarray(logits, np.float64), np.asarray(labels)
    names = sorted(set(groups))
    fold = {name: i % folds for i, name in enumerate(names)}
    of = np.array([fold[g] for g in groups])
    out = np.zeros(len(x))
    for i in range(folds):
        held = of == i
        if held.any() and len(set(y[~held].tolist())) == 2:
            c = fit(x[~held].tolist(), y[~held].tolist())
            out[held] = _sigmoid(c.scale * x[held] + c.offset)
    before = expected_error(_sigmoid(x).tolist(), y.tolist())
    return Calibrated(fit(x.tolist(), y.tolist()), before, expected_error(out.tolist(), y.tolist()))


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(z, -30, 30))))
