"""The questions that benchmarks ask: those of the development set, in the order of the file."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.errors import InputError

QUESTIONS = Path(__file__).parents[1] / "data" / "policy-dev.jsonl"


def questions(limit: int) -> list[str]:
    """Return `limit` questions spread evenly over the file, so that all kinds and languages occur.

    Rows with a history are left out: their question alone makes no sense.

    Raises:
        InputError: the file holds fewer.
    """
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    texts = [str(row["question"]) for row in rows if not row.get("history")]
    if len(texts) < limit:
        raise InputError(f"{QUESTIONS} holds {len(texts)} questions; ask for no more than these")
    return [texts[i * len(texts) // limit] for i in range(limit)]
