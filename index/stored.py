"""A stored snapshot: an immutable, checksummed folder, loaded whole.

How snapshots are written, published and chosen is in `index.snapshot`, which is also where
these names are to be imported from.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DamagedSnapshot, IndexUnavailable
from corpus.records import Document, Passage
from index.dense import FaissIndex
from index.files import sha256_of
from index.lexical import TantivyIndex
from index.models import ModelInfo
from index.protocols import DenseIndex, LexicalIndex, Mask, Rows, Scores
from index.serial import from_line

log = logging.getLogger(__name__)

FORMAT = 1
MANIFEST = "manifest.json"
DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
ROWS = "rows.npz"
VECTORS = "vectors.npy"
DENSE = "dense.faiss"
LEXICAL = "lexical"
MEND = "run `ponte build`"

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A loaded index. `row_passage[row]` is the number of the passage that a row is a view of."""

    id: str
    path: Path
    manifest: dict[str, Any]
    documents: dict[str, Document]
    passages: tuple[Passage, ...]
    dense: DenseIndex
    lexical: LexicalIndex
    row_passage: NDArray[np.int64]

    @property
    def model(self) -> ModelInfo:
        """The model whose vectors are in the snapshot."""
        return ModelInfo(self.manifest["model"]["name"], self.manifest["model"]["checksum"])

    def check_model(self, model: ModelInfo) -> None:
        """Raise IndexUnavailable where questions of `model` do not fit these vectors."""
        if model.checksum != self.model.checksum:
            raise IndexUnavailable(
                f"snapshot {self.id} was built with the model {self.model.name} "
                f"({self.model.checksum[:12]}), the settings name {model.name} "
                f"({model.checksum[:12]}); {MEND}"
            )

    def dense_search(
        self,
        vector: NDArray[np.float32],
        k: int,
        allowed_passages: Iterable[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage number, cosine), best first, each passage by its best view.

        `vector` has shape (dim,) and length 1. `allowed_passages` are the numbers of the
        passages that may be returned; None means all.
        """
        return self._by_passage(
            lambda n, mask: self.dense.search(vector, n, mask), k, allowed_passages
        )

    def lexical_search(
        self, tokens: Sequence[str], k: int, allowed_passages: Iterable[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to `k` (passage number, BM25 score), best first, as `dense_search` does."""
        return self._by_passage(
            lambda n, mask: self.lexical.search(tokens, n, mask), k, allowed_passages
        )

    def _by_passage(
        self,
        search: Callable[[int, Mask | None], tuple[Rows, Scores]],
        k: int,
        allowed_passages: Iterable[int] | None,
    ) -> list[tuple[int, float]]:
        """Group rows by passage, asking for more rows until `k` passages are found."""
        mask: Mask | None = None
        if allowed_passages is not None:
            passages = np.zeros(len(self.passages), np.bool_)
            passages[np.fromiter(allowed_passages, np.int64)] = True
            mask = passages[self.row_passage]
        most = len(self.row_passage)
        size = min(2 * k, most)
        while True:
            rows, scores = search(size, mask)
            numbers = self.row_passage[rows]
            _, first = np.unique(numbers, return_index=True)
            if len(first) >= k or len(rows) < size or size >= most:
                break
            size = min(4 * size, most)
        # Rows come best first and rows of one passage together, so ties stay in order.
        chosen = np.sort(first)[:k]
        return [(int(numbers[i]), float(scores[i])) for i in chosen]


def load_snapshot(path: Path) -> Snapshot:
    """Load a snapshot folder, checking every file first.

    Raises:
        DamagedSnapshot: a file is missing, differs from its checksum or cannot be read; the
            message names it.
        IndexUnavailable: the folder does not exist or is of another version of the program.
    """
    if not path.is_dir():
        raise IndexUnavailable(f"there is no snapshot at {path}; {MEND}")
    manifest = read_manifest(path)
    if manifest.get("format") != FORMAT:
        raise IndexUnavailable(
            f"{path} has the format {manifest.get('format')!r}, this program reads {FORMAT}; {MEND}"
        )
    try:
        _check_files(path, manifest)
        documents = _read_lines(path / DOCUMENTS, Document)
        passages = _read_lines(path / PASSAGES, Passage)
        row_passage = read_rows(path)[0]
        return Snapshot(
            id=manifest["id"],
            path=path,
            manifest=manifest,
            documents={document.doc_id: document for document in documents},
            passages=passages,
            dense=FaissIndex.load(path / DENSE),
            lexical=TantivyIndex.load(path / LEXICAL),
            row_passage=row_passage,
        )
    except (ValueError, KeyError, OSError) as error:
        raise DamagedSnapshot(f"{path} cannot be read: {error}; {MEND}") from error


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a snapshot's manifest.

    Raises:
        DamagedSnapshot: it is missing, is not JSON or differs from its own checksum.
    """
    file = path / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        sound = manifest.pop("checksum") == manifest_checksum(manifest)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise DamagedSnapshot(f"{file} is missing or unreadable: {error!r}; {MEND}") from error
    if not sound or not isinstance(manifest, dict):
        raise DamagedSnapshot(f"{file} differs from its checksum; {MEND}")
    return manifest


def manifest_checksum(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of a manifest without its field `checksum`, in a fixed form."""
    form = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(form.encode()).hexdigest()


def read_rows(path: Path) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return each row's passage number, shape (rows,), and its key, shape (rows, 16)."""
    with np.load(path / ROWS, allow_pickle=False) as rows:
        return rows["passage"], rows["key"]


def _check_files(path: Path, manifest: dict[str, Any]) -> None:
    for name, entry in manifest["files"].items():
        file = path / name
        if not file.is_file():
            raise DamagedSnapshot(f"{file} is missing; {MEND}")
        if file.stat().st_size != entry["size"] or sha256_of(file) != entry["sha256"]:
            raise DamagedSnapshot(f"{file} differs from its checksum; {MEND}")


def _read_lines(file: Path, kind: type[R]) -> tuple[R, ...]:
    with file.open("rb") as lines:
        return tuple(from_line(kind, line) for line in lines)
