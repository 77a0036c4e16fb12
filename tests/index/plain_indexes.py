"""The protocols in plain numpy and Python: slow, exact, easy to read. The contract's yardstick."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np


def _top(rows, scores, k, allowed):
    pairs = [
        (-float(score), int(row))
        for row, score in zip(rows, scores, strict=True)
        if allowed is None or allowed[row]
    ]
    pairs.sort()
    pairs = pairs[: max(k, 0)]
    return (
        np.array([row for _, row in pairs], np.int64),
        np.array([-score for score, _ in pairs], np.float32),
    )


class PlainDense:
    def __init__(self, vectors):
        self.vectors = vectors

    @classmethod
    def build(cls, vectors):
        return cls(vectors)

    @classmethod
    def load(cls, path):
        return cls(np.load(path))

    def save(self, path):
        with Path(path).open("wb") as file:
            np.save(file, self.vectors)

    def __len__(self):
        return len(self.vectors)

    def search(self, vector, k, allowed=None):
        scores = np.array([np.dot(row, vector) for row in self.vectors], np.float32)
        return _top(range(len(scores)), scores, k, allowed)


class PlainLexical:
    K1, B = 1.2, 0.75

    def __init__(self, token_lists):
        self.counts = [Counter(p for t in tokens for p in t.split()) for tokens in token_lists]
        self.lengths = [sum(c.values()) for c in self.counts]
        self.mean = sum(self.lengths) / len(self.lengths) if self.lengths else 0.0
        self.holders = Counter(term for c in self.counts for term in c)

    @classmethod
    def build(cls, token_lists, path):
        lists = [list(tokens) for tokens in token_lists]
        path.mkdir()
        (path / "tokens.json").write_text(json.dumps(lists))
        return cls(lists)

    @classmethod
    def load(cls, path):
        return cls(json.loads((path / "tokens.json").read_text()))

    def __len__(self):
        return len(self.counts)

    def idf(self, term):
        holders = self.holders[term]
        return math.log(1 + (len(self) - holders + 0.5) / (holders + 0.5))

    def score(self, row, query):
        total = 0.0
        for term, times in query.items():
            if frequency := self.counts[row][term]:
                norm = 1 - self.B + self.B * self.lengths[row] / self.mean
                saturated = frequency * (self.K1 + 1) / (frequency + self.K1 * norm)
                total += times * self.idf(term) * saturated
        return total

    def search(self, tokens, k, allowed=None):
        query = Counter(part for token in tokens for part in token.split())
        scores = {row: self.score(row, query) for row in range(len(self))}
        found = [row for row, score in scores.items() if score > 0]
        return _top(found, [scores[row] for row in found], k, allowed)
