"""Runs on the terminal: figures with their intervals, comparisons, the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chatbot.console import write, write_table

_SLICES = {
    "by_language": "language", "by_kind": "kind", "by_trap": "trap", "by_variant": "variant",
}  # fmt: skip


def show_summary(summary: Mapping[str, Any]) -> None:
    """The figures of a run, by language and kind, its times, and where it is written."""
    write((f"{summary['dataset']}: {summary['questions']} questions", "bold"))
    names = [name for name, value in summary["metrics"].items() if value is not None]
    ends = summary["ci95"]
    write_table(
        ("measure", "value", "95 %"),
        [
            (name, _figure(summary["metrics"][name]),
             f"{_figure(ends[name][0])} to {_figure(ends[name][1])}" if name in ends else "")
            for name in names
        ],
    )  # fmt: skip
    for key, title in _SLICES.items():
        if rows := summary.get(key):
            write("")
            write_table(
                (title, "questions", *names),
                [
                    (value, str(figures["questions"]), *(_figure(figures.get(n)) for n in names))
                    for value, figures in rows.items()
                ],
            )
    write("")
    times = ", ".join(f"{name} {summary['latency_ms'][name]:.0f}" for name in ("p50", "p95", "p99")
                      if name in summary["latency_ms"])  # fmt: skip
    write(f"latency in ms: {times}; {summary['seconds']:.0f} s in all")
    if "passages_per_second" in summary:
        write(f"indexed {summary['passages']} passages in {summary['index_seconds']:.0f} s, "
              f"{summary['passages_per_second']:.1f} embedded a second")  # fmt: skip
    write(f"run: {summary['run_dir']}")


def show_comparison(shape: Mapping[str, Any]) -> None:
    """The paired differences, then the questions that changed."""
    write((f"{shape['questions']} questions in both", "bold"))
    for note in shape["notes"]:
        write(note, indent=2)
    write_table(
        ("measure", "A", "B", "B - A", "95 %", "p"),
        [
            (name, _figure(d["a"]), _figure(d["b"]), _signed(d["difference"]),
             f"{_signed(d['ci95'][0])} to {_signed(d['ci95'][1])}" if d["ci95"] else "",
             _figure(d["p"]))
            for name, d in shape["metrics"].items()
            if d["a"] is not None or d["b"] is not None
        ],
    )  # fmt: skip
    for key in ("better", "worse"):
        write("")
        write((f"{key} in B: {len(shape[key])}", "bold"))
        write_table(
            ("id", "question", "B"), [(c["id"], c["question"], _became(c)) for c in shape[key]]
        )


def show_gate(rows: Sequence[Mapping[str, Any]]) -> None:
    """Each measure against its baseline."""
    write_table(
        ("run", "measure", "value", "expected", "tolerance", ""),
        [
            (row["run"], row["measure"], _figure(row["value"]), _figure(row["expected"]),
             _figure(row["tolerance"]), "ok" if row["ok"] else "WORSE")
            for row in rows
        ],
    )  # fmt: skip


def _became(changed: Mapping[str, Any]) -> str:
    return changed["b"]["why"] or str(changed["b"]["given"]["answer"])[:80]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
