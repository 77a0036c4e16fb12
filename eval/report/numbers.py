"""Figures as text: names of measures, values, intervals, probabilities, times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

DASH = "–"
LANGUAGES = {
    "zh-Hant": "Traditional Chinese",
    "zh-Hans": "Simplified Chinese",
    "en": "English",
    "pt": "Portuguese",
}
_SPELLING = {
    "em": "EM", "f1": "F1", "ece": "ECE", "mrr": "MRR", "ndcg": "nDCG", "auroc": "AUROC",
}  # fmt: skip


def label(name: str) -> str:
    """A measure's name as a heading: `no_answer_auroc` is "No answer AUROC"."""
    words = []
    for number, word in enumerate(name.split("_")):
        stem, at, cut = word.partition("@")
        words.append(_SPELLING.get(stem, stem if number else stem.capitalize()) + at + cut)
    return " ".join(words)


def finite(value: Any) -> float | None:  # noqa: ANN401 - JSON of any kind
    """A JSON value as a number; None for anything else, NaN and the infinities included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def figure(value: Any, how: str = "mean", sign: bool = False) -> str:  # noqa: ANN401
    """A measured value: three decimals, a sum with one or none, a dash for no value."""
    number = finite(value)
    if number is None:
        return DASH
    whole = how == "sum" and number == int(number)
    digits = 0 if whole else 1 if how == "sum" or abs(number) >= 100 else 3
    text = f"{number:+,.{digits}f}" if sign else f"{number:,.{digits}f}"
    # What rounds to nothing has no sign.
    return text.lstrip("+-") if not text.strip("+-0.,") else text.replace("-", "−")


def interval(ends: Any, how: str = "mean", sign: bool = False) -> str:  # noqa: ANN401
    """A 95 % interval, "0.812 to 0.905"; empty where it is not known."""
    pair = ends_of(ends)
    return "" if pair is None else " to ".join(figure(end, how, sign) for end in pair)


def ends_of(ends: Any) -> tuple[float, float] | None:  # noqa: ANN401 - JSON of any kind
    """Both ends of an interval; None where one is missing."""
    if not isinstance(ends, Sequence) or isinstance(ends, str) or len(ends) != 2:
        return None
    low, high = map(finite, ends)
    return None if low is None or high is None else (low, high)


def probability(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """A p value: "<0.001", else three decimals."""
    number = finite(value)
    if number is None:
        return DASH
    return "<0.001" if number < 0.001 else f"{number:.3f}"


def milliseconds(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """A time in milliseconds with three significant digits: "0.42", "18.3", "1,240"."""
    number = finite(value)
    if number is None:
        return DASH
    digits = 2 if number < 10 else 1 if number < 100 else 0
    return f"{number:,.{digits}f}"


def duration(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """Seconds as "42.1 s", "7 min 5 s" or "2 h 14 min"."""
    number = finite(value)
    if number is None:
        return DASH
    if number < 60:
        return f"{number:.1f} s"
    minutes, seconds = divmod(round(number), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def instant(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    """An ISO date and time without the T and the fraction of a second."""
    text = str(value or DASH)
    head, _, zone = text.partition("+")
    return head.partition(".")[0].replace("T", " ") + (" UTC" if zone == "00:00" else "")
