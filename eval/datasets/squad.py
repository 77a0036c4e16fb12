"""Reading sets: SQuAD 1.1 and 2.0, questions each with the paragraph that they are read in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError
from eval.datasets.lines import Row, as_row, parse, read_text


@dataclass(frozen=True, slots=True)
class ReadingItem:
    """A question and its paragraph.

    `answers` are the accepted answers and `starts` where each begins: counted in characters,
    `context[starts[i] : starts[i] + len(answers[i])] == answers[i]`. Both are empty where the
    paragraph does not answer the question.
    """

    id: str
    question: str
    context: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]
    answerable: bool
    title: str = ""


def read_squad(path: Path) -> tuple[ReadingItem, ...]:
    """Read a SQuAD file: `data` → `paragraphs` (`context`) → `qas` (`id`, `question`, `answers`).

    A question is unanswerable where `is_impossible` says so or no answer is given. An
    `answer_start` that does not fit its text gives way to the nearest place where the text stands.

    Raises:
        InputError: the file cannot be read or is something else, an answer does not stand in its
            paragraph, an id stands twice, or there is no question; the message names the place.
    """
    text = read_text(path)
    if not text.strip():
        raise InputError(f'{path}, line 1: the file is empty; it must hold {{"data": […]}}')
    out: dict[str, ReadingItem] = {}
    for place, paragraph, value in _questions(as_row(parse(text, str(path)), str(path)), path):
        name = as_row(value, f"{path}: {place}").name("id")
        row = as_row(value, f"{place} (id {name[:60]})")
        try:
            if name in out:
                row.fail("the id stands there twice; give each question its own")
            out[name] = _item(name, row, paragraph)
        except InputError as error:
            raise InputError(f"{path}{_line(name, text)}: {error}") from error
    if not out:
        raise InputError(f"{path}, line 1: data holds no question; there must be some under qas")
    return tuple(out.values())


@dataclass(frozen=True, slots=True)
class _Paragraph:
    context: str
    title: str


def _questions(top: Row, path: Path) -> Iterator[tuple[str, _Paragraph, object]]:
    """Of each question, in order: where it stands, its paragraph, and what stands there."""
    for i, article in enumerate(top.rows("data")):
        place = f"data[{i}]"
        entry = as_row(article, f"{path}: {place}")
        title = entry.text("title", "")
        called = f" (article {title[:60]!r})" if title else ""
        for j, paragraph in enumerate(entry.rows("paragraphs")):
            part = as_row(paragraph, f"{path}: {place}.paragraphs[{j}]{called}")
            known = _Paragraph(part.text("context", filled=True), title)
            for k, question in enumerate(part.rows("qas")):
                yield f"{place}.paragraphs[{j}].qas[{k}]{called}", known, question


def _item(name: str, row: Row, paragraph: _Paragraph) -> ReadingItem:
    # Published sets have empty questions (one in the trial set of CMRC 2018): kept, so that
    # figures can be compared with others'.
    question = row.text("question")
    # Some files leave answers out where there is none.
    given = [] if row.flag("is_impossible", False) else row.rows("answers")
    found = dict.fromkeys(
        _answer(as_row(value, f"{row.where}.answers[{n}]"), paragraph.context)
        for n, value in enumerate(given)
    )
    return ReadingItem(
        id=name,
        question=question,
        context=paragraph.context,
        answers=tuple(answer for answer, _ in found),
        starts=tuple(start for _, start in found),
        answerable=bool(found),
        title=paragraph.title,
    )


def _answer(row: Row, context: str) -> tuple[str, int]:
    answer, start = row.text("text", filled=True), row.count("answer_start")
    # A negative start would count from the end of the paragraph.
    if start >= 0 and context.startswith(answer, start):
        return answer, start
    places = [m.start() for m in re.finditer(f"(?={re.escape(answer)})", context)]
    if not places:
        row.fail(
            f"the answer {answer[:60]!r} stands nowhere in the paragraph; copy it from there "
            "letter by letter, or mark the question is_impossible"
        )
    return answer, min(places, key=lambda place: abs(place - start))


def _line(name: str, text: str) -> str:
    """`, line N` where the id stands in a file of several lines; empty where that is not known."""
    if "\n" not in text.strip():
        return ""
    written = "|".join({re.escape(json.dumps(name, ensure_ascii=a)) for a in (True, False)})
    found = list(re.finditer(rf'"id"\s*:\s*(?:{written}|{re.escape(name)}(?![\w.]))', text))
    if not found:
        return ""
    # The last, for an id that stands there twice.
    return f", line {text.count(chr(10), 0, found[-1].end()) + 1}"
