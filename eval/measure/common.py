"""What all runs have in common: asking for the rows that are missing, and their summary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar

from eval.metrics.aggregate import Measure, percentiles, summarise, summarise_by, value_of
from eval.metrics.calibration import reliability
from eval.metrics.interval import intervals
from eval.runs import Plan, Row, Run

Progress = Callable[[int, int], None]
T = TypeVar("T")

_DECIMALS = 6


def collect(
    run: Run,
    items: Mapping[str, T],
    rows_of: Callable[[Sequence[T]], Iterable[Row]],
    progress: Progress,
) -> list[Row]:
    """Make the rows that a run still lacks and return those of all items, in their order.

    `items` are by the id of their row; `rows_of` gives the rows of some, one by one.
    """
    missing = {key: item for key, item in items.items() if key not in run.rows}
    done = len(items) - len(missing)
    progress(done, len(items))
    for row in rows_of(list(missing.values())):
        run.add(row)
        done += 1
        progress(done, len(items))
    return [run.rows[key] for key in items]


def summary_of(
    plan: Plan,
    rows: Sequence[Row],
    measures: Sequence[Measure],
    seconds: float,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The figures of a run over its rows: with intervals, by language, kind and trap, and times.

    `seconds` is how long this process took; `extra` what only this kind of run has.
    """
    out: dict[str, Any] = {
        "dataset": plan.dataset,
        "kind": plan.kind,
        "questions": len(rows),
        "metrics": summarise(rows, measures),
        "ci95": {name: list(ends) for name, ends in intervals(measures, rows).items()},
        "measures": [asdict(measure) for measure in measures],
        "by_language": summarise_by(rows, measures, "lang"),
        "by_kind": summarise_by(rows, measures, "kind"),
        "by_trap": summarise_by(rows, measures, "trap"),
        "latency_ms": latency(rows),
        "memory_mib": {"peak": peak_memory()},
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
    }
    for measure in measures:
        if measure.how == "ece":
            pairs = [pair for row in rows if (pair := value_of(measure, row)) is not None]
            out["reliability"] = [asdict(bin_) for bin_ in reliability(pairs)]
            break
    rounded = _rounded({**out, **(extra or {})})
    assert isinstance(rounded, dict)
    return rounded


def latency(rows: Iterable[Row]) -> dict[str, Any]:
    """p50, p95 and p99 of the total time of each row and of each of its stages, milliseconds."""
    stages: dict[str, list[float]] = {}
    for row in rows:
        for stage, ms in row.get("timings_ms", {}).items():
            stages.setdefault(stage, []).append(ms)
    total = percentiles(stages.pop("total", []))
    return {**total, "stages": {stage: percentiles(times) for stage, times in stages.items()}}


def peak_memory() -> float | None:
    """The most memory that this process has held so far, MiB; None where it cannot be told."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, Mapping):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    return value
