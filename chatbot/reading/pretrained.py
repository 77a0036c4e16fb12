"""The embedding model's own weights in the shape of the reader's network."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from chatbot.reading.network import Layer, ReaderNetwork
from corpus.errors import ModelError

_WORDS = "embeddings.word_embeddings.weight"


def load_words(folder: Path) -> torch.Tensor:
    """Return the word embeddings, (vocabulary, hidden), of a Sentence-Transformers folder.

    Raises:
        ModelError: the folder holds no BERT weights.
    """
    return _read(folder, [_WORDS])[_WORDS]


def start_from(network: ReaderNetwork, folder: Path) -> None:
    """Give the network the encoder weights of the embedding model; the heads stay as they are.

    Raises:
        ModelError: the folder holds no BERT weights.
    """
    t = _read(folder, None)
    with torch.no_grad():
        # The model knows one kind of text only, so its embedding goes into the position's.
        kind = t["embeddings.token_type_embeddings.weight"][0]
        network.position.copy_(t["embeddings.position_embeddings.weight"] + kind)
        _norm(network.norm, t, "embeddings.LayerNorm")
        for i, layer in enumerate(network.layers):
            assert isinstance(layer, Layer)
            root = f"encoder.layer.{i}."
            names = [f"{root}attention.self.{n}" for n in ("query", "key", "value")]
            layer.qkv.weight.copy_(torch.cat([t[f"{n}.weight"] for n in names]))
            layer.qkv.bias.copy_(torch.cat([t[f"{n}.bias"] for n in names]))
            for part, name in (
                (layer.out, "attention.output.dense"),
                (layer.norm1, "attention.output.LayerNorm"),
                (layer.up, "intermediate.dense"),
                (layer.down, "output.dense"),
                (layer.norm2, "output.LayerNorm"),
            ):
                _norm(part, t, root + name)


def _norm(
    part: torch.nn.Linear | torch.nn.LayerNorm, t: dict[str, torch.Tensor], name: str
) -> None:
    part.weight.copy_(t[f"{name}.weight"])
    part.bias.copy_(t[f"{name}.bias"])


def _read(folder: Path, names: list[str] | None) -> dict[str, torch.Tensor]:
    try:
        with safe_open(str(folder / "model.safetensors"), "pt") as file:
            wanted = names or [n for n in file.keys() if n != _WORDS]  # noqa: SIM118
            return {n: file.get_tensor(n) for n in wanted}
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelError(f"{folder} holds no BERT weights to read with: {error}") from error
