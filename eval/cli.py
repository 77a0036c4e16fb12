"""`ponte eval`, and `ponte` itself: the command line with everything in it.

The commands of the program live in `chatbot.cli`, which knows nothing of evaluation; here, at the
end of the line, the two are put together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chatbot.cli import app, main
from chatbot.console import print_json, write
from chatbot.options import PLAIN, Debug, Index, Json, examples, settings_for
from corpus.records import Mode

eval_app = typer.Typer(no_args_is_help=True, **PLAIN)
app.add_typer(eval_app, name="eval")

Runs = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Folder in which runs are kept.")]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Begin anew, even where an unfinished run could go on.")
]
Limit = Annotated[
    int | None, typer.Option(min=1, show_default=False, help="Take only the first so many.")
]
RUNS = Path("runs")


@eval_app.callback()
def evaluate() -> None:
    """Measure retrieval, reading and answers; compare runs, report on them, hold them to a gate."""


@eval_app.command(
    epilog=examples(
        "ponte eval retrieval ~/beir/drcd", "ponte eval retrieval ~/beir/drcd --mode dense --json"
    )
)
def retrieval(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    mode: Annotated[Mode, typer.Option(help="By meaning, by words, or both.")] = "hybrid",
    rerank: Annotated[
        bool, typer.Option("--rerank", help="Let the reader put the first passages in order.")
    ] = False,
    limit: Limit = None,
    runs: Runs = RUNS,
    fresh: Fresh = False,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Measure retrieval on a BEIR folder, indexed in a scratch place."""
    from eval.jobs import measure_retrieval

    _show(measure_retrieval(settings_for(index), folder, mode, rerank, limit, runs, fresh), as_json)


@eval_app.command(
    epilog=examples("ponte eval reading drcd_dev.json", "ponte eval reading dev.json --limit 500")
)
def reading(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    limit: Limit = None,
    runs: Runs = RUNS,
    fresh: Fresh = False,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Measure the reader on a SQuAD 1.1 or 2.0 file: each question with its paragraph."""
    from eval.jobs import measure_reading

    _show(measure_reading(settings_for(index), file, limit, runs, fresh), as_json)


@eval_app.command(
    epilog=examples("ponte eval answers policy-dev", "ponte eval answers my-questions.csv --json")
)
def answers(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False)],
    limit: Limit = None,
    runs: Runs = RUNS,
    fresh: Fresh = False,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Ask the questions of a set (a file, or the name of one that ships) of the current index."""
    from eval.datasets.shipped import question_file
    from eval.jobs import measure_answers

    _show(measure_answers(settings_for(index), question_file(file), limit, runs, fresh), as_json)


@eval_app.command(
    epilog=examples(
        "ponte eval robustness policy-dev",
        "ponte eval robustness policy-dev --variant typos --variant cantonese",
        "ponte eval robustness policy-dev --distractors 1000 --foreign drcd_dev.json",
    )
)
def robustness(
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False)],
    variant: Annotated[
        list[str] | None,
        typer.Option("--variant", metavar="NAME", show_default=False,
                     help="Way of changing the questions; may be repeated (default: all, and "
                          "1,000 and 10,000 foreign passages)."),
    ] = None,
    distractors: Annotated[
        list[int] | None,
        typer.Option("--distractors", metavar="N", show_default=False,
                     help="Add so many foreign passages to the index; may be repeated."),
    ] = None,
    foreign: Annotated[
        Path | None,
        typer.Option("--foreign", metavar="PATH", show_default=False,
                     help="Where foreign passages come from: a SQuAD file, a BEIR folder, a text "
                          "or a folder of texts (default: made up)."),
    ] = None,
    limit: Limit = None,
    runs: Runs = RUNS,
    fresh: Fresh = False,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:  # fmt: skip
    """Ask changed questions, and of a drowned index: what is lost against the clean run?"""
    from eval.datasets.shipped import question_file
    from eval.jobs import measure_robustness

    _show(
        measure_robustness(
            settings_for(index), question_file(file), variant, distractors, foreign, limit, runs,
            fresh,
        ),
        as_json,
    )  # fmt: skip


@eval_app.command(
    "compare", epilog=examples("ponte eval compare runs/A runs/B --out b-over-a.html")
)
def compare_runs(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", show_default=False)],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help="Write an HTML page as well."),
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Tell by how much run B differs from run A, and on which questions."""
    from eval.compare import compare, comparison_shape
    from eval.display import show_comparison
    from eval.runs import read_run

    a, b = read_run(run_a), read_run(run_b)
    shape = comparison_shape(a, b, compare(a, b))
    if out is not None:
        from eval.report.page import write_comparison

        write_comparison([run_a, run_b], out, shape)
    print_json(shape) if as_json else show_comparison(shape)


@eval_app.command(
    epilog=examples("ponte eval report runs/A", "ponte eval report runs/* --out r.html")
)
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page of several runs.")] = Path(
        "report.html"
    ),
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Write the HTML page of a run anew, or put several side by side."""
    from eval.report.page import write_comparison, write_report
    from eval.runs import read_run

    for run in runs:
        read_run(run)
    page = write_report(runs[0]) if len(runs) == 1 else write_comparison(runs, out)
    print_json({"report": str(page)}) if as_json else write(str(page))


@eval_app.command(
    epilog=examples("ponte eval gate runs/A", "ponte eval gate runs/A --baseline mine.toml")
)
def gate(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", show_default=False)],
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", show_default=False, help="(default: eval/baseline.toml)"),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write these runs' figures into the baseline instead.")
    ] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Exit with 1 where a figure fell below the baseline by more than its tolerance."""
    from eval.gate import BASELINE, baseline_toml, check
    from eval.runs import read_run
    from index.files import write_atomically

    file = baseline or BASELINE
    finished = [read_run(run) for run in runs]
    if update:
        write_atomically(file, baseline_toml(finished, file).encode())
        print_json({"baseline": str(file)}) if as_json else write(str(file))
        return
    rows: list[dict[str, Any]] = []
    for run in finished:
        name = f"{run.config['kind']}.{run.config['dataset']}"
        rows += [
            {"run": name, "measure": c.name, "value": c.value, "expected": c.expected,
             "tolerance": c.tolerance, "ok": c.ok}
            for c in check(run, file)
        ]  # fmt: skip
    if as_json:
        print_json({"ok": all(row["ok"] for row in rows), "checks": rows})
    else:
        from eval.display import show_gate

        show_gate(rows)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


@eval_app.command(epilog=examples("ponte eval check", "ponte eval check my-questions.jsonl"))
def check(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE...", show_default=False)
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            show_default=False,
            help="Folder of the documents (default: the bundled collection).",
        ),
    ] = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Validate question sets against the documents (default: the sets that ship)."""
    from eval.datasets.check import examine, report_lines
    from eval.datasets.shipped import SHIPPED, question_file

    settings = settings_for(None, sources=sources)
    sets = examine([question_file(name) for name in files or SHIPPED], settings.sources)
    ok = not any(one["problems"] for one in sets)
    if as_json:
        print_json({"ok": ok, "sets": sets})
    else:
        for line in report_lines(sets):
            write(line)
    if not ok:
        raise typer.Exit(1)


@eval_app.command("all", epilog=examples("ponte eval all", "ponte eval all --short"))
def everything(
    short: Annotated[
        bool, typer.Option("--short", help="Only the development set, and no changed questions.")
    ] = False,
    runs: Runs = RUNS,
    index: Index = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Measure everything that ships, and hold it to the gate."""
    from eval.jobs import measure_all

    settings = settings_for(index)
    folders = [Path(summary["run_dir"]) for summary in measure_all(settings, runs, short)]
    gate(folders, as_json=as_json)


def _show(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    from eval.display import show_summary

    show_summary(summary)


if __name__ == "__main__":
    main()
