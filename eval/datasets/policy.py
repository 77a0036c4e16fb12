"""Question sets: each row a question with what a right answer must hold; JSON Lines or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError
from corpus.language import question_language
from corpus.records import LANGUAGES, Language, Turn
from eval.datasets.lines import Row, read_rows, read_text

COLUMNS = (
    "id lang question answers answerable source passage kind group trap near must_include history"
).split()
_NEEDED = ("id", "question", "answerable")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a set.

    `answers` are accepted short answers, any of which will do; `must_include` the items that a
    complete list has; `passage` a piece of the document `source` that answers it; `group` joins
    the same question in several languages; `trap` says how an unanswerable question misleads, and
    `near` is the piece of a document that it misleads to.
    """

    id: str
    lang: Language
    kind: str
    question: str
    answerable: bool
    answers: tuple[str, ...]
    source: str = ""
    passage: str = ""
    group: str = ""
    trap: str = ""
    near: str = ""
    must_include: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a question set: CSV where the file is named so, JSON Lines otherwise.

    Raises:
        InputError: the file cannot be read, holds no question, or a row is wrong; the message
            names file and line.
    """
    rows = _table(path) if path.suffix.lower() == ".csv" else read_rows(path)
    out: dict[str, Question] = {}
    for row in rows:
        question = _question(row)
        if question.id in out:
            row.fail(f"the id {question.id!r} stands there twice; give each row its own")
        out[question.id] = question
    if not out:
        raise InputError(f"{path}, line 1: there is no question; write one on each row")
    return tuple(out.values())


def _question(row: Row) -> Question:
    name, question, answerable = (
        row.name("id"),
        row.text("question", filled=True),
        row.flag("answerable"),
    )
    answers = row.texts("answers")
    if answerable and not answers:
        row.fail("an answerable question needs at least one accepted answer in answers")
    return Question(
        id=name,
        lang=_language(row, question),
        kind=row.text("kind", ""),
        question=question,
        answerable=answerable,
        answers=answers,
        source=row.text("source", ""),
        passage=row.text("passage", ""),
        group=row.name("group") if row.value.get("group") not in (None, "") else name,
        trap=row.text("trap", ""),
        near=row.text("near", ""),
        must_include=row.texts("must_include"),
        history=row.turns("history"),
    )


def _language(row: Row, question: str) -> Language:
    """The language that a row names, or that of its question where it is empty or `auto`."""
    name = row.text("lang")
    if name.strip() in ("", "auto"):
        return question_language(question)
    language = next((known for known in LANGUAGES if known == name), None)
    if language is None:
        row.fail(f"lang is {name[:60]!r}; use one of {', '.join(LANGUAGES)}, or auto")
    return language


def _table(path: Path) -> Iterator[Row]:
    """The rows of a CSV file, as those of JSON Lines would be; lists are separated by ` | `."""
    text = read_text(path)
    # Spreadsheets of some countries separate columns by semicolons; the header tells.
    header = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True
    )
    names: list[str] = []
    start = 1
    while True:
        where = f"{path}, line {start}"
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(f"{where}: not CSV: {error}; check the quotation marks") from error
        start = reader.line_num + 1
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = _header([cell.strip() for cell in cells], where)
        elif len(cells) != len(names):
            raise InputError(
                f"{where}: there are {len(cells)} cells, in the header {len(names)}; put cells "
                "that hold a comma or a line break in quotation marks"
            )
        else:
            yield _row(dict(zip(names, cells, strict=True)), where)
    if not names:
        raise InputError(f"{path}, line 1: the file is empty; begin with {','.join(COLUMNS[:10])}")


def _header(names: list[str], where: str) -> list[str]:
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise InputError(
            f"{where}: the header lacks {', '.join(missing)}; name the columns, such as "
            f"{','.join(COLUMNS[:10])}"
        )
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{where}: two columns are named {twice[:60]!r}; keep one")
    return names


def _row(cells: dict[str, str], where: str) -> Row:
    value: dict[str, object] = {"lang": ""}
    for name, cell in cells.items():
        cell = cell.strip()
        if name in ("answers", "must_include"):
            value[name] = [item.strip() for item in cell.split("|") if item.strip()]
        elif name == "answerable":
            value[name] = {"true": True, "false": False}.get(cell.lower(), cell)
        elif name == "history" and cell:
            raise InputError(f"{where}: history does not fit in CSV; write the set as JSON Lines")
        elif name in COLUMNS and name != "history":
            value[name] = cell
    return Row(value, where)
