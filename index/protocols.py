"""What the rest of the program may know of an index: two protocols, one for each half.

Rows are numbered from 0 in the order in which they were built. Both searches return the row
numbers and their scores, best first; equal scores come in the order of the rows, so that a
result is the same on every run. `allowed`, where given, is a boolean mask over the rows:
nothing else is returned, and up to `k` allowed rows are found however few there are. Both are
safe to call from any number of threads once built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


class DenseIndex(Protocol):
    """Finds the rows whose vectors have the greatest inner product with a vector."""

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> Self:
        """Index float32 vectors of shape (rows, dim)."""
        ...

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises IndexUnavailable where that is not possible."""
        ...

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        ...

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> tuple[Rows, Scores]:
        """Return up to `k` rows and their inner products with `vector`, of shape (dim,)."""
        ...

    def __len__(self) -> int: ...


class LexicalIndex(Protocol):
    """Finds rows by the tokens that they share with a query, weighed by BM25.

    k1 = 1.2, b = 0.75, idf = ln(1 + (N - n + 0.5) / (n + 0.5)) (Robertson and Zaragoza, The
    Probabilistic Relevance Framework, 2009, with Lucene's non-negative idf). A token that the
    query holds twice counts twice. Rows that share no token are not returned. A token that
    holds white space counts as the tokens between it.
    """

    @classmethod
    def build(cls, token_lists: Iterable[Sequence[str]], path: Path) -> Self:
        """Index the rows' tokens into the folder `path`, which is made."""
        ...

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open the folder that `build` wrote. Raises IndexUnavailable where that fails."""
        ...

    def search(
        self, tokens: Sequence[str], k: int, allowed: Mask | None = None
    ) -> tuple[Rows, Scores]:
        """Return up to `k` rows that hold one of `tokens`, and their BM25 scores."""
        ...

    def __len__(self) -> int: ...


def best(fetch: Callable[[int], tuple[Rows, Scores]], k: int, most: int) -> tuple[Rows, Scores]:
    """Return the `k` best of an engine's rows, equal scores in the order of the rows.

    Engines order equal scores as they like, so a group of equals may be cut at `k` in any
    way: more is fetched until the group has ended.

    Args:
        fetch: returns the engine's best n rows, best first; fewer when there are no more.
        k: how many are wanted.
        most: the number of rows there are.
    """
    wanted = min(k, most)
    if wanted <= 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    size = min(wanted + 16, most)
    while True:
        rows, scores = fetch(size)
        if len(rows) < size or size >= most or scores[-1] < scores[wanted - 1]:
            break
        size = min(4 * size, most)
    order = np.lexsort((rows, -scores))[:wanted]
    return rows[order], scores[order]
