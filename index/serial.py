"""Records to JSON and back: exactly the dataclasses of `corpus.records`, nothing else.

The types of the fields steer both ways, so that a record has no second description. Tuples
become lists, dates ISO strings, nested records objects; fields at their default are left out.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

R = TypeVar("R")


def to_line(record: object) -> str:
    """Return a record as one line of JSON, keys in the order of the fields, not escaped."""
    return json.dumps(to_plain(record), ensure_ascii=False, separators=(",", ":"))


def from_line(kind: type[R], line: str | bytes) -> R:
    """Read what `to_line` wrote.

    Raises:
        ValueError: the line is not JSON or does not describe such a record.
    """
    value = json.loads(line)
    try:
        return typing.cast(R, _reader(typing.cast(Any, kind))(value))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def to_plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """Turn a record, or a value inside one, into what JSON can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: to_plain(item)
            for f in fields(value)
            if (item := getattr(value, f.name)) != _default(f)
        }
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return value


def _default(field: Field[Any]) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type expression
    """Return the function that makes a value of type `kind` out of its JSON form."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _record_reader(kind)
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda value: tuple(item(part) for part in value)
    if origin is dict:
        item = _reader(arguments[1])
        return lambda value: {key: item(part) for key, part in value.items()}
    if origin in (typing.Union, types.UnionType):
        (present,) = (a for a in arguments if a is not type(None))
        inner = _reader(present)
        return lambda value: None if value is None else inner(value)
    if kind is date:
        return date.fromisoformat
    if kind is float:
        return float
    return lambda value: value


def _record_reader(kind: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    readers = {f.name: _reader(hints[f.name]) for f in fields(kind)}
    return lambda value: kind(**{name: readers[name](item) for name, item in value.items()})
