"""Vectors of a build that is not finished: kept as they come, so that the next one goes on.

Embedding is nearly all of a build's time. `root/partial/` holds one file for each piece of it; the
build removes them once its snapshot is published.
"""

from __future__ import annotations

import io
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder, Progress
from index.files import write_atomically

log = logging.getLogger(__name__)

PIECE = 256
"""Texts between two files: some ten seconds of work are lost at most."""
_FOLDER = "partial"

Vectors = dict[bytes, NDArray[np.float32]]


def kept_vectors(root: Path) -> Vectors:
    """What an unfinished build under `root` has embedded: a vector for each text key."""
    out: Vectors = {}
    for path in sorted((root / _FOLDER).glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as piece:
                keys, vectors = piece["keys"], piece["vectors"]
        except (OSError, ValueError, KeyError) as error:
            log.warning("%s cannot be used, its texts are embedded again: %s", path, error)
            continue
        out.update({k.tobytes(): v for k, v in zip(keys, vectors, strict=True)})
    return out


def embed(
    encoder: Encoder, texts: Mapping[bytes, str], root: Path, progress: Progress | None = None
) -> Vectors:
    """Embed texts by key, keeping each piece of `PIECE` texts on disk until `forget`.

    `progress` is called with the number of texts embedded so far and in all.
    """
    out: Vectors = {}
    # Like lengths together, as the encoder would order them over all.
    keys = sorted(texts, key=lambda key: (-len(texts[key]), key))
    for start in range(0, len(keys), PIECE):
        some = keys[start : start + PIECE]

        def so_far(done: int, _: int, before: int = start) -> None:
            if progress is not None:
                progress(before + done, len(keys))

        vectors = encoder.encode_passages([texts[key] for key in some], so_far)
        out.update(zip(some, vectors, strict=True))
        if len(keys) > PIECE:
            file = io.BytesIO()
            np.savez(file, keys=np.frombuffer(b"".join(some), np.uint8).reshape(len(some), -1),
                     vectors=vectors)  # fmt: skip
            write_atomically(root / _FOLDER / f"{some[0].hex()}.npz", file.getvalue())
    return out


def forget(root: Path) -> None:
    """Remove what `embed` kept."""
    shutil.rmtree(root / _FOLDER, ignore_errors=True)
