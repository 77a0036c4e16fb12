"""How long an answer takes: `python -m eval.bench.ask`.

Cold: the command `ponte ask` in a fresh process, index and weights in place. Warm: questions of
the development set put to a loaded engine one after another, each step timed by the pipeline.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from chatbot.engine import Engine, build
from chatbot.pipeline import Ask, build_pipeline
from corpus.settings import Settings
from eval.bench.commands import environment, timed
from eval.bench.figures import Figure, median_of, percentile, run_benchmark
from eval.bench.questions import questions

WARM = 200
_FIRST = 5
"""Questions asked before the clock counts: they load what is loaded on first use."""


def measure(runs: int) -> list[Figure]:
    """`runs` cold answers in seconds, and `WARM` warm ones in milliseconds."""
    asked = questions(WARM)
    with tempfile.TemporaryDirectory(prefix="ponte-bench-") as scratch:
        home = Path(scratch)
        settings = Settings(index=home / "index", cache=home / "cache")
        build(settings)
        cold = [timed(["ask", asked[0], "--json"], environment(home))[0] for _ in range(runs)]
        pipeline = build_pipeline(Engine(settings))
        for question in asked[:_FIRST]:
            pipeline.invoke(Ask(question))
        answers = [pipeline.invoke(Ask(question)) for question in asked]
    steps: dict[str, list[float]] = {}
    for answer in answers:
        for step, took in answer.timings_ms.items():
            steps.setdefault(step, []).append(took)
    figures = [median_of("cold answer, a process of its own", cold, "s")]
    for step, samples in steps.items():
        name = "warm answer" if step == "total" else f"  of which {step}"
        for percent in (50, 95):
            value = round(percentile(samples, percent), 2)
            figures.append(Figure(name, value, "ms", f"p{percent} of {len(samples)}"))
    return figures


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    run_benchmark(measure, "time cold and warm answers", 3, argv)


if __name__ == "__main__":
    main()
