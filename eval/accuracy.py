"""Accuracy on a question set: `python -m eval.accuracy [FILE.jsonl ...] [--json]`.

Asks every question of the current index and tells, by language and by kind of question: whether
the right passage is first and among the first three, whether the answer and its quotes hold an
accepted answer, whether a list is complete, and how many questions are refused.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chatbot.engine import open_engine
from chatbot.pipeline import Ask, build_pipeline
from corpus.fold import fold
from corpus.records import LANGUAGES, Answer
from corpus.settings import load_settings
from eval.questions import Question, read_questions

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question and what became of it. `rank` is that of the right passage, None if not found."""

    question: Question
    answer: Answer
    rank: int | None

    @property
    def refused(self) -> bool:
        """Whether no answer was given."""
        return self.answer.status == "refused"

    @property
    def hit(self) -> bool:
        """Whether the answer with its quotes holds an accepted answer."""
        said = "\n".join([self.answer.text, *(c.quote for c in self.answer.citations)])
        return not self.refused and any(holds(said, a) for a in self.question.answers)

    @property
    def short_hit(self) -> bool:
        """Whether the short answer holds an accepted answer."""
        short = self.answer.short_answer or ""
        return not self.refused and any(holds(short, a) for a in self.question.answers)

    @property
    def complete(self) -> bool:
        """Whether everything that must be in the answer is."""
        said = plain(self.answer.text)
        return not self.refused and all(plain(m) in said for m in self.question.must_include)


def plain(text: str) -> str:
    """Fold a text and take out white space and grouping commas, for comparing answers."""
    return re.sub(r"[\s,，]", "", fold(text))


def holds(text: str, accepted: str) -> bool:
    """Whether a text holds an accepted answer; a number must not go on to either side."""
    wanted = plain(accepted)
    left = r"(?<![\d.])" if wanted[:1].isdigit() else ""
    right = r"(?!\d)" if wanted[-1:].isdigit() else ""
    return bool(wanted) and bool(re.search(left + re.escape(wanted) + right, plain(text)))


def rank_of(question: Question, answer: Answer) -> int | None:
    """Rank at which retrieval found the right passage, from 1."""
    gold = plain(question.passage)
    for hit in answer.hits:
        text = plain(hit.passage.text)
        if gold and (gold in text or text in gold):
            return hit.rank
    return None


def share(outcomes: Iterable[Outcome], test: Callable[[Outcome], bool]) -> float | None:
    """Share of the outcomes that pass a test; None where there are none."""
    passed = [test(o) for o in outcomes]
    return sum(passed) / len(passed) if passed else None


def summary(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """The figures of a set of outcomes."""
    yes = [o for o in outcomes if o.question.answerable]
    no = [o for o in outcomes if not o.question.answerable]
    located = [o for o in yes if o.question.passage]
    return {
        "questions": len(outcomes),
        "recall@1": share(located, lambda o: o.rank == 1),
        "recall@3": share(located, lambda o: o.rank is not None and o.rank <= 3),
        "answer_hit": share(yes, lambda o: o.hit),
        "short_answer_hit": share([o for o in yes if o.answer.short_answer], lambda o: o.short_hit),
        "complete": share([o for o in yes if o.question.must_include], lambda o: o.complete),
        "false_refusal": share(yes, lambda o: o.refused),
        "refused": share(no, lambda o: o.refused),
    }


def tables(outcomes: Sequence[Outcome]) -> dict[str, dict[str, dict[str, float | int | None]]]:
    """Figures of all, by language, by kind of question, and of the traps."""
    kinds = sorted({o.question.kind for o in outcomes if o.question.answerable})
    traps = sorted({o.question.trap for o in outcomes if o.question.trap})
    return {
        "all": {"all": summary(outcomes)},
        "language": {x: summary([o for o in outcomes if o.question.lang == x]) for x in LANGUAGES},
        "kind": {
            k: summary([o for o in outcomes if o.question.kind == k and o.question.answerable])
            for k in kinds
        },
        "trap": {t: summary([o for o in outcomes if o.question.trap == t]) for t in traps},
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Ask the questions and print the tables (or JSON)."""
    parser = argparse.ArgumentParser(prog="python -m eval.accuracy", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=[DATA / "policy-dev.jsonl"])
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    options = parser.parse_args(argv)
    settings = load_settings()
    pipeline = build_pipeline(open_engine(settings))
    outcomes: list[Outcome] = []
    for question in (q for file in options.files for q in read_questions(file)):
        answer = pipeline.invoke(Ask(question.question, question.history))
        outcomes.append(Outcome(question, answer, rank_of(question, answer)))
    result = tables(outcomes)
    console = Console(width=140)
    if options.json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        return 0
    for title, rows in result.items():
        table = Table(title=f"by {title}" if title != "all" else None)
        for i, name in enumerate(["", *next(iter(rows.values()))]):
            table.add_column(name, justify="right" if i else "left")
        for name, figures in rows.items():
            table.add_row(name, *(_cell(value) for value in figures.values()))
        console.print(table)
    return 0


def _cell(value: float | int | None) -> str:
    return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
