"""`python -m eval.train.heldback`: what training holds back, as sets that `ponte eval` takes.

For each SQuAD file: `NAME.json`, the questions of held-back articles, for `ponte eval reading`;
and `NAME/`, a BEIR folder of all its paragraphs and of those questions that have an answer, for
`ponte eval retrieval`. `en-zh` and `pt-zh` ask for Chinese paragraphs in another language.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import PonteError
from eval.train.data import Passage, Question, load
from eval.train.prepare import SPLIT_SEED

log = logging.getLogger("eval.train.heldback")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.train.heldback", description=__doc__)
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="SQuAD files")
    parser.add_argument("--english", type=Path, help="`english.json` of a training's folder")
    parser.add_argument("--to", type=Path, required=True, help="folder to write")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        collection = load(options.data, SPLIT_SEED, options.english)
    except PonteError as error:
        log.error("%s", error)
        return 2
    sets: dict[str, list[Question]] = {}
    for q in collection.questions:
        sets.setdefault(q.set, []).append(q)
    for name, questions in sets.items():
        held = [q for q in questions if q.passage.held_back]
        _write_squad(options.to / f"{name}.json", held)
        _write_beir(options.to / name, [p for p in collection.passages if p.set == name], held)
        log.info("%s: %d of %d questions are held back", name, len(held), len(questions))
    chinese = [p for p in collection.passages if p.set == "squad2_zh"]
    for language in ("en", "pt"):
        crossed = [q for q in collection.crossed if q.language == language and q.held_back]
        if crossed:
            _write_beir(options.to / f"{language}-zh", chinese, crossed)
            log.info("%s-zh: %d questions are held back", language, len(crossed))
    return 0


def _write_squad(file: Path, questions: Sequence[Question]) -> None:
    articles: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for q in questions:
        text = q.passage.text
        answers = [{"text": text[a:b], "answer_start": a} for a, b in q.answers]
        articles.setdefault(q.passage.article, {}).setdefault(text, []).append(
            {"id": q.id, "question": q.text, "answers": answers, "is_impossible": not answers}
        )
    data = [
        {"title": title, "paragraphs": [{"context": c, "qas": qas} for c, qas in parts.items()]}
        for title, parts in articles.items()
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"data": data}, ensure_ascii=False), encoding="utf-8")


def _write_beir(folder: Path, passages: Sequence[Passage], questions: Sequence[Question]) -> None:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    asked = [q for q in questions if q.answers]
    _write_lines(folder / "corpus.jsonl", ({"_id": p.key, "text": p.text} for p in passages))
    _write_lines(folder / "queries.jsonl", ({"_id": q.id, "text": q.text} for q in asked))
    rows = [f"{q.id}\t{q.passage.key}\t1\n" for q in asked]
    (folder / "qrels" / "test.tsv").write_text("".join(rows), encoding="utf-8")


def _write_lines(file: Path, rows: Iterable[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
