"""Fit the coefficients of the reader: `python -m eval.fit_weights`.

Logistic regressions: one ranks the passages of a question, one decides whether the best of them
answers, two choose the span that is the short answer and tell whether to give it
(`eval.fit_models`). Figures printed are from cross-validation by group of questions, so that no
question is judged by coefficients that saw it in another language.

What is fitted on: the documents and questions of `eval/data/invented/decision`, which the reader
never saw in training, and shipped sets (`policy-dev` and `policy-hard`, or those that are named);
never `policy-check`. The threshold is chosen on the first of them: the invented questions are
traps far more often than what people ask.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import chatbot
from chatbot.engine import Resources, build, open_engine
from chatbot.logistic import coefficients
from chatbot.pipeline import Ask, State, converse_step
from chatbot.retrieve import retrieve
from chatbot.weighing import WeighingReader
from corpus.errors import InputError, SettingsError
from corpus.settings import Settings, load_settings
from eval.cross_validate import Sets, ablation, cross_validate, figures
from eval.datasets.policy import read_questions
from eval.datasets.shipped import question_file
from eval.fit_models import Case, fit_models
from eval.metrics.text import holds, is_passage
from eval.train.written import INVENTED

WEIGHTS = Path(chatbot.__file__).parent / "weights.json"
DOCUMENTS = INVENTED / "decision"
DEFAULT = ("policy-dev", "policy-hard")
FALSE_REFUSALS = 0.03
"""Share of the first set's answerable questions that may be refused in cross-validation."""


def cases(file: Path, resources: Resources) -> list[Case]:
    """Read the passages found for every question of a set."""
    out: list[Case] = []
    for asked in read_questions(file):
        query = converse_step(State(Ask(asked.question, asked.history), resources)).query
        if query is None or query.kind == "comparison":
            continue
        hits = retrieve(
            resources.snapshot, resources.encoder, resources.segmenter, query,
            resources.settings.candidates,
        )  # fmt: skip
        if not hits:
            continue
        readings = resources.reader.read(query, hits)
        gold = tuple(is_passage(r.hit.passage.text, asked.passage) for r in readings)
        right = tuple(
            tuple(
                _right(r.source[p.start : p.end], asked.answers) for p in (r.proposals if g else ())
            )
            for r, g in zip(readings, gold, strict=True)
        )
        out.append(Case(asked.group, asked.answerable, query, readings, gold, right))
    return out


def _right(short: str, accepted: Sequence[str]) -> bool:
    return any(holds(short, a) and len(short) <= 2 * len(a) + 6 for a in accepted)


def resources_for(settings: Settings, folder: Path, network: bool) -> Resources:
    """An index of the documents in a folder, and what answers from them, with time to read.

    Raises:
        SettingsError: a network is wanted and the settings give none.
    """
    settings = settings.with_(
        sources=folder,
        index=settings.cache / "fit" / folder.name,
        reader=settings.reader if network else "none",
    )
    build(settings)
    resources = open_engine(settings).resources()
    if isinstance(resources.reader, WeighingReader):
        resources.reader.seconds = None
        if network and resources.reader.network is None:
            raise SettingsError(
                f"the settings give no network to fit with: reader {settings.reader!r}, model "
                f"{settings.model!r}; leave both as they are by default"
            )
    return resources


def fit_all(sets: Sets, say: Callable[[str], Any]) -> dict[str, Any]:
    """Fit on all sets, tell the figures of cross-validation, return what `weights.json` holds.

    The threshold is chosen on the first set.
    """
    tried = cross_validate(sets, fit_models)
    # From cross-validation: on what it was fitted on, a model is surer than elsewhere.
    first = [t.answers for t in next(iter(tried.values())) if t.case.answerable]
    if not first:
        raise InputError(f"{next(iter(sets))} has no answerable question to set a threshold on")
    threshold = round(float(np.quantile(first, FALSE_REFUSALS)), 4)
    for name, mine in tried.items():
        shown = ", ".join(f"{k} {v:.3f}" for k, v in figures(mine, threshold).items())
        say(f"  {name}, {len(mine)} questions, cross-validated: {shown}")
    return {**fit_models([c for one in sets.values() for c in one]), "threshold": threshold}


def main(
    argv: Sequence[str], say: Callable[[str], Any] = lambda s: sys.stdout.write(s + "\n")
) -> int:
    """Fit, with the network and without, and write `chatbot/weights.json`."""
    parser = argparse.ArgumentParser(prog="python -m eval.fit_weights")
    parser.add_argument("sets", nargs="*", default=DEFAULT, help="shipped sets to fit on besides")
    parser.add_argument("--ablate", action="store_true", help="also leave out groups of features")
    options = parser.parse_args(argv)
    settings = load_settings()
    files = [question_file(name) for name in options.sets]
    fitted: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    # Rules first: their order decides which passages the network reads.
    for kind in ("rules", "network"):
        shipped = resources_for(settings, settings.sources, kind == "network")
        sets = {f.stem: cases(f, shipped) for f in files}
        own = resources_for(settings, DOCUMENTS, kind == "network")
        sets["invented"] = [c for f in sorted(DOCUMENTS.glob("*.jsonl")) for c in cases(f, own)]
        say(f"{kind}:")
        fitted[kind] = fit_all(sets, say)
        if options.ablate:
            for line in ablation(sets, fitted[kind]["threshold"]):
                say(line)
        WEIGHTS.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
        coefficients.cache_clear()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
