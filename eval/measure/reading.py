"""Reading: the reader is given a question with the paragraph that may answer it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chatbot.decide import answers
from chatbot.engine import lexicon_of, network_of, segmenter_of
from chatbot.evidence import Evidence
from chatbot.question import read_question
from chatbot.reader import Reader, Reading
from chatbot.weighing import WeighingReader
from corpus.glossary import Lexicon
from corpus.plain import plain_document
from corpus.records import Hit
from corpus.settings import Settings
from corpus.split import split
from eval.datasets.squad import ReadingItem
from eval.metrics.aggregate import Measure
from eval.metrics.text import exact_match, f1, holds, text_language
from eval.runs import Row
from index.encoder import Encoder, load_encoder
from index.segment import Segmenter

MEASURES = (
    Measure("em", "mean", True, "given exactly an accepted answer, or rightly none"),
    Measure("f1", "mean", True, "overlap of the given with the best accepted answer"),
    Measure("answerable_em", "mean", True, "EM of the questions that have an answer"),
    Measure("answerable_f1", "mean", True, "F1 of the questions that have an answer"),
    Measure("unanswerable_em", "mean", True, "questions without an answer that are given none"),
    Measure("forced_em", "mean", True, "EM of questions that have an answer, none withheld"),
    Measure("forced_f1", "mean", True, "F1 of questions that have an answer, none withheld"),
    Measure("no_answer_auroc", "auroc", True,
            "how well the reader tells questions without an answer from the others"),
    Measure("no_answer_precision", "mean", True, "withheld answers of questions that have none"),
    Measure("no_answer_recall", "mean", True, "questions without an answer that are given none"),
    Measure("sentence_hit", "mean", True,
            "questions that have an answer and whose quoted sentence holds it"),
    Measure("ece", "ece", False,
            "gap between the reader's probability of an answer and how often there is one"),
)  # fmt: skip

_CHUNK = 64
_WHOLE = 10**9


@dataclass(frozen=True, slots=True)
class ReadingBench:
    """What reading a set needs."""

    lexicon: Lexicon
    segmenter: Segmenter
    encoder: Encoder
    reader: Reader

    def rows_of(self) -> Callable[[Sequence[ReadingItem]], Iterator[Row]]:
        """A function that reads items one after another and gives their rows."""

        def read(items: Sequence[ReadingItem]) -> Iterator[Row]:
            for start in range(0, len(items), _CHUNK):
                yield from self._chunk(items[start : start + _CHUNK])

        return read

    def _chunk(self, items: Sequence[ReadingItem]) -> Iterator[Row]:
        contexts = list(dict.fromkeys(item.context for item in items))
        vectors = dict(zip(contexts, self.encoder.encode_passages(contexts), strict=True))
        asked = self.encoder.encode_queries([item.question for item in items])
        for item, vector in zip(items, asked, strict=True):
            yield self._row(item, float(vector @ vectors[item.context]))

    def _row(self, item: ReadingItem, similarity: float) -> Row:
        document = plain_document(f"paragraph-{item.id}", item.context, item.title)
        passages = split(document, _WHOLE)
        start = time.perf_counter()
        query = read_question(item.question, self.lexicon, self.segmenter)
        # The only passage is the first of both lists; its similarity is what it really is.
        hits = [Hit(1, p, 1.0, 1, 1, similarity, 1.0) for p in passages]
        readings = self.reader.read(query, hits)
        answered = answers(query, readings)
        ms = round((time.perf_counter() - start) * 1000, 3)
        return reading_row(item, readings[0] if readings else None, answered, query.language, ms)


def open_bench(settings: Settings) -> ReadingBench:
    """Load what reading needs; no index is.

    Raises:
        ModelError: the model cannot be loaded.
    """
    lexicon = lexicon_of(settings)
    segmenter = segmenter_of(settings, lexicon)
    reader = WeighingReader(Evidence(lexicon, segmenter), network_of(settings))
    return ReadingBench(lexicon, segmenter, load_encoder(settings), reader)


def reading_row(
    item: ReadingItem, reading: Reading | None, answered: bool, language: str, ms: float
) -> Row:
    """What is kept of a question and what the reader made of it.

    The answer is the short one where there is one, else the sentence that answers.
    """
    best = (reading.short or reading.text) if reading else ""
    said = best if answered else ""
    sure = reading.answerability if reading else 0.0
    quote = reading.text if reading else ""
    yes, golds = item.answerable, item.answers
    kind = text_language(item.context)
    em, overlap = exact_match(said, golds, kind), f1(said, golds, kind)
    sentence = float(answered and any(holds(quote, gold) for gold in golds)) if yes else None
    values = {
        "em": em,
        "f1": overlap,
        "answerable_em": em if yes else None,
        "answerable_f1": overlap if yes else None,
        "unanswerable_em": None if yes else em,
        "forced_em": exact_match(best, golds, kind) if yes else None,
        "forced_f1": f1(best, golds, kind) if yes else None,
        "no_answer_auroc": [1 - sure, int(not yes)],
        "no_answer_precision": None if answered else float(not yes),
        "no_answer_recall": None if yes else float(not answered),
        "sentence_hit": sentence,
        "ece": [sure, int(yes)],
    }
    return {
        "id": item.id,
        "group": item.title or item.context[:40],
        "lang": language,
        "kind": "answerable" if yes else "unanswerable",
        "trap": "",
        "question": item.question,
        "expected": {"answerable": yes, "answers": list(golds), "passage": item.context},
        "given": {
            "status": "answered" if answered else "refused",
            "answer": best,
            "short_answer": reading.short if reading else None,
            "confidence": sure if answered else 1 - sure,
            "reason": "" if answered else "no_answer",
            "quotes": [{"text": quote, "section": "", "passage_id": "", "title": item.title}],
            "hits": [],
        },
        "values": values,
        "failed": em == 0.0,
        "why": _why(yes, answered, overlap),
        "timings_ms": {"total": ms},
    }


def _why(answerable: bool, answered: bool, overlap: float) -> str:
    if not answerable:
        return "answered, though the paragraph does not answer it" if answered else ""
    if not answered:
        return "withheld, though the paragraph answers it"
    return "" if overlap == 1.0 else "another answer" if overlap == 0.0 else "only part is right"
