"""Question sets: one JSON object a line, each a question with what a right answer must hold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.records import LANGUAGES, Language, Turn


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a set.

    `answers` are accepted short answers, any of which will do; `must_include` the items that a
    complete list has; `passage` a piece of the document that answers it; `group` joins the same
    question in several languages; `trap` says how an unanswerable question misleads.
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
    must_include: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a question set.

    Raises:
        InputError: the file cannot be read, or a row is wrong; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    out: list[Question] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line), number)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}, line {number}: {_what(error)}") from error
        if question.id in seen:
            raise InputError(f"{path}, line {number}: the id {question.id!r} stands there twice")
        seen.add(question.id)
        out.append(question)
    return tuple(out)


def _question(row: Any, number: int) -> Question:  # noqa: ANN401 - JSON of any kind
    if not isinstance(row, dict):
        raise ValueError("a row must be a JSON object")
    language = next((lang for lang in LANGUAGES if lang == row["lang"]), None)
    if language is None:
        raise ValueError(f"lang is {row['lang']!r}; use one of {', '.join(LANGUAGES)}")
    if not isinstance(row["answerable"], bool):
        raise ValueError(f"answerable is {row['answerable']!r}; use true or false")
    answers = row.get("answers", [])
    if row["answerable"] and not answers:
        raise ValueError("an answerable question needs at least one accepted answer")
    return Question(
        id=str(row.get("id", number)),
        lang=language,
        kind=str(row.get("kind", "")),
        question=str(row["question"]),
        answerable=row["answerable"],
        answers=tuple(map(str, answers)),
        source=str(row.get("source", "")),
        passage=str(row.get("passage", "")),
        group=str(row.get("group", row.get("id", number))),
        trap=str(row.get("trap", "")),
        must_include=tuple(map(str, row.get("must_include", []))),
        history=tuple(Turn(t["role"], t["content"]) for t in row.get("history", [])),
    )


def _what(error: Exception) -> str:
    return f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
