"""The reader's network: a cross-encoder over (question, passage) with four heads.

The encoder is BERT (Devlin et al. 2019, arXiv:1810.04805) in the shape of multilingual-e5-small
(Wang et al. 2024, arXiv:2402.05672). Its word embeddings belong to the embedding model, are never
trained and are handed in; what is trained and stored is everything above them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

NEGATIVE = -1e4
"""Stands for minus infinity in logits: finite, and within float16."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network; the defaults are those of multilingual-e5-small."""

    layers: int = 12
    hidden: int = 384
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    eps: float = 1e-12
    entry: int = 4
    """Layer before which the features of the pair come in: lower ones can stay frozen cheaply."""

    def as_dict(self) -> dict[str, int | float]:
        """Return the sizes as JSON can hold them."""
        return asdict(self)


class Reading(NamedTuple):
    """What the heads say of a batch of B pairs of at most L tokens.

    `start`, `end`: (B, L), logits of the span's first and last token; outside the passage they
    are `NEGATIVE`, but for position 0, which stands for "no answer here". `tags`: (B, L), logit
    of the token being part of an answer. `answer`: (B,), logit of the passage answering the
    question. `relevance`: (B,), logit of the passage being about what is asked.
    """

    start: Tensor
    end: Tensor
    tags: Tensor
    answer: Tensor
    relevance: Tensor


class Layer(nn.Module):
    """One BERT layer, its three projections of attention in one matrix."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.out = nn.Linear(shape.hidden, shape.hidden)
        self.norm1 = nn.LayerNorm(shape.hidden, shape.eps)
        self.up = nn.Linear(shape.hidden, shape.inner)
        self.down = nn.Linear(shape.inner, shape.hidden)
        self.norm2 = nn.LayerNorm(shape.hidden, shape.eps)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Map (B, L, hidden) to the same shape. `mask`: (B, 1, 1, L), True where there is text."""
        batch, length, hidden = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, hidden // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        y = self.out(y.transpose(1, 2).reshape(batch, length, hidden))
        x = self.norm1(x + F.dropout(y, self.dropout, self.training))
        y = self.down(F.gelu(self.up(x)))
        mapped: Tensor = self.norm2(x + F.dropout(y, self.dropout, self.training))
        return mapped


class ReaderNetwork(nn.Module):
    """Reads pairs `<s> question </s></s> passage </s>`; see `Reading` for what comes out."""

    words: Tensor

    def __init__(self, words: Tensor, shape: Shape | None = None, dropout: float = 0.0) -> None:
        """Build it over `words`: (vocabulary, hidden), shared with the embedder, not stored."""
        super().__init__()
        self.shape = shape = shape or Shape()
        self.register_buffer("words", words, persistent=False)
        self.position = nn.Parameter(torch.zeros(shape.positions, shape.hidden))
        # One row for each of: question, question and found in the passage too, passage, passage
        # and found in the question too.
        self.features = nn.Parameter(torch.zeros(4, shape.hidden))
        self.norm = nn.LayerNorm(shape.hidden, shape.eps)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.tokens = nn.Linear(shape.hidden, 3)  # start, end, tag
        self.attend = nn.Linear(shape.hidden, 1)
        self.pooled = nn.Linear(3 * shape.hidden + 3, shape.hidden)
        self.verdict = nn.Linear(shape.hidden + 3, 2)  # answer, relevance
        for linear in (self.tokens, self.attend, self.pooled, self.verdict):
            nn.init.normal_(linear.weight, std=0.02)
            nn.init.zeros_(linear.bias)

    def forward(self, ids: Tensor, kinds: Tensor, lengths: Tensor) -> Reading:
        """Read a batch.

        `ids`: (B, L) tokens. `kinds`: (B, L), 0 for the question and the signs around it, 1 for
        the passage's own tokens (not its closing sign). `lengths`: (B,), tokens that are no
        padding; the padding comes last.
        """
        length = ids.shape[1]
        places = torch.arange(length, device=ids.device)
        real = places[None, :] < lengths[:, None]
        # No mask where nothing is padded: attention without one is faster.
        mask = None if bool(real.all()) else real[:, None, None, :]
        x = self.embed(ids)
        for i, layer in enumerate(self.layers):
            if i == self.shape.entry:
                x = x + self.features[compare(ids, kinds, real)]
            x = layer(x, mask)
        return self.judge(x, kinds.bool() & real)

    def embed(self, ids: Tensor) -> Tensor:
        """Return the embeddings of tokens (B, L): (B, L, hidden)."""
        words = self.words[ids].to(self.position.dtype)
        embedded: Tensor = self.norm(words + self.position[: ids.shape[1]])
        return embedded

    def judge(self, x: Tensor, passage: Tensor) -> Reading:
        """Apply the heads to (B, L, hidden); `passage`: (B, L), True on the passage's tokens."""
        start, end, tags = self.tokens(x).float().unbind(2)
        outside = ~passage
        outside_or_null = outside.clone()
        outside_or_null[:, 0] = False
        start = start.masked_fill(outside_or_null, NEGATIVE)
        end = end.masked_fill(outside_or_null, NEGATIVE)
        tags = tags.masked_fill(outside, NEGATIVE)
        # Attention pooling and mean over the passage, the first token, and how far the best
        # start, end and tag stand out: what a refusal must weigh.
        gaze = self.attend(x).float().squeeze(2).masked_fill(outside, NEGATIVE).softmax(1)
        seen = (gaze.to(x.dtype)[:, None, :] @ x).squeeze(1)
        part = passage.to(x.dtype)
        mean = (part[:, None, :] @ x).squeeze(1) / part.sum(1, keepdim=True).clamp(min=1)
        margins = torch.stack(
            [
                start[:, 1:].amax(1) - start[:, 0],
                end[:, 1:].amax(1) - end[:, 0],
                tags[:, 1:].amax(1),
            ],
            1,
        ).clamp(-20, 20)
        margins = 0.1 * margins.to(x.dtype)
        hidden = torch.tanh(self.pooled(torch.cat([x[:, 0], seen, mean, margins], 1)))
        verdict = self.verdict(torch.cat([hidden, margins], 1)).float()
        return Reading(start, end, tags, verdict[:, 0], verdict[:, 1])


def compare(ids: Tensor, kinds: Tensor, real: Tensor) -> Tensor:
    """Return (B, L): twice the kind, and one more where the token occurs in the other text."""
    other = (kinds[:, :, None] != kinds[:, None, :]) & real[:, None, :]
    found = ((ids[:, :, None] == ids[:, None, :]) & other).any(2)
    return 2 * kinds + found.long()
