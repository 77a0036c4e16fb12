"""Reading passages with a question: the best spans, the parts of a list, and two probabilities."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from chatbot.reading.features import Found
from chatbot.reading.network import ReaderNetwork
from chatbot.reading.precision import convert, fastest
from chatbot.reading.pretrained import load_words
from chatbot.reading.stored import BUNDLED, ReaderConfig, load
from chatbot.reading.windows import (
    PairTokenizer,
    Pieces,
    Window,
    best_spans,
    pad,
    tagged_runs,
    windows,
)
from corpus.errors import InputError

BATCH = 4
"""Windows in one forward pass: on a CPU larger batches are slower."""


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the reader makes of one passage.

    `spans`: best first, not overlapping. `parts`: what the tags hold to be parts of the answer, in
    the order of the text. `answer`, `relevance`: logits, the highest of the passage's windows;
    `answerability`, `relevant`: the calibrated probabilities. `read` is False where the time was
    up before the passage's turn: then all else is empty.
    """

    spans: tuple[Found, ...]
    parts: tuple[Found, ...]
    answer: float
    relevance: float
    answerability: float
    relevant: float
    read: bool = True


@dataclass(slots=True)
class _Outcome:
    answer: float = -np.inf
    relevance: float = -np.inf
    spans: tuple[Found, ...] = ()
    parts: tuple[Found, ...] = ()


class PassageReader:
    """Reads passages; may be shared between threads, which read one after the other."""

    def __init__(
        self, network: ReaderNetwork, tokenizer: PairTokenizer, config: ReaderConfig
    ) -> None:
        self.config = config
        self.tokenizer = tokenizer
        self._network = network.eval()
        self._device = network.position.device
        self._lock = threading.Lock()
        self._pieces: dict[str, Pieces] = {}

    def read(
        self,
        question: str,
        texts: Sequence[str],
        spans: int = 3,
        seconds: float | None = None,
    ) -> list[PassageReading]:
        """Read `texts` with the question; one reading for each, in their order.

        `spans`: how many of the best spans to return. `seconds`: after so long no further passage
        is begun; put the most promising first.

        Raises:
            InputError: the question is empty.
        """
        if not question.strip():
            raise InputError("the question is empty; ask something")
        return self.read_pairs([(question, t) for t in texts], spans, seconds)

    def read_pairs(
        self, pairs: Sequence[tuple[str, str]], spans: int = 1, seconds: float | None = None
    ) -> list[PassageReading]:
        """As `read`, for pairs of question and passage."""
        jobs: list[tuple[int, Window]] = []
        c = self.config
        for i, (question, text) in enumerate(pairs):
            ids = self.tokenizer.question(question)
            pieces = self._cut(text)
            if len(pieces):
                found = windows(self.tokenizer, ids, pieces.ids, c.window, c.stride)
                jobs += [(i, w) for w in found]
        # Like lengths together; where time is short the order of the passages counts more.
        if seconds is None:
            jobs.sort(key=lambda job: len(job[1].ids))
        outcomes = [_Outcome() for _ in pairs]
        begin = time.monotonic()
        for at in range(0, len(jobs), BATCH):
            if seconds is not None and at and time.monotonic() - begin > seconds:
                break
            self._pass(jobs[at : at + BATCH], pairs, outcomes, spans)
        return [self._reading(o) for o in outcomes]

    def _cut(self, text: str) -> Pieces:
        if (known := self._pieces.get(text)) is None:
            if len(self._pieces) >= 4096:
                self._pieces.clear()
            known = self._pieces[text] = self.tokenizer.passage(text)
        return known

    def _pass(
        self,
        jobs: Sequence[tuple[int, Window]],
        pairs: Sequence[tuple[str, str]],
        outcomes: list[_Outcome],
        number: int,
    ) -> None:
        ids = torch.from_numpy(pad([w.ids for _, w in jobs], self.tokenizer.pad))
        kinds = torch.from_numpy(pad([w.kinds for _, w in jobs], 0))
        lengths = torch.tensor([len(w.ids) for _, w in jobs])
        with self._lock, torch.inference_mode():
            out = self._network(*(t.to(self._device) for t in (ids, kinds, lengths)))
            start, end, tags, answer, relevance = (t.float().cpu().numpy() for t in out)
        for row, (i, w) in enumerate(jobs):
            o = outcomes[i]
            o.relevance = max(o.relevance, float(relevance[row]))
            if answer[row] <= o.answer:
                continue
            o.answer = float(answer[row])
            inside = slice(w.offset, w.offset + w.last - w.first)
            pieces = self._cut(pairs[i][1])
            best = best_spans(start[row, inside], end[row, inside], number=number)
            o.spans = tuple(_place(pieces, w, s.first, s.last, s.score) for s in best)
            scores = tags[row, inside]
            runs = tagged_runs(scores, self.config.tag_threshold)
            o.parts = tuple(
                _place(pieces, w, a, b, float(scores[a : b + 1].mean())) for a, b in runs
            )

    def _reading(self, o: _Outcome) -> PassageReading:
        if o.answer == -np.inf:
            return PassageReading((), (), -np.inf, -np.inf, 0.0, 0.0, read=False)
        return PassageReading(
            o.spans,
            o.parts,
            o.answer,
            o.relevance,
            self.config.answer.probability(o.answer),
            self.config.relevance.probability(o.relevance),
        )


def _place(pieces: Pieces, w: Window, first: int, last: int, score: float) -> Found:
    start, end = pieces.starts[first + w.first], pieces.ends[last + w.first]
    return Found(int(start), int(end), score)


def load_reader(
    embedder: Path,
    folder: Path = BUNDLED,
    words: torch.Tensor | None = None,
    precision: str = "float32",
    cache: Path | None = None,
) -> PassageReader:
    """Load the reader in `folder` over the Sentence-Transformers folder of the embedding model.

    `words`: the embedding model's word embeddings, where it is loaded already; else they are read
    from its folder. `precision`: `float32`, `bfloat16` or `int8`, in which the network computes;
    `auto`, with the folder `cache` to remember it in, for the fastest on this processor.

    Raises:
        ModelError: either of them is missing or damaged, or they do not fit.
    """
    network, config = load(folder, load_words(embedder) if words is None else words)
    if precision == "auto":
        precision = "float32" if cache is None else fastest(network, cache)
    convert(network, precision)
    return PassageReader(network, PairTokenizer(embedder / "tokenizer.json"), config)
