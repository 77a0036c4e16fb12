"""The reader on disk: weights as safetensors, and a JSON file that says how to use them.

Matrices are kept as int8 with one scale for each output row (symmetric, round to nearest; Jacob et
al. 2018, arXiv:1712.05877), all else as float16: 22 MB. They are widened when they are loaded. The
word embeddings are the embedding model's and are not stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes
from torch import Tensor

from chatbot.reading.network import ReaderNetwork, Shape
from chatbot.reading.windows import QUESTION_TOKENS, STRIDE, WINDOW_TOKENS
from corpus.errors import ModelError
from corpus.settings import Settings
from index.files import sha256_of, write_atomically

FORMAT = 1
WEIGHTS = "weights.safetensors"
CONFIG = "reader.json"
BUNDLED = Path(__file__).with_name("model")

_SCALE = ".scale"


@dataclass(frozen=True, slots=True)
class Calibration:
    """From a logit to a probability: sigmoid(scale * logit + offset) (Platt 1999)."""

    scale: float = 1.0
    offset: float = 0.0

    def probability(self, logit: float) -> float:
        """Return the probability, 0 to 1."""
        return float(torch.sigmoid(torch.tensor(self.scale * logit + self.offset)))


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """How stored weights are used.

    `words`: checksum of the embedding model whose words they were trained over; "" for any.
    `window`, `stride`, `question`: tokens. `answer`, `relevance`: calibrations.
    `tag_threshold`: logit from which a token counts as part of an answer. `training`, `figures`:
    for people: data, steps, results of validation.
    """

    shape: Shape = field(default_factory=Shape)
    words: str = ""
    window: int = WINDOW_TOKENS
    stride: int = STRIDE
    question: int = QUESTION_TOKENS
    answer: Calibration = field(default_factory=Calibration)
    relevance: Calibration = field(default_factory=Calibration)
    tag_threshold: float = 0.0
    training: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)


def reader_folder(settings: Settings) -> Path | None:
    """The folder of the reader that the settings name.

    None where they want none, or where the embedding model is not the one that the bundled reader
    was trained over.
    """
    if settings.reader == "bundled":
        return BUNDLED if settings.model == "bundled" else None
    return None if settings.reader == "none" else Path(settings.reader)


def save(weights: Mapping[str, Tensor], config: ReaderConfig, folder: Path) -> None:
    """Write weights (a state of `ReaderNetwork`) and configuration into `folder`.

    The configuration is written last: it holds the checksum of the weights.
    """
    packed: dict[str, Tensor] = {}
    for name, value in weights.items():
        if name == "words":
            continue
        if value.dim() == 2 and name.endswith(".weight"):
            packed[name], packed[name + _SCALE] = quantise(value)
        else:
            packed[name] = value.detach().to(torch.float16).contiguous()
    file = folder / WEIGHTS
    write_atomically(file, to_bytes(packed))
    content = {
        "format": FORMAT,
        "sha256": sha256_of(file),
        "shape": config.shape.as_dict(),
        "words": config.words,
        "window": config.window,
        "stride": config.stride,
        "question": config.question,
        "answer": [config.answer.scale, config.answer.offset],
        "relevance": [config.relevance.scale, config.relevance.offset],
        "tag_threshold": config.tag_threshold,
        "training": dict(config.training),
        "figures": dict(config.figures),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(folder / CONFIG, text.encode())


def load(folder: Path, words: Tensor) -> tuple[ReaderNetwork, ReaderConfig]:
    """Read a reader over `words`, (vocabulary, hidden), the embedding model's own.

    Raises:
        ModelError: a file is missing, damaged, or of another format or size.
    """
    config = check(folder)
    file = folder / WEIGHTS
    try:
        packed = from_bytes(file.read_bytes())
    except SafetensorError as error:
        raise ModelError(f"{file} cannot be read: {error}; install the program anew") from error
    state = {
        name: value.float() * packed[name + _SCALE][:, None]
        if name + _SCALE in packed
        else value.float()
        for name, value in packed.items()
        if not name.endswith(_SCALE)
    }
    if words.dim() != 2 or words.shape[1] != config.shape.hidden:
        raise ModelError(
            f"the reader needs word embeddings of {config.shape.hidden} numbers, the embedding "
            f"model has {tuple(words.shape)}; use the bundled embedding model"
        )
    with torch.device("meta"):
        network = ReaderNetwork(words, config.shape)
    try:
        network.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise ModelError(f"{file} is for another network: {error}") from error
    network.words = words
    return network.eval().requires_grad_(False), config


def read_config(folder: Path) -> tuple[ReaderConfig, str]:
    """Return the configuration and the checksum of the weights that belong to it.

    Raises:
        ModelError: it is missing, cannot be read, or has another format.
    """
    file = folder / CONFIG
    try:
        c = json.loads(file.read_text(encoding="utf-8"))
        if c["format"] != FORMAT:
            raise ModelError(f"{file} has format {c['format']}, not {FORMAT}; update the program")
        config = ReaderConfig(
            Shape(**c["shape"]),
            c["words"],
            c["window"],
            c["stride"],
            c["question"],
            Calibration(*c["answer"]),
            Calibration(*c["relevance"]),
            c["tag_threshold"],
            c["training"],
            c["figures"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{file} is missing or damaged ({error!r}); install the program anew"
        ) from error
    return config, str(c["sha256"])


def check(folder: Path) -> ReaderConfig:
    """Return the configuration of a reader whose files are whole.

    Raises:
        ModelError: a file is missing or damaged.
    """
    config, checksum = read_config(folder)
    file = folder / WEIGHTS
    if not file.is_file() or sha256_of(file) != checksum:
        raise ModelError(f"{file} is missing or damaged; install the program anew")
    return config


def quantise(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return int8 values (rows, columns) and float32 scales (rows,) of a matrix."""
    matrix = matrix.detach().float()
    scale = matrix.abs().amax(1).clamp(min=1e-8) / 127
    return (matrix / scale[:, None]).round().to(torch.int8).contiguous(), scale
