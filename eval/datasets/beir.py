"""Retrieval sets: BEIR folders of passages, queries and judgements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError
from eval.datasets.lines import Row, read_rows, read_text

_FILES = {
    "corpus.jsonl": 'one {"_id", "title", "text"} on each line',
    "queries.jsonl": 'one {"_id", "text"} on each line',
    "qrels/test.tsv": "query-id, corpus-id and score on each line, separated by tabs",
}
_SCORE_NAMES = {"score", "grade", "relevance", "rel", "label", "judgment", "judgement"}


@dataclass(frozen=True, slots=True)
class Collection:
    """A retrieval set.

    `passages`: id → title and text. `queries`: id → text, only those to which a passage with a
    positive grade is known. `qrels`: id of such a query → id of a passage → grade.
    """

    name: str
    passages: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]


def read_beir(folder: Path) -> Collection:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` of a folder.

    The judgements may have a header, and may have the four columns of TREC (query, 0, passage,
    grade). The collection takes the name of the folder.

    Raises:
        InputError: a file is missing or wrong, an id stands twice, a judgement names an unknown
            query or passage, or no query has a positive grade; the message names file and line.
    """
    for name, holds in _FILES.items():
        try:
            there = (folder / name).is_file()
        except (OSError, ValueError):  # a name that the system cannot take
            there = False
        if not there:
            raise InputError(f"{folder / name} is missing; it must hold {holds}")
    passages: dict[str, tuple[str, str]] = {}
    for row in read_rows(folder / "corpus.jsonl"):
        passages[_new(row, passages)] = (row.text("title", ""), row.text("text"))
    queries: dict[str, str] = {}
    for row in read_rows(folder / "queries.jsonl"):
        queries[_new(row, queries)] = row.text("text", filled=True)
    qrels = _judgements(folder / "qrels" / "test.tsv", queries, passages)
    judged = {query: grades for query, grades in qrels.items() if max(grades.values()) > 0}
    if not judged:
        raise InputError(
            f"{folder / 'qrels' / 'test.tsv'}: no query has a positive grade; give at least one "
            "passage that answers a query a score of 1 or more"
        )
    kept = {query: text for query, text in queries.items() if query in judged}
    return Collection(
        folder.resolve().name, passages, kept, {query: judged[query] for query in kept}
    )


def _new(row: Row, known: Mapping[str, object]) -> str:
    name = row.name("_id")
    if name in known:
        row.fail(f"the _id {name[:60]!r} stands there twice; give each row its own")
    return name


def _judgements(
    path: Path, queries: Mapping[str, object], passages: Mapping[str, object]
) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    columns = 0
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        cells = [c.strip() for c in (line.split("\t") if "\t" in line else line.split())]
        first, columns = not columns, columns or len(cells)
        where = f"{path}, line {number}"
        if len(cells) not in (3, 4) or len(cells) != columns:
            raise InputError(
                f"{where}: {len(cells)} columns; write query-id, corpus-id and score, separated by "
                "tabs (or the four columns of TREC), the same on each line"
            )
        if first and cells[-1].lower() in _SCORE_NAMES:
            continue
        query, passage, grade = cells[0], cells[-2], _grade(cells[-1], where)
        for kind, name, known in (("query", query, queries), ("passage", passage, passages)):
            if name not in known:
                file = "queries.jsonl" if kind == "query" else "corpus.jsonl"
                raise InputError(
                    f"{where}: {file} has no {kind} {name[:60]!r}; add it or mend the id"
                )
        if out.setdefault(query, {}).setdefault(passage, grade) != grade:
            raise InputError(f"{where}: that passage has two different grades; keep one")
    return out


def _grade(cell: str, where: str) -> int:
    digits = cell.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InputError(f"{where}: the score is {cell[:60]!r}; it must be a whole number")
    return int(cell)
