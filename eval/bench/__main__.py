"""All benchmarks in one table: `python -m eval.bench`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from eval.bench import ask, build, embed, read, serve
from eval.bench.figures import Figure, run_benchmark


def measure(runs: int) -> list[Figure]:
    """Run every benchmark, one after another; a line on standard error tells which."""
    figures: list[Figure] = []
    for benchmark in (build, ask, serve, embed, read):
        sys.stderr.write(f"measuring: {benchmark.__name__.rpartition('.')[2]} ...\n")
        figures += benchmark.measure(runs)
    return figures


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    run_benchmark(measure, "all benchmarks in one table", 3, argv)


if __name__ == "__main__":
    main()
