"""The program's version and what it needs, installed or run from a checkout."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

_CHECKOUT = Path(__file__).parents[1] / "pyproject.toml"


def program_version() -> str:
    """The version, marked where the program runs from a checkout that is not installed."""
    try:
        return version("ponte")
    except PackageNotFoundError:
        return f"{_project()['version']} (checkout)"


def requirements() -> list[str]:
    """What the program needs, as requirement lines, those of extras included."""
    try:
        return requires("ponte") or []
    except PackageNotFoundError:
        return [str(line) for line in _project()["dependencies"]]


def _project() -> dict[str, Any]:
    table = tomllib.loads(_CHECKOUT.read_text(encoding="utf-8"))
    return dict(table["project"])
