"""Data files as typed values: every complaint names the file, the line and what to do.

Nothing that a file can hold leads to another exception than `InputError`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from chatbot.inputs import check_text, read_turns
from corpus.errors import InputError
from corpus.records import Turn


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object and where it stands (`FILE, line N`), with getters that check types.

    A key whose value is null counts as missing. Each getter raises InputError where its key is
    missing without a default, or holds a value of another type.
    """

    value: dict[str, object]
    where: str

    def fail(self, what: str) -> NoReturn:
        """Raise InputError: what is wrong here, and what to do."""
        raise InputError(f"{self.where}: {what}")

    def text(self, key: str, default: str | None = None, *, filled: bool = False) -> str:
        """The text under `key`; `filled` wants more than white space."""
        value = self._get(key, default)
        if not isinstance(value, str):
            self.fail(f"{key} is {_shown(value)}; it must be text")
        if filled and not value.strip():
            self.fail(f"{key} is empty; write its text or take the row out")
        return check_text(value, f"{self.where}: {key}")

    def name(self, key: str, default: str | None = None) -> str:
        """The text or whole number under `key`, as text: an id."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.fail(f"{key} is {_shown(value)}; it must be text or a whole number")
        if not str(value).strip():
            self.fail(f"{key} is empty; give each row an id of its own")
        return check_text(str(value), f"{self.where}: {key}")

    def flag(self, key: str, default: bool | None = None) -> bool:
        """The truth value under `key`."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            self.fail(f"{key} is {_shown(value)}; it must be true or false")
        return value

    def count(self, key: str) -> int:
        """The whole number under `key`."""
        value = self._get(key, None)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(f"{key} is {_shown(value)}; it must be a whole number")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under `key`, none where the key is missing."""
        values = self._get(key, ())
        if values == ():
            return ()
        if not isinstance(values, list):
            self.fail(f"{key} is {_shown(values)}; it must be a list of texts")
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self.fail(
                    f"{key} holds {_shown(value)}; every item must be a text that is not empty"
                )
        return tuple(check_text(value, f"{self.where}: {key}") for value in values)

    def rows(self, key: str) -> list[object]:
        """The list under `key`, its items not yet looked at."""
        values = self._get(key, None)
        if not isinstance(values, list):
            self.fail(f"{key} is {_shown(values)}; it must be a list")
        return values

    def turns(self, key: str) -> tuple[Turn, ...]:
        """The conversation under `key`, none where the key is missing."""
        value = self.value.get(key)
        try:
            return () if value is None else read_turns(value, f"{self.where}: {key}")
        except RecursionError:  # from showing what stands there
            self.fail(f"{key} is nested too deeply; it must be a list of turns")

    def _get(self, key: str, default: object) -> object:
        value = self.value.get(key)
        if value is not None:
            return value
        if default is None:
            self.fail(f"the key {key!r} is missing; add it")
        return default


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without its byte order mark.

    Raises:
        InputError: the file cannot be read, is a folder, or is not in UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; check the name") from error
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{str(path)!r} cannot be read: {error}; check the name") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: not in UTF-8; save the file as UTF-8") from error


def parse(text: str, where: str) -> object:
    """Read a JSON value, strictly: no NaN, no infinity, no key twice in an object.

    Raises:
        InputError: `text` is not JSON; `where` says where it stands.
    """
    try:
        return json.loads(text, parse_constant=_constant, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        place = f"{where}, line {error.lineno}" if "\n" in text else where
        raise InputError(f"{place} is not JSON: {error.msg} (column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InputError(f"{where} is not JSON: {what}") from error


def as_row(value: object, where: str) -> Row:
    """A JSON value as a row; InputError where it is no object."""
    if not isinstance(value, dict):
        raise InputError(f"{where} is {_shown(value)}; it must be a JSON object {{…}}")
    return Row(value, where)


def read_rows(path: Path) -> Iterator[Row]:
    """The objects of a JSON Lines file, in order; empty lines are left out.

    Raises:
        InputError: the file cannot be read, or a line is no JSON object; also where there is none.
    """
    empty = True
    # Split at newlines only: a JSON string may hold other line ends of Unicode as they are.
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            empty = False
            where = f"{path}, line {number}"
            yield as_row(parse(line.strip(), where), where)
    if empty:
        raise InputError(f"{path}, line 1: the file is empty; write one JSON object on each line")


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number; write a number or null")


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    out = dict(pairs)
    if len(out) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands there twice; keep one")
    return out


def _shown(value: object) -> str:
    """A value for a message, short and printable whatever it is."""
    try:
        text = repr(value)
    except RecursionError:
        text = f"a deeply nested {type(value).__name__}"
    return text if len(text) <= 80 else text[:79] + "…"
