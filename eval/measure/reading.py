"""Reading: the reader is given a question with the paragraph that may answer it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chatbot.decide import answers
from chatbot.engine import lexicon_of, network_of, segmenter_of
from chatbot.evidence import Evidence
from chatbot.question import read_question
from chatbot.reader import Reader
from chatbot.reading.read import PassageReader, PassageReading
from chatbot.weighing import WeighingReader
from corpus.glossary import Lexicon
from corpus.language import question_language
from corpus.plain import plain_document
from corpus.records import Hit
from corpus.sentences import sentences
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
Rows = Callable[[Sequence[ReadingItem]], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader makes of a question and its paragraph.

    `answer` is the best it found, whether it is given or withheld, `quote` the sentence that holds
    it, `sure` the probability that the paragraph answers, `short` that `answer` is no sentence.
    """

    answer: str
    quote: str
    sure: float
    answered: bool
    short: bool


@dataclass(frozen=True, slots=True)
class NetworkBench:
    """The trained reader by itself: what it is given is what it was made for."""

    network: PassageReader

    def rows(self, items: Sequence[ReadingItem]) -> Iterator[Row]:
        """Read items in batches and give their rows."""
        for start in range(0, len(items), _CHUNK):
            chunk = items[start : start + _CHUNK]
            begin = time.perf_counter()
            found = self.network.read_pairs([(i.question, i.context) for i in chunk])
            # A batch shares its passes, so each of its questions has an equal part in the time.
            ms = (time.perf_counter() - begin) * 1000 / len(chunk)
            for item, one in zip(chunk, found, strict=True):
                yield reading_row(item, _found(item.context, one), ms)


def _found(text: str, reading: PassageReading) -> Said:
    span = reading.spans[0] if reading.spans else None
    if span is None:
        return Said("", "", reading.answerability, False, True)
    held = [(a, b) for a, b in sentences(text) if a < span.end and span.start < b]
    quote = text[min(a for a, _ in held) : max(b for _, b in held)] if held else ""
    sure = reading.answerability
    return Said(text[span.start : span.end], quote, sure, sure >= 0.5, True)


@dataclass(frozen=True, slots=True)
class RuleBench:
    """Reading without the network: each paragraph is a hit of a search that found nothing else."""

    lexicon: Lexicon
    segmenter: Segmenter
    encoder: Encoder
    reader: Reader

    def rows(self, items: Sequence[ReadingItem]) -> Iterator[Row]:
        """Read items one after another and give their rows."""
        for start in range(0, len(items), _CHUNK):
            yield from self._chunk(items[start : start + _CHUNK])

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
        said = Said("", "", 0.0, False, False)
        if readings:
            best = readings[0]
            said = Said(
                best.short or best.text, best.text, best.answerability, answers(query, readings),
                best.short is not None,
            )  # fmt: skip
        return reading_row(item, said, (time.perf_counter() - start) * 1000)


def open_bench(settings: Settings) -> NetworkBench | RuleBench:
    """Load what reading needs: the trained reader, or where the settings want none, the rules.

    Raises:
        ModelError: a model cannot be loaded.
    """
    encoder = load_encoder(settings)
    network = network_of(settings, encoder)
    if network is not None:
        return NetworkBench(network)
    lexicon = lexicon_of(settings)
    segmenter = segmenter_of(settings, lexicon)
    reader = WeighingReader(Evidence(lexicon, segmenter))
    return RuleBench(lexicon, segmenter, encoder, reader)


def reading_row(item: ReadingItem, said: Said, ms: float) -> Row:
    """What is kept of a question and what the reader made of it."""
    best, quote, sure, answered = said.answer, said.quote, said.sure, said.answered
    given = best if answered else ""
    yes, golds = item.answerable, item.answers
    kind = text_language(item.context)
    em, overlap = exact_match(given, golds, kind), f1(given, golds, kind)
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
        "lang": question_language(item.question),
        "kind": "answerable" if yes else "unanswerable",
        "trap": "",
        "question": item.question,
        "expected": {"answerable": yes, "answers": list(golds), "passage": item.context},
        "given": {
            "status": "answered" if answered else "refused",
            "answer": best,
            "short_answer": best if said.short else None,
            "confidence": sure if answered else 1 - sure,
            "reason": "" if answered else "no_answer",
            "quotes": [{"text": quote, "section": "", "passage_id": "", "title": item.title}],
            "hits": [],
        },
        "values": values,
        "failed": em == 0.0,
        "why": _why(yes, answered, overlap),
        "timings_ms": {"total": round(ms, 3)},
    }


def _why(answerable: bool, answered: bool, overlap: float) -> str:
    if not answerable:
        return "answered, though the paragraph does not answer it" if answered else ""
    if not answered:
        return "withheld, though the paragraph answers it"
    return "" if overlap == 1.0 else "another answer" if overlap == 0.0 else "only part is right"
