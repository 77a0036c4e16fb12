"""The question sets that ship, by name."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
SHIPPED = ("policy-dev", "policy-hard", "policy-check")


def question_file(name: str) -> Path:
    """The file of a question set: one that ships, by its name, else the path as given."""
    return DATA / f"{name}.jsonl" if name in SHIPPED else Path(name)
