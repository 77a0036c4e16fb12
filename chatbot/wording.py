"""How people ask, read from `wording.toml`: patterns and stop words in the four languages."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("wording.toml")


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def pattern(section: str, name: str, wrap: str = "{}") -> re.Pattern[str]:
    """The alternatives `name` of a section as one pattern; `wrap` says what stands around it."""
    return re.compile(wrap.replace("{}", "(?:" + "|".join(_table()[section][name]) + ")"))


@cache
def names(section: str) -> tuple[str, ...]:
    """The names in a section, in the order of the file."""
    return tuple(_table()[section])


@cache
def words(section: str, name: str) -> frozenset[str]:
    """The words of a list, folded as they stand."""
    return frozenset(_table()[section][name].split())


@cache
def polite() -> re.Pattern[str]:
    """What only makes a question polite, at its beginning."""
    return re.compile(_table()["stop"]["polite"].strip())


@cache
def characters(section: str, name: str) -> str:
    """The characters of a string."""
    return str(_table()[section][name])
