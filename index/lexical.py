"""The lexical index on tantivy: BM25 over tokens that the segmenter made."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import tantivy

from corpus.errors import IndexUnavailable
from index.protocols import Mask, Rows, Scores, best

_ROW = "row"
_BODY = "body"
_TOKENS = "tokens"
_HEAP = 128_000_000
_FILTER_TERMS = 0.1
"""A filter that keeps less than this becomes part of the query; else more is fetched and sifted."""


def _schema() -> tantivy.Schema:
    return (
        tantivy.SchemaBuilder()
        .add_integer_field(_ROW, indexed=True, fast=True)
        # Frequencies without positions: no phrases are asked for, and it is a third smaller.
        .add_text_field(_BODY, tokenizer_name=_TOKENS, index_option="freq")
        .build()
    )


class TantivyIndex:
    """`LexicalIndex` on tantivy. Queries are built from terms: no text is ever parsed."""

    def __init__(self, index: tantivy.Index) -> None:
        # Opened once: a snapshot never changes, so nothing need be watched for commits.
        index.config_reader("manual")
        index.reload()
        self._index = index
        self._searcher = index.searcher()

    @classmethod
    def build(cls, token_lists: Iterable[Sequence[str]], path: Path) -> Self:
        """Index the rows' tokens into the folder `path`, which is made."""
        path.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_schema(), path=str(path), reuse=False)
        index.register_tokenizer(
            _TOKENS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        )
        writer = index.writer(heap_size=_HEAP, num_threads=1)
        for row, tokens in enumerate(token_lists):
            document = tantivy.Document()
            document.add_integer(_ROW, row)
            document.add_text(_BODY, " ".join(tokens))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open an index folder.

        Raises:
            IndexUnavailable: the folder is missing or tantivy cannot read it.
        """
        try:
            if os.access(path, os.W_OK):
                return cls(tantivy.Index.open(str(path)))
            # tantivy wants to write a lock file even to read. Once the index is open it needs
            # none of the names any more.
            with tempfile.TemporaryDirectory(prefix="ponte-") as mirror:
                for file in path.iterdir():
                    if file.suffix != ".lock":
                        Path(mirror, file.name).symlink_to(file.absolute())
                return cls(tantivy.Index.open(mirror))
        except (ValueError, OSError) as error:
            raise IndexUnavailable(
                f"{path} is not a readable tantivy index ({error}); run `ponte build`"
            ) from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, tokens: Sequence[str], k: int, allowed: Mask | None = None
    ) -> tuple[Rows, Scores]:
        """Return up to `k` rows that hold one of `tokens`, and their BM25 scores."""
        terms = Counter(part for token in tokens for part in token.split())
        if not terms or k <= 0 or not len(self):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        schema = self._index.schema
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, _term(schema, term, n)) for term, n in terms.items()]
        )
        if allowed is None:
            return best(lambda n: self._fetch(query, n), k, len(self))
        rows = np.flatnonzero(allowed)
        if not len(rows):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if len(rows) < _FILTER_TERMS * len(self):
            keep = tantivy.Query.term_set_query(schema, _ROW, rows.tolist())
            # The filter must not add to the score.
            keep = tantivy.Query.boost_query(tantivy.Query.const_score_query(keep, 0.0), 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, keep)]
            )
            return best(lambda n: self._fetch(query, n), k, len(rows))
        return best(lambda n: self._sift(query, n, allowed), k, len(rows))

    def _fetch(self, query: tantivy.Query, n: int) -> tuple[Rows, Scores]:
        hits = self._searcher.search(query, limit=n, count=False).hits
        addresses = [address for _, address in hits]
        rows = self._searcher.fast_field_values(_ROW, addresses) if hits else []
        return np.array(rows, np.int64), np.array([score for score, _ in hits], np.float32)

    def _sift(self, query: tantivy.Query, n: int, allowed: Mask) -> tuple[Rows, Scores]:
        """Fetch ever more rows until `n` allowed ones are among them."""
        size = n
        while True:
            rows, scores = self._fetch(query, size)
            kept = allowed[rows]
            if np.count_nonzero(kept) >= n or len(rows) < size or size >= len(self):
                return rows[kept][:n], scores[kept][:n]
            size = min(4 * size, len(self))


def _term(schema: tantivy.Schema, term: str, count: int) -> tantivy.Query:
    query = tantivy.Query.term_query(schema, _BODY, term, index_option="freq")
    return query if count == 1 else tantivy.Query.boost_query(query, float(count))
