"""Comparing two runs question by question: which is better, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.errors import InputError
from eval.metrics.aggregate import Measure
from eval.metrics.interval import Difference, paired
from eval.runs import Finished, Row


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that went right in one run and wrong in the other; `a` and `b` are its rows."""

    id: str
    question: str
    a: Row
    b: Row


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A, over the questions that both have.

    `better` went wrong in A and right in B, `worse` the other way round; `only_a` and `only_b`
    count the questions that the other run lacks. `notes` say in what the runs differ.
    """

    questions: int
    metrics: dict[str, Difference]
    better: tuple[Changed, ...]
    worse: tuple[Changed, ...]
    only_a: int
    only_b: int
    notes: tuple[str, ...]


def compare(a: Finished, b: Finished) -> Comparison:
    """Compare two runs of one kind.

    Raises:
        InputError: the runs are of two kinds, or have no question in common.
    """
    kinds = (a.config["kind"], b.config["kind"])
    if kinds[0] != kinds[1]:
        raise InputError(f"{a.path} is a run of {kinds[0]}, {b.path} of {kinds[1]}; give two alike")
    rows_a, rows_b = _by_id(a.rows), _by_id(b.rows)
    both = [key for key in rows_a if key in rows_b]
    if not both:
        raise InputError(f"the runs {a.path} and {b.path} have no question in common")
    left, right = [rows_a[key] for key in both], [rows_b[key] for key in both]
    names = {m["name"] for m in b.summary["measures"]}
    measures = [Measure(**m) for m in a.summary["measures"] if m["name"] in names]
    return Comparison(
        questions=len(both),
        metrics={m.name: paired(m, left, right) for m in measures},
        better=_changed(left, right, failed=True),
        worse=_changed(left, right, failed=False),
        only_a=len(rows_a) - len(both),
        only_b=len(rows_b) - len(both),
        notes=_notes(a, b),
    )


def comparison_shape(a: Finished, b: Finished, comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON."""
    return {
        "a": str(a.path),
        "b": str(b.path),
        "questions": comparison.questions,
        "only_a": comparison.only_a,
        "only_b": comparison.only_b,
        "notes": list(comparison.notes),
        "metrics": {
            name: {
                "a": d.a,
                "b": d.b,
                "difference": d.difference,
                "ci95": None if d.low is None else [d.low, d.high],
                "p": d.p,
                "n": d.n,
            }
            for name, d in comparison.metrics.items()
        },
        "better": [_shape(c) for c in comparison.better],
        "worse": [_shape(c) for c in comparison.worse],
    }


def _shape(changed: Changed) -> dict[str, Any]:
    return {"id": changed.id, "question": changed.question, "a": changed.a, "b": changed.b}


def _by_id(rows: Sequence[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


def _changed(left: Sequence[Row], right: Sequence[Row], failed: bool) -> tuple[Changed, ...]:
    return tuple(
        Changed(a["id"], a["question"], a, b)
        for a, b in zip(left, right, strict=True)
        if a["failed"] != b["failed"] and a["failed"] == failed
    )


def _notes(a: Finished, b: Finished) -> tuple[str, ...]:
    """In what two runs differ besides what was meant to be compared."""
    notes: list[str] = []
    for key in ("dataset", "dataset_sha256", "snapshot", "program", "source"):
        if a.config.get(key) != b.config.get(key):
            notes.append(f"{key}: {a.config.get(key)} / {b.config.get(key)}")
    for key in ("settings", "options", "versions"):
        one, other = a.config.get(key, {}), b.config.get(key, {})
        notes += [
            f"{key}.{name}: {one.get(name)} / {other.get(name)}"
            for name in sorted({*one, *other})
            if one.get(name) != other.get(name)
        ]
    host_a, host_b = _host(a.config), _host(b.config)
    return (*notes, *([f"machine: {host_a} / {host_b}"] if host_a != host_b else []))


def _host(config: Mapping[str, Any]) -> str:
    machine = config.get("machine", {})
    return f"{machine.get('processor')}, {machine.get('cores')} cores"
