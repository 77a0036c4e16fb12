"""What training minimises, summed over the items of a micro-batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from chatbot.reading.network import Reading
from chatbot.reading.windows import pad
from eval.train.augment import Item, tag_row


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; `absent`: a span loss of items without an answer."""

    span: float = 1.0
    absent: float = 0.3
    tags: float = 1.0
    answer: float = 1.0
    relevance: float = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of B items of at most L tokens: `ids`, `kinds`, `tags` (B, L), the rest (B,)."""

    ids: Tensor
    kinds: Tensor
    lengths: Tensor
    first: Tensor
    last: Tensor
    tags: Tensor
    answer: Tensor
    relevant: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return it on another device."""
        return Batch(*(getattr(self, n).to(device) for n in Batch.__dataclass_fields__))


def collate(items: Sequence[Item], padding: int) -> Batch:
    """Put items into tensors; `padding` is the token behind the shorter ones."""
    return Batch(
        torch.from_numpy(pad([i.ids for i in items], padding)),
        torch.from_numpy(pad([i.kinds for i in items], 0)),
        torch.tensor([len(i) for i in items]),
        torch.tensor([i.first for i in items]),
        torch.tensor([i.last for i in items]),
        torch.from_numpy(pad([tag_row(i) for i in items], 0)),
        torch.tensor([i.answer for i in items], dtype=torch.float32),
        torch.tensor([i.relevant for i in items], dtype=torch.float32),
    )


def losses(reading: Reading, batch: Batch, weights: Weights) -> dict[str, Tensor]:
    """Return the weighted parts, each summed over the batch; their sum is what is minimised."""
    start = F.cross_entropy(reading.start, batch.first, reduction="none")
    end = F.cross_entropy(reading.end, batch.last, reduction="none")
    holds = torch.where(batch.answer > 0, 1.0, weights.absent)
    inside = batch.kinds.bool() & (
        torch.arange(batch.ids.shape[1], device=batch.ids.device)[None] < batch.lengths[:, None]
    )
    tag = F.binary_cross_entropy_with_logits(reading.tags, batch.tags.float(), reduction="none")
    # Mean over the answer's tokens and mean over the others: else the few drown in the many.
    hit = (inside & (batch.tags > 0)).float()
    miss = (inside & (batch.tags == 0)).float()
    tags = (tag * hit).sum(1) / hit.sum(1).clamp(min=1) * 0.5 + (tag * miss).sum(1) / miss.sum(
        1
    ).clamp(min=1)
    known = (batch.relevant >= 0).float()
    answer = F.binary_cross_entropy_with_logits(reading.answer, batch.answer, reduction="none")
    relevance = F.binary_cross_entropy_with_logits(
        reading.relevance, batch.relevant.clamp(min=0), reduction="none"
    )
    return {
        "span": weights.span * ((start + end) / 2 * holds).sum(),
        "tags": weights.tags * tags.sum(),
        "answer": weights.answer * answer.sum(),
        "relevance": weights.relevance * (relevance * known).sum(),
    }


def numbers(parts: dict[str, Tensor], count: int) -> dict[str, float]:
    """Return the parts as means over `count` items."""
    return {k: float(np.round(float(v.detach()) / count, 4)) for k, v in parts.items()}
