"""Written policy documents with questions, as items for the reader.

`eval/data/invented` holds documents in the style of official ones, with questions in four
languages, of which two in five are treacherous (see its README). Those in `network` are for
training; those in `decision` are held back: the decision is fitted on them (`eval.fit_weights`),
and that can only be done honestly on questions whose answers the network was never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corpus.load import load_document
from corpus.records import Passage as Stored
from corpus.split import split
from eval.datasets.policy import Question as Row
from eval.datasets.policy import read_questions
from eval.metrics.text import is_passage
from eval.train.data import Collection, Passage, Question, key_of

INVENTED = Path(__file__).parents[1] / "data" / "invented"
SET = "written"


def add_written(collection: Collection, folder: Path = INVENTED) -> int:
    """Add the documents' passages and questions; return how many questions found their place.

    A passage is put as answering meets it, its headings and lead-in above it. A question whose
    answer does not stand in one passage (a list over several items) is left out.

    Raises:
        InputError: a document or its question set cannot be read.
    """
    added = 0
    for file in sorted(folder.glob("*/*.md")):
        document, _ = load_document(file.stem, [file])
        held = file.parent.name == "decision"
        stored = split(document)
        passages = [_passage(p, file.stem, held) for p in stored]
        collection.passages += passages
        for row in read_questions(file.with_suffix(".jsonl")):
            question = _question(row, stored, passages)
            if question is not None:
                collection.questions.append(question)
                added += 1
    return added


def _passage(stored: Stored, title: str, held: bool) -> Passage:
    text = f"{stored.context}\n{stored.text}" if stored.context else stored.text
    return Passage(key_of(text), text, SET, "zh", f"{SET}/{title}", held)


def _question(row: Row, stored: Sequence[Stored], passages: Sequence[Passage]) -> Question | None:
    language = row.lang[:2]
    wanted = row.passage if row.answerable else row.near
    for own, passage in zip(stored, passages, strict=True):
        if not is_passage(own.text, wanted):
            continue
        if not row.answerable:
            return Question(row.id, row.question, language, passage, ())
        spans = [_place(item, own, row, passage) for item in (row.answers[0], *row.must_include)]
        found = [span for span in spans if span is not None]
        if len(found) == len(spans):
            return Question(row.id, row.question, language, passage, (found[0],), tuple(found[1:]))
    return None


def _place(text: str, own: Stored, row: Row, passage: Passage) -> tuple[int, int] | None:
    """Where a text stands in the passage: within the piece that was named, if that is there."""
    piece = own.text.find(row.passage)
    at = own.text.find(text, max(piece, 0))
    if at < 0:
        return None
    shift = len(passage.text) - len(own.text)
    return shift + at, shift + at + len(text)
