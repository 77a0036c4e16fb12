"""Robustness: what the answers lose when the questions or the collection get worse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from chatbot.engine import Engine
from chatbot.pipeline import build_pipeline
from corpus.errors import InputError
from corpus.records import Document
from corpus.settings import Settings
from corpus.split import split
from eval.datasets.policy import Question
from eval.measure.answers import MEASURES, Pipeline, rows_of
from eval.measure.common import Progress, collect
from eval.measure.retrieval import scratch_index
from eval.metrics.aggregate import summarise
from eval.metrics.interval import paired
from eval.perturb import VARIANTS
from eval.runs import Row, Run

CLEAN = "clean"
COMPARED = (
    "answer_hit", "refusal_recall", "false_refusal", "citation_precision", "passage_recall@1",
    "passage_recall@3", "ungrounded_figures",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """One way of making things worse: the questions as asked, and of which index.

    `distractors` is the number of foreign passages that are added to the index.
    """

    name: str
    questions: tuple[Question, ...]
    distractors: int = 0


def trials(
    questions: Sequence[Question], variants: Sequence[str], distractors: Sequence[int], seed: int
) -> tuple[Trial, ...]:
    """The clean trial, then one for each variant and for each number of foreign passages.

    Raises:
        InputError: there is no such variant, or a number is not positive.
    """
    out = [Trial(CLEAN, tuple(questions))]
    for name in variants:
        if name not in VARIANTS:
            raise InputError(f"there is no variant {name!r}; use any of {', '.join(VARIANTS)}")
        changed = (VARIANTS[name].apply(question, seed) for question in questions)
        out.append(Trial(name, tuple(q for q in changed if q is not None)))
    for count in distractors:
        if count < 1:
            raise InputError(f"--distractors is {count}; it must be 1 or more")
        name = f"distractors-{count}"
        renamed = tuple(replace(q, id=f"{q.id}@{name}") for q in questions)
        out.append(Trial(name, renamed, count))
    return tuple(out)


def ask_trials(
    run: Run,
    plan: Sequence[Trial],
    engine: Engine,
    foreign: Callable[[int], Sequence[Document]],
    progress: Callable[[str], Any],
) -> list[Row]:
    """Ask every trial's questions; rows of all trials, in their order.

    `foreign` gives the documents for a number of foreign passages, `progress` opens a context
    that gives the progress function of one piece of work.
    """
    rows: list[Row] = []
    for trial in plan:
        missing = any(q.id not in run.rows for q in trial.questions)
        pipeline = build_pipeline(engine) if not trial.distractors or not missing else None
        if pipeline is None:
            with progress(f"Indexing {trial.distractors:,} foreign passages") as done:
                pipeline = _drowned(engine, foreign(trial.distractors), trial.distractors, done)
        with progress(f"Asking {len(trial.questions)} questions ({trial.name})") as done:
            ask = rows_of(pipeline, trial.name, base=lambda q: q.id.partition("@")[0])
            rows += collect(run, {q.id: q for q in trial.questions}, ask, done)
    return rows


def losses(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """What each variant loses against the clean questions, over those that it changes."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row["variant"], []).append({**row, "id": row["base"]})
    clean = by_name.pop(CLEAN, [])
    measures = [m for m in MEASURES if m.name in COMPARED]
    out: dict[str, dict[str, Any]] = {}
    for name, changed in by_name.items():
        out[name] = {}
        for measure in measures:
            d = asdict(paired(measure, clean, changed))
            low, high = d.pop("low"), d.pop("high")
            out[name][measure.name] = {**d, "ci95": None if low is None else [low, high]}
    return out


def by_variant(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """The figures of each variant's own rows."""
    names: Mapping[str, list[Row]] = {
        name: [] for name in dict.fromkeys(r["variant"] for r in rows)
    }
    for row in rows:
        names[row["variant"]].append(row)
    return {
        name: {**summarise(some, MEASURES), "questions": len(some)} for name, some in names.items()
    }


def _drowned(
    engine: Engine, foreign: Sequence[Document], count: int, progress: Progress
) -> Pipeline:
    """An answerer over the engine's collection with foreign passages added."""
    resources = engine.resources()
    snapshot, settings = resources.snapshot, resources.settings
    added = [p for document in foreign for p in split(document)][:count]
    if len(added) < count:
        raise InputError(f"there are only {len(added)} foreign passages, not {count}")
    root, _ = scratch_index(
        settings,
        [*snapshot.documents.values(), *foreign],
        [*snapshot.passages, *added],
        resources.encoder,
        progress,
        snapshot,
    )
    drowned: Settings = settings.with_(index=root)
    return build_pipeline(Engine(drowned, encoder=lambda: resources.encoder))
