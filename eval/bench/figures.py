"""What every benchmark reports: figures with a unit, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `samples` are the single measurements, of which `value` was made."""

    name: str
    value: float
    unit: str
    of: str = "once"
    samples: tuple[float, ...] = ()


def median_of(name: str, samples: Sequence[float], unit: str, digits: int = 2) -> Figure:
    """The median of some measurements."""
    rounded = tuple(round(sample, digits) for sample in samples)
    how = f"median of {len(samples)}" if len(samples) > 1 else "once"
    return Figure(name, round(median(samples), digits), unit, how, rounded)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that `percent` in 100 of all do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def machine() -> dict[str, Any]:
    """The machine the figures hold for; its load tells whether others were using it."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        name = names[0] if names else name
    return {
        "processor": name,
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 2),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def report(figures: Sequence[Figure], host: dict[str, Any], as_json: bool) -> None:
    """Write the figures to standard output; `host` is what `machine` said before the work."""
    if as_json:
        content = {"machine": host, "figures": [asdict(figure) for figure in figures]}
        sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(
        "{processor}, {cores} cores, load {load} before, Python {python}\n".format(**host)
    )
    table = Table()
    table.add_column("measured")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("how")
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:,g}", figure.unit, figure.of)
    Console().print(table)


def run_benchmark(
    measure: Callable[[int], Sequence[Figure]],
    about: str,
    runs: int,
    argv: Sequence[str] | None = None,
) -> None:
    """The command line that all benchmarks share: `--runs N` and `--json`."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--runs", type=int, default=runs, help=f"repetitions (default {runs})")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments = parser.parse_args(argv)
    if arguments.runs < 1:
        parser.error(f"--runs is {arguments.runs}; it must be at least 1")
    host = machine()
    report(measure(arguments.runs), host, arguments.json)
