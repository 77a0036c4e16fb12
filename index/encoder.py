"""The encoder: texts become unit vectors, by Sentence-Transformers.

torch and sentence_transformers are imported when a model is loaded, not with this module: they
take seconds, and whoever only lists documents or searches by words never needs them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError
from corpus.fold import fold
from corpus.settings import Settings
from index.models import ModelInfo, describe_model, locate_model
from index.precision import choose_precision
from index.startup import quiet_loading, sentence_transformer_class

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

BATCH = 32
"""Texts in one forward pass at most."""
BATCH_TOKENS = 1200
"""Tokens in one forward pass at most, about: what is between two layers then stays in the
processor's cache. Passages of 330 tokens go half as fast again by threes as by 32."""


class Encoder:
    """Embeds questions and passages; safe to share between threads, one forward pass at a time.

    `dim` is the length of a vector, `name` and `checksum` identify the model, `precision` is
    `bfloat16` or `float32`. A text longer than the model's window (512 tokens for the bundled
    one) is cut at its end.
    """

    def __init__(
        self, model: SentenceTransformer, info: ModelInfo, precision: str, threads: int
    ) -> None:
        self.name = info.name
        self.checksum = info.checksum
        self.precision = precision
        self._model = model
        self._threads = threads
        self._lock = threading.Lock()
        dim = model.get_embedding_dimension()
        if dim is None:
            raise ModelError(f"the model {info.name} does not tell the length of its vectors")
        self.dim: int = dim

    @property
    def words(self) -> Tensor:
        """The model's word embeddings, (vocabulary, dim), in its precision; shared, not a copy.

        Raises:
            ModelError: the model has none.
        """
        network = getattr(self._model[0], "model", None)
        if network is None:
            raise ModelError(f"the model {self.name} has no word embeddings to read with")
        words: Tensor = network.get_input_embeddings().weight
        return words.detach()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions. Returns float32 of shape (len(texts), dim), rows of length 1."""
        return self._encode(texts, "query", None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Embed passages. Returns float32 of shape (len(texts), dim), rows of length 1.

        `progress` is called after every batch with the number of texts done and in all.
        """
        return self._encode(texts, "passage", progress)

    def _encode(self, texts: Sequence[str], kind: str, progress: Progress | None) -> Vectors:
        folded = [fold(text) for text in texts]
        # Texts of like length share a batch, so that little is spent on padding.
        order = sorted(range(len(folded)), key=lambda i: (-len(folded[i]), i))
        out = np.empty((len(folded), self.dim), np.float32)
        done = 0
        for rows in _batches(order, folded):
            with self._lock, _threads(1 if len(rows) == 1 else self._threads):
                out[rows] = self._model.encode(
                    [folded[i] for i in rows],
                    prompt=_prompt(self._model, kind),
                    batch_size=BATCH,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
            done += len(rows)
            if progress is not None:
                progress(done, len(order))
        # In float32, whatever the model computes in: a search relies on unit length.
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        vectors: Vectors = out / np.maximum(norms, np.float32(1e-12))
        return vectors


def _batches(order: Sequence[int], texts: Sequence[str]) -> Iterator[list[int]]:
    """Cut the numbers of texts, longest first, into batches of one forward pass each."""
    rows: list[int] = []
    for i in order:
        if rows and (
            len(rows) == BATCH or (len(rows) + 1) * _tokens(texts[rows[0]]) > BATCH_TOKENS
        ):
            yield rows
            rows = []
        rows.append(i)
    if rows:
        yield rows


def _tokens(text: str) -> float:
    """How many tokens a text will have, roughly: an ideograph is most of one, a letter a part."""
    wide = sum(c > "\u2e80" for c in text)
    return 4 + 0.75 * wide + 0.3 * (len(text) - wide)


def load_encoder(settings: Settings) -> Encoder:
    """Load the model that the settings name; the bundled one is converted on first use.

    Sets torch's number of threads where `settings.threads` is not 0.

    Raises:
        ModelError: the model cannot be found, fetched or loaded; the message says what to do.
    """
    info = describe_model(settings)
    folder = locate_model(settings)
    # Everything needed is on disk from here on: nothing may wait for a network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    model = _load(folder)
    import torch

    threads = settings.threads or torch.get_num_threads()  # one for each physical core
    torch.set_num_threads(threads)
    precision = settings.precision
    if precision == "auto":
        precision = choose_precision(model, settings.cache)
    if precision == "int8":  # of a vector eight bits are too few
        precision = "float32"
    if precision == "bfloat16":
        model.to(torch.bfloat16)
    # Means over hundreds of tokens are taken in float32: bfloat16 keeps only 8 bits.
    model[0].register_forward_hook(_widen)
    return Encoder(model, info, precision, threads)


def _load(folder: Path) -> SentenceTransformer:
    try:
        transformer = sentence_transformer_class()
        with quiet_loading():
            model = transformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise ModelError(
            f"the model in {folder} cannot be loaded: {error}; delete that folder, or set "
            "PONTE_MODEL to another"
        ) from error
    return model.eval().float()


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """Compute on so many threads for a while.

    A single question gains nothing from a second one (24 ms against 22 on idle cores) and waits
    for it whenever another process has its core (27 ms against 330 on busy ones).
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _widen(module: Any, inputs: Any, output: Any) -> Any:  # noqa: ANN401 - torch's hook
    if "token_embeddings" in output:
        output["token_embeddings"] = output["token_embeddings"].float()
    return output


def _prompt(model: SentenceTransformer, kind: str) -> str:
    """Return the model's own prompt for questions or passages; none where it has none.

    Hub models name the latter `passage` or `document`; the E5 family needs its prompts even
    where an old configuration does not list them.
    """
    names = ("query",) if kind == "query" else ("passage", "document")
    for name in names:
        if prompt := model.prompts.get(name):
            return str(prompt)
    return ""
