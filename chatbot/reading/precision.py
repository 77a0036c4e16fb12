"""The reader's network in the precision that suits the processor: float32, bfloat16 or int8.

In int8 the matrices stay as they are stored, one scale for each row, and what they are multiplied
with is rounded to 8 bits at every call (dynamic quantisation; Jacob et al. 2018,
arXiv:1712.05877). On processors with VNNI that is nearly twice as fast as float32; the rounding
moves EM and F1 by less than a point (docs/reader.md).
"""

from __future__ import annotations

import copy
import warnings
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from chatbot.reading.network import Layer, ReaderNetwork
from chatbot.reading.stored import quantise
from index.precision import Runs, choose

_PAIRS, _TOKENS = 4, 150
_LOWEST = 0.25
"""What the largest entry of a row counts at least: the lowest value of GELU is -0.17."""


class Int8Linear(nn.Module):
    """What `nn.Linear` does, with weights and input of 8 bits; the output is float32."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        values, scale = quantise(linear.weight)
        zero = torch.zeros(len(scale), dtype=torch.long)
        with warnings.catch_warnings():
            # Its way of making the matrix will change in some later torch; versions are pinned.
            warnings.simplefilter("ignore", UserWarning)
            matrix = torch._make_per_channel_quantized_tensor(values, scale.double(), zero, 0)
        self._packed = torch.ops.quantized.linear_prepack(matrix, linear.bias.detach().float())

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., in) to (..., out)."""
        mapped: Tensor = torch.ops.quantized.linear_dynamic(x, self._packed, False)
        return mapped


class Int8Down(nn.Module):
    """As `Int8Linear`, for what comes from GELU: each token's input has a scale of its own.

    A few tokens have entries a hundred times those of others. With one scale for all of them the
    others would be rounded to next to nothing (EM on DRCD 0.62 instead of 0.64).
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        bare = nn.Linear(linear.in_features, linear.out_features)
        bare.weight, bare.bias = linear.weight, nn.Parameter(torch.zeros_like(linear.bias))
        self._linear = Int8Linear(bare)
        self._bias = linear.bias.detach().float()

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., in) to (..., out)."""
        most = x.amax(-1, keepdim=True).clamp_(min=_LOWEST)
        return torch.addcmul(self._bias, self._linear(x / most), most)


def int8_is_exact() -> bool:
    """Whether the processor multiplies 8 bits without overflow: it has VNNI, and torch uses it."""
    known = torch.backends.quantized.engine in ("x86", "fbgemm", "onednn")
    return known and torch.cpu._is_vnni_supported()


def convert(network: ReaderNetwork, precision: str) -> ReaderNetwork:
    """Make a float32 network compute in `precision`; it is changed and returned."""
    if precision == "bfloat16":
        return network.to(torch.bfloat16)
    if precision == "int8":
        for layer in network.layers:
            assert isinstance(layer, Layer)
            for name in ("qkv", "out", "up"):
                setattr(layer, name, Int8Linear(getattr(layer, name)))
            setattr(layer, "down", Int8Down(layer.down))  # noqa: B010 - another kind of module
    return network


def fastest(network: ReaderNetwork, cache: Path) -> str:
    """Return the precision in which this processor reads fastest; measured once."""

    def runs() -> Runs:
        ids = torch.arange(5, 5 + _PAIRS * _TOKENS).reshape(_PAIRS, _TOKENS)
        kinds = (torch.arange(_TOKENS) >= _TOKENS // 5).long().expand(_PAIRS, -1)
        lengths = torch.full((_PAIRS,), _TOKENS)
        names = ["float32", "bfloat16", *(["int8"] if int8_is_exact() else [])]
        # The word embeddings are most of the memory, and no copy changes them.
        kept = {id(network.words): network.words}
        twins = {p: convert(copy.deepcopy(network, dict(kept)), p) for p in names}
        return {p: partial(twin, ids, kinds, lengths) for p, twin in twins.items()}

    return choose("reading", runs, cache)
