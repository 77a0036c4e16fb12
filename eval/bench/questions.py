"""The questions that benchmarks ask: those of the development set, in the order of the file."""

from __future__ import annotations

from corpus.errors import InputError
from eval.datasets.policy import read_questions
from eval.datasets.shipped import question_file

SET = "policy-dev"


def questions(limit: int) -> list[str]:
    """Return `limit` questions spread evenly over the file, so that all kinds and languages occur.

    Rows with a history are left out: their question alone makes no sense.

    Raises:
        InputError: the file holds fewer.
    """
    texts = [q.question for q in read_questions(question_file(SET)) if not q.history]
    if len(texts) < limit:
        raise InputError(f"{SET} holds {len(texts)} questions; ask for no more than these")
    return [texts[i * len(texts) // limit] for i in range(limit)]
