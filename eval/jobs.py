"""The jobs behind `ponte eval`: read a set, go through it, write the run and its report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from chatbot.console import progress
from chatbot.options import build_if_missing, engine_for
from chatbot.pipeline import build_pipeline
from corpus.records import Mode
from corpus.settings import Settings
from eval.datasets.beir import read_beir
from eval.datasets.policy import Question, read_questions
from eval.datasets.shipped import SHIPPED, question_file
from eval.datasets.squad import read_squad
from eval.measure import answers, reading, retrieval
from eval.measure.common import collect, summary_of
from eval.measure.consistency import consistency
from eval.metrics.aggregate import Measure
from eval.report.page import write_report
from eval.runs import Kind, Plan, Row, Run, file_checksum, open_run
from index.snapshot import open_current

DISTRACTORS = (1_000, 10_000)
SEED = 7

T = TypeVar("T")
Summary = dict[str, Any]
Result = tuple[Sequence[Row], Sequence[Measure], Mapping[str, Any]]


def measure_retrieval(
    settings: Settings,
    folder: Path,
    mode: Mode,
    rerank: bool,
    limit: int | None,
    runs: Path,
    fresh: bool,
) -> Summary:
    """Measure retrieval on a BEIR folder; `limit` is the number of queries asked.

    `rerank`: with the reader's order of the first passages.

    Raises:
        InputError: the folder is no BEIR folder.
    """
    collection = read_beir(folder)
    files = [folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels" / "test.tsv"]
    plan = Plan("retrieval", folder.resolve().name, folder, file_checksum(*files), settings,
                options={"mode": mode, "rerank": rerank, "limit": limit})  # fmt: skip

    def work(run: Run) -> Result:
        with progress(f"Indexing {len(collection.passages):,} passages") as done:
            bench = retrieval.open_bench(settings, collection, mode, rerank, done)
        ids = {key: key for key in list(collection.queries)[:limit]}
        with progress(f"Looking for {len(ids):,} queries") as done:
            rows = collect(run, ids, bench.rows_of(), done)
        report = bench.report
        return rows, retrieval.MEASURES, {
            "queries": len(rows),
            "passages": len(collection.passages),
            "mode": mode,
            "rerank": rerank,
            "index_seconds": report.seconds,
            "embedded": report.embedded,
            "reused": report.reused,
            "passages_per_second": report.embedded / report.seconds if report.seconds else 0.0,
        }  # fmt: skip

    return _measured(plan, runs, fresh, work)


def measure_reading(
    settings: Settings, file: Path, limit: int | None, runs: Path, fresh: bool
) -> Summary:
    """Measure the reader on a SQuAD file; `limit` is the number of questions.

    Raises:
        InputError: the file is no SQuAD file.
    """
    items = {item.id: item for item in read_squad(file)[:limit]}
    plan = Plan("reading", file.stem, file, file_checksum(file), settings,
                options={"limit": limit})  # fmt: skip

    def work(run: Run) -> Result:
        bench = reading.open_bench(settings)
        with progress(f"Reading {len(items):,} paragraphs") as done:
            rows = collect(run, items, bench.rows, done)
        return rows, reading.MEASURES, {}

    return _measured(plan, runs, fresh, work)


def measure_answers(
    settings: Settings, file: Path, limit: int | None, runs: Path, fresh: bool
) -> Summary:
    """Ask the questions of a set of the current index; an index that is missing is built.

    Raises:
        InputError: the file is no question set.
    """
    questions = _by_id(read_questions(file)[:limit])
    plan = _asking("answers", settings, file, {"limit": limit})

    def work(run: Run) -> Result:
        pipeline = build_pipeline(engine_for(settings))
        with progress(f"Asking {len(questions):,} questions") as done:
            rows = collect(run, questions, answers.rows_of(pipeline), done)
        return rows, answers.MEASURES, _if_any(consistency=consistency(rows))

    return _measured(plan, runs, fresh, work)


def measure_robustness(
    settings: Settings,
    file: Path,
    variants: Sequence[str] | None,
    distractors: Sequence[int] | None,
    foreign: Path | None,
    limit: int | None,
    runs: Path,
    fresh: bool,
) -> Summary:
    """Ask a set as it is, changed in several ways, and of an index drowned in foreign passages.

    Raises:
        InputError: the file is no question set, or there is no such variant.
    """
    from eval.foreign import from_texts, generated
    from eval.measure import robustness
    from eval.perturb import VARIANTS

    if not variants and not distractors:
        variants, distractors = list(VARIANTS), list(DISTRACTORS)
    trials = robustness.trials(
        read_questions(file)[:limit], variants or (), distractors or (), SEED
    )
    options = {
        "limit": limit,
        "variants": list(variants or ()),
        "distractors": list(distractors or ()),
        "foreign": str(foreign) if foreign else "generated",
        "seed": SEED,
    }
    plan = _asking("robustness", settings, file, options)

    def work(run: Run) -> Result:
        def documents(count: int) -> Sequence[Any]:
            return list(from_texts(foreign, count, SEED) if foreign else generated(count, SEED))

        rows = robustness.ask_trials(run, trials, engine_for(settings), documents, progress)
        clean = [row for row in rows if row["variant"] == robustness.CLEAN]
        extra = {
            "asked": len(rows),
            "by_variant": robustness.by_variant(rows),
            "loss": robustness.losses(rows),
        }
        return clean, answers.MEASURES, extra

    return _measured(plan, runs, fresh, work)


def measure_all(settings: Settings, runs: Path, short: bool) -> list[Summary]:
    """Measure all that ships: the question sets and, unless `short`, changed questions."""
    names = SHIPPED[:1] if short else SHIPPED
    out = [measure_answers(settings, question_file(n), None, runs, fresh=False) for n in names]
    if not short:
        file = question_file(SHIPPED[0])
        out.append(measure_robustness(settings, file, None, None, None, None, runs, fresh=False))
    return out


def _asking(kind: Kind, settings: Settings, file: Path, options: Mapping[str, Any]) -> Plan:
    build_if_missing(settings)
    snapshot = open_current(settings.index)
    return Plan(kind, file.stem, file, file_checksum(file), settings, snapshot.id, options)


def _measured(plan: Plan, runs: Path, fresh: bool, work: Callable[[Run], Result]) -> Summary:
    """Open the run, do the work, write the summary and the report."""
    start = time.monotonic()
    with open_run(plan, runs, fresh) as run:
        rows, measures, extra = work(run)
        summary = summary_of(plan, rows, measures, time.monotonic() - start, extra)
        run.finish(summary)
    write_report(run.path)
    return {**summary, "run_dir": str(run.path)}


def _by_id(questions: Sequence[Question]) -> dict[str, Question]:
    return {question.id: question for question in questions}


def _if_any(**values: object) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
