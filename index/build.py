"""Building: documents and passages become a published snapshot."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DocumentError, IndexUnavailable, ModelError
from corpus.records import Document, Passage
from index.encoder import Encoder, Progress
from index.models import ModelInfo
from index.partial import embed, forget, kept_vectors
from index.segment import Segmenter
from index.serial import to_line
from index.snapshot import (
    Snapshot,
    builder_lock,
    current_id,
    open_current,
    prune_locked,
    publish,
    write_snapshot,
)
from index.stored import VECTORS, read_rows
from index.views import View, views

log = logging.getLogger(__name__)

KEY_BYTES = 16

Skipped = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `snapshot` is the id now current.

    `embedded` counts the passages of which a text was embedded, `reused` the others, whose
    vectors came from the snapshot before; `skipped` holds (path, reason) pairs.
    """

    snapshot: str
    documents: int
    passages: int
    embedded: int
    reused: int
    seconds: float
    skipped: Skipped = ()


def build_index(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    encoder: Callable[[], Encoder],
    model: ModelInfo,
    segmenter: Segmenter,
    root: Path,
    keep: int = 3,
    skipped: Skipped = (),
    progress: Progress | None = None,
    donor: Snapshot | None = None,
) -> BuildReport:
    """Build an index and publish it, reusing the vectors of the snapshot before.

    Where neither content nor model nor tokens have changed, nothing is written and the current
    id is reported. One builder works on a root at a time; another waits. A process that is
    killed leaves the published snapshot as it was; what it had embedded is not embedded again.

    Args:
        documents: all documents, with different ids.
        passages: all passages, each of one of `documents`.
        encoder: loads the encoder; called only where something must be embedded.
        model: what `describe_model` says of that encoder.
        segmenter: cuts the texts into tokens.
        root: the index folder, made where it is missing.
        keep: how many snapshots stay, the new one included.
        skipped: (path, reason) pairs to be passed on into the report.
        progress: called with the number of texts embedded so far and in all.
        donor: a snapshot elsewhere, whose vectors are used as well.

    Raises:
        ModelError: the encoder is not the model that `model` describes, or cannot be loaded.
        DocumentError: two documents share an id, a passage belongs to none, or there are none.
    """
    start = time.perf_counter()
    _check(documents, passages)
    content = _content_hash(documents, passages, model, segmenter)
    with builder_lock(root):
        previous = _previous(root)
        if previous is not None and previous.manifest["content"] == content:
            if current_id(root) != previous.id:  # the current one is damaged
                publish(root, previous.id)
            embedded, snapshot_id = 0, previous.id
        else:
            texts = views(passages)
            keys = np.stack([text_key(model, view.text) for view in texts])
            sources = [s for s in (previous, donor) if s is not None]
            vectors, fresh = _vectors(texts, keys, encoder, model, sources, root, progress)
            embedded = len({texts[row].passage for row in fresh})
            snapshot_id = write_snapshot(
                root,
                documents,
                passages,
                (np.array([view.passage for view in texts], np.int64), keys),
                vectors,
                [segmenter.tokens(view.text) for view in texts],
                _about(content, model, segmenter),
            )
            publish(root, snapshot_id)
            forget(root)
        prune_locked(root, keep)
    return BuildReport(
        snapshot=snapshot_id,
        documents=len(documents),
        passages=len(passages),
        embedded=embedded,
        reused=len(passages) - embedded,
        seconds=time.perf_counter() - start,
        skipped=skipped,
    )


def text_key(model: ModelInfo, text: str) -> NDArray[np.uint8]:
    """Return the key under which a text's vector is reused: 16 bytes of model and text."""
    digest = hashlib.sha256(f"{model.checksum}\0{text}".encode()).digest()
    return np.frombuffer(digest[:KEY_BYTES], np.uint8)


def _check(documents: Sequence[Document], passages: Sequence[Passage]) -> None:
    ids = {document.doc_id for document in documents}
    if len(ids) != len(documents):
        raise DocumentError("two documents share an id; every document needs its own")
    if not passages:
        raise DocumentError("there is nothing to index: no document gives a passage")
    for passage in passages:
        if passage.doc_id not in ids:
            raise DocumentError(
                f"passage {passage.passage_id} belongs to the document {passage.doc_id!r}, "
                "which is not among those to be indexed"
            )


def _content_hash(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    model: ModelInfo,
    segmenter: Segmenter,
) -> str:
    """Hash all that decides what a snapshot answers."""
    digest = hashlib.sha256(f"{model.checksum} {segmenter.fingerprint}\n".encode())
    for record in (*documents, *passages):
        digest.update(to_line(record).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _previous(root: Path) -> Snapshot | None:
    try:
        return open_current(root)
    except IndexUnavailable as error:
        log.info("building from nothing: %s", error)
        return None


def _vectors(
    texts: Sequence[View],
    keys: NDArray[np.uint8],
    encoder: Callable[[], Encoder],
    model: ModelInfo,
    sources: Sequence[Snapshot],
    root: Path,
    progress: Progress | None,
) -> tuple[NDArray[np.float32], list[int]]:
    """Return a vector for each view, and the rows that were embedded for it."""
    known: dict[bytes, NDArray[np.float32]] = {}
    for snapshot in sources:
        if snapshot.model.checksum == model.checksum:
            old = np.load(snapshot.path / VECTORS, mmap_mode="r", allow_pickle=False)
            keys_there = read_rows(snapshot.path)[1]
            known.update((k.tobytes(), v) for k, v in zip(keys_there, old, strict=True))
    known.update(kept_vectors(root))  # the keys name the model
    row_keys = [key.tobytes() for key in keys]
    fresh = [row for row, key in enumerate(row_keys) if key not in known]
    if fresh:
        # Texts that occur twice are embedded once.
        first = {row_keys[row]: texts[row].text for row in fresh}
        loaded = encoder()
        if loaded.checksum != model.checksum:
            raise ModelError(
                f"the encoder is {loaded.name} ({loaded.checksum[:12]}), the build was asked "
                f"for {model.name} ({model.checksum[:12]}); describe and load the same settings"
            )
        known.update(embed(loaded, first, root, progress))
    return np.stack([known[key] for key in row_keys]).astype(np.float32), fresh


def _about(content: str, model: ModelInfo, segmenter: Segmenter) -> dict[str, Any]:
    try:
        program = version("ponte")
    except PackageNotFoundError:  # run from a checkout that is not installed
        program = "unknown"
    return {
        "content": content,
        "program": program,
        "model": {"name": model.name, "checksum": model.checksum},
        "parameters": {
            "segmenter": segmenter.fingerprint,
            "bm25": {"k1": 1.2, "b": 0.75},
        },
    }
