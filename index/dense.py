"""The dense index on FAISS: exact up to 50,000 rows, a HNSW graph above."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from corpus.errors import IndexUnavailable
from index.protocols import Mask, Rows, Scores, best

FLAT_ROWS = 50_000
"""Up to here the exact search is fast enough (7.5 ms on one thread at 384 dimensions)."""

_NEIGHBOURS = 32
_EF_CONSTRUCTION = 200
_EF_SEARCH = 128
_FILTER_FLAT = 0.1
"""A filter that keeps less than this goes the exact way: the graph's recall collapses there."""


# Its type stubs lack the search parameters.
faiss: Any = _faiss


class FaissIndex:
    """`DenseIndex` on FAISS; inner product, so cosine for unit vectors."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - a faiss.Index of some kind
        self._index = index
        self._graph = isinstance(index, faiss.IndexHNSWFlat)
        # A HNSW index keeps its vectors in a flat index, which serves the exact searches.
        self._flat = faiss.downcast_index(index.storage) if self._graph else index

    @classmethod
    def build(cls, vectors: NDArray[np.float32], flat_rows: int = FLAT_ROWS) -> Self:
        """Index float32 vectors of shape (rows, dim); a graph where there are over `flat_rows`."""
        rows, dim = vectors.shape
        if rows <= flat_rows:
            index = faiss.IndexFlatIP(dim)
        else:
            index = faiss.IndexHNSWFlat(dim, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = _EF_CONSTRUCTION
        if rows:
            index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an index file.

        Raises:
            IndexUnavailable: the file is missing or FAISS cannot read it.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise IndexUnavailable(
                f"{path} is not a readable FAISS index ({error}); run `ponte build`"
            ) from error

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> tuple[Rows, Scores]:
        """Return up to `k` rows and their inner products with `vector`, of shape (dim,)."""
        query = np.ascontiguousarray(vector, np.float32).reshape(1, -1)
        most = len(self) if allowed is None else int(np.count_nonzero(allowed))
        # For the calling thread only. Two threads on busy cores quadruple a query's time.
        faiss.omp_set_num_threads(1)
        if not self._graph or (allowed is not None and most < _FILTER_FLAT * len(self)):
            return best(lambda n: self._exact(query, n, allowed), k, most)
        rows, scores = best(lambda n: self._walk(query, n, allowed), k, most)
        if len(rows) < min(k, most):  # the filter cut the graph's paths
            return best(lambda n: self._exact(query, n, allowed), k, most)
        return rows, scores

    def _exact(
        self, query: NDArray[np.float32], n: int, allowed: Mask | None
    ) -> tuple[Rows, Scores]:
        selector, _bits = _selector(allowed)
        parameters = faiss.SearchParameters(sel=selector) if selector else None
        return _row(self._flat.search(query, n, params=parameters))

    def _walk(
        self, query: NDArray[np.float32], n: int, allowed: Mask | None
    ) -> tuple[Rows, Scores]:
        selector, _bits = _selector(allowed)
        parameters = faiss.SearchParametersHNSW(efSearch=max(_EF_SEARCH, 2 * n))
        if selector:
            parameters.sel = selector
        return _row(self._index.search(query, n, params=parameters))


def _selector(allowed: Mask | None) -> tuple[Any, Any]:
    """Return FAISS's form of a mask, with the bits that it points into and does not own."""
    if allowed is None:
        return None, None
    bits = np.packbits(allowed, bitorder="little")
    return faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits)), bits


def _row(result: tuple[NDArray[np.float32], NDArray[np.int64]]) -> tuple[Rows, Scores]:
    """Drop the places that FAISS fills with -1 where it found too few."""
    scores, rows = result[0][0], result[1][0]
    found = rows >= 0
    return rows[found], scores[found]
