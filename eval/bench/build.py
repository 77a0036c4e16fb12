"""How long the bundled collection's index takes: `python -m eval.bench.build`.

Each command runs in a process of its own, in a scratch folder: from nothing (the model's weights
are converted too), with the weights in place, and again with nothing changed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from eval.bench.commands import environment, timed
from eval.bench.figures import Figure, median_of, run_benchmark


def measure(runs: int) -> list[Figure]:
    """Build `runs` times in each state; seconds of wall time, the start of Python included."""
    nothing, weights, again, inside = [], [], [], []
    passages = 0
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="ponte-bench-") as scratch:
            home = Path(scratch)
            seconds, built = timed(["build", "--json"], environment(home))
            nothing.append(seconds)
            passages = built["passages"]
            shutil.rmtree(home / "index")
            seconds, _ = timed(["build", "--json"], environment(home))
            weights.append(seconds)
            seconds, built = timed(["build", "--json"], environment(home))
            again.append(seconds)
            inside.append(built["seconds"])
    return [
        Figure("passages of the bundled collection", passages, "passages"),
        median_of("build from nothing, weights converted", nothing, "s"),
        median_of("build, weights in place", weights, "s"),
        median_of("build with nothing changed", again, "s"),
        median_of("  of which the build itself", inside, "s", 3),
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    run_benchmark(measure, "time the build of the bundled collection", 3, argv)


if __name__ == "__main__":
    main()
