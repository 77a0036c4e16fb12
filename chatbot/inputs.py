"""Reading what the command line is given: conversations and batches of questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import InputError
from corpus.records import LANGUAGES, Language, Turn


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a batch; `language` None means that the row names none."""

    id: str | int
    question: str
    language: Language | None
    history: tuple[Turn, ...]


def read_history(path: Path) -> tuple[Turn, ...]:
    """Read a conversation: a JSON list of `{"role": "user"|"assistant", "content"}`.

    Raises:
        InputError: the file cannot be read or is something else.
    """
    value = _json(_decode(_read(path), str(path)), str(path))
    return read_turns(value, str(path))


def read_batch(name: str) -> tuple[Row, ...]:
    """Read all rows of a JSON Lines file (`-`: standard input), so that none is asked in vain.

    A row has `id` and `question`, optionally `lang` and `history`; other keys are left alone.

    Raises:
        InputError: the file cannot be read or a row makes no sense; the message names its line.
    """
    shown = "standard input" if name == "-" else name
    data = sys.stdin.buffer.read() if name == "-" else _read(Path(name))
    rows = tuple(_rows(data, shown))
    if not rows:
        raise InputError(f"{shown} holds no question; write one JSON object on each line")
    return rows


def check_text(text: str, where: str) -> str:
    """Return `text`; raise InputError where it is no Unicode text (bytes that were no UTF-8)."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{where} is not valid Unicode text: {text[:60]!r}") from error
    return text


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _decode(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{where} is not in UTF-8: {error.reason}") from error


def _rows(data: bytes, shown: str) -> Iterator[Row]:
    # Split at newlines only: a JSON string may hold other line ends of Unicode as they are.
    for n, line in enumerate(data.split(b"\n"), 1):
        where = f"{shown}, line {n}"
        text = _decode(line, where).strip()
        if not text:
            continue
        yield _row(_json(text, where), where)


def _json(text: str, where: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError(f"{where} is not JSON: {error}") from error
    except RecursionError:
        raise InputError(f"{where} is JSON nested too deeply; write it flat") from None


def _row(value: object, where: str) -> Row:
    if not isinstance(value, dict):
        raise InputError(where + ' is no JSON object; write {"id": …, "question": …}')
    row_id, question = value.get("id"), value.get("question")
    if not isinstance(row_id, str | int) or isinstance(row_id, bool):
        raise InputError(f"{where}: id is {row_id!r}; it must be text or a whole number")
    if not isinstance(question, str):
        raise InputError(f"{where}: question is {question!r}; it must be text")
    lang = value.get("lang") or "auto"
    if lang != "auto" and lang not in LANGUAGES:
        raise InputError(f"{where}: lang is {lang!r}; use auto, {', '.join(LANGUAGES)}")
    return Row(
        check_text(row_id, f"{where}: id") if isinstance(row_id, str) else row_id,
        check_text(question, f"{where}: question"),
        next((name for name in LANGUAGES if name == lang), None),
        read_turns(value.get("history") or [], f"{where}: history"),
    )


def read_turns(value: object, where: str) -> tuple[Turn, ...]:
    """The turns of a conversation from its JSON; `where` names it in messages.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, list):
        raise InputError(where + ' is no list; write [{"role": …, "content": …}, …]')
    turns: list[Turn] = []
    for n, turn in enumerate(value, 1):
        role = turn.get("role") if isinstance(turn, dict) else None
        content = turn.get("content") if isinstance(turn, dict) else None
        if role not in ("user", "assistant") or not isinstance(content, str):
            raise InputError(
                f"{where}, turn {n} is {turn!r}; it must have a role (user or assistant) and a "
                "content that is text"
            )
        content = check_text(content, f"{where}, turn {n}")
        turns.append(Turn("user" if role == "user" else "assistant", content))
    return tuple(turns)
