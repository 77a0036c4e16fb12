"""The nearest passages of every question by the embedding model: the source of hard negatives.

The vectors are kept in the output folder by text, so that they are computed once. English
questions are matched with the Portuguese ones whose ids they have lost, by the same vectors.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.fold import fold
from corpus.settings import Settings
from eval.train.data import PARALLEL, Collection, Question, key_of
from index.encoder import Encoder, load_encoder

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
NUMBER = 10


def nearest(
    collection: Collection, cache: Path, settings: Settings, held_back: bool
) -> dict[str, list[str]]:
    """Return {`<folded question>><language>`: keys of its nearest passages, best first}.

    Looked for among the passages of that language that are held back, or that are not. The
    question's own passage is left out.
    """
    store = VectorStore(cache, settings)
    found: dict[str, list[str]] = {}
    questions = [*collection.questions, *collection.crossed]
    for language in sorted({p.language for p in collection.passages}):
        pool = [
            p for p in collection.passages if p.language == language and p.held_back == held_back
        ]
        mine = [q for q in questions if q.passage.language == language and q.held_back == held_back]
        if not pool or not mine:
            continue
        matrix = store.passages([p.text for p in pool])
        vectors = store.questions([q.text for q in mine])
        for at in range(0, len(mine), 1024):
            scores = vectors[at : at + 1024] @ matrix.T
            order = np.argsort(-scores, axis=1)[:, : NUMBER + 1]
            for q, row in zip(mine[at : at + 1024], order, strict=True):
                keys = [pool[i].key for i in row if pool[i].key != q.passage.key]
                found[f"{fold(q.text)}>{language}"] = keys[:NUMBER]
    store.save()
    return found


class VectorStore:
    """Vectors by text, in a file; what is not there is computed."""

    def __init__(self, cache: Path, settings: Settings) -> None:
        self._settings = settings
        self._encoder: Encoder | None = None
        self._file = cache / "vectors.npz"
        self._known: dict[str, Vectors] = {}
        self._new = False
        if self._file.is_file():
            with np.load(self._file) as kept:
                self._known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors (len(texts), dim) of passages."""
        return self._get(texts, "p")

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors (len(texts), dim) of questions."""
        return self._get(texts, "q")

    def save(self) -> None:
        """Write the vectors that were computed, as float16."""
        if self._new:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            keys = np.array(list(self._known))
            vectors = np.stack(list(self._known.values())).astype(np.float16)
            np.savez(self._file, keys=keys, vectors=vectors)
            self._new = False

    def _get(self, texts: Sequence[str], kind: str) -> Vectors:
        keys = [f"{kind}:{key_of(t)}" for t in texts]
        missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in self._known}
        if missing:
            log.info("embedding %d texts", len(missing))
            encoder = self._encoder = self._encoder or load_encoder(self._settings)
            encode = encoder.encode_passages if kind == "p" else encoder.encode_queries
            self._known.update(zip(missing, encode(list(missing.values())), strict=True))
            self._new = True
        return np.stack([self._known[k] for k in keys]).astype(np.float32)


def join_english(collection: Collection, cache: Path, settings: Settings) -> dict[str, str]:
    """Match the questions of squad2_en with those of squad2_pt: {English id: Portuguese id}.

    Within an article the pair must be each other's nearest, and both or neither answerable.
    """
    store = VectorStore(cache, settings)
    joined: dict[str, str] = {}
    english, other = _by_article(collection, "en"), _by_article(collection, "pt")
    for article in sorted(english.keys() & other.keys()):
        a, b = english[article], other[article]
        scores = store.questions([q.text for q in a]) @ store.questions([q.text for q in b]).T
        there, back = scores.argmax(1), scores.argmax(0)
        for i, j in enumerate(there.tolist()):
            sure = back[j] == i and scores[i, j] > 0.9
            if sure and bool(a[i].answers) == bool(b[j].answers):
                joined[a[i].id] = b[j].id
    store.save()
    return joined


def _by_article(collection: Collection, language: str) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for q in collection.questions:
        if q.set == PARALLEL + language:
            found.setdefault(q.passage.article, []).append(q)
    return found
