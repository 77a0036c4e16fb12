"""From two texts to tokens of a window, and from scores of tokens back to spans of the text.

Texts are folded first (corpus.fold), so that Traditional and Simplified give equal tokens; every
token keeps the place that it has in the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from corpus.errors import ModelError
from corpus.fold import fold, fold_with_offsets

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]

QUESTION_TOKENS = 64
WINDOW_TOKENS = 384
STRIDE = 128
SPAN_TOKENS = 64

# Function words that the vocabulary glues to a neighbour (的时代, 时代的, 是一个, 等问题): a span
# that begins or ends beside one could not be told. One in twenty answers was out of reach.
_LEADING = frozenset("的是在和与及或为由被于从向以自至到了而对将把让又也都则即约共有等了并其该此")
_TRAILING = frozenset("的等是为在和与及或了由被于所")
_TIME = re.compile("([年月日时])(以来|开始|起|初|底|末|至|后|前|间|中)")


@dataclass(frozen=True, slots=True)
class Pieces:
    """The tokens of a text. `ids`, `starts`, `ends`: (n,); the offsets are of the original."""

    ids: Ints
    starts: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.ids)

    def locate(self, start: int, end: int) -> tuple[int, int] | None:
        """Return first and last token that touch `start:end`; None where no token does."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left")) - 1
        return (first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens `first` to `last`, both included, and the sum of the logits of both ends."""

    first: int
    last: int
    score: float


class PairTokenizer:
    """Cuts questions and passages into tokens of the embedding model's vocabulary."""

    def __init__(self, file: Path) -> None:
        """Load `tokenizer.json` of the embedding model."""
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._cuts: dict[tuple[int, str], tuple[tuple[int, int], ...]] = {}
        self.bos = self._id("<s>")
        self.eos = self._id("</s>")
        self.pad = self._id("<pad>")
        self.unknown = self._id("<unk>")
        self._space = self._id("\u2581")

    @cached_property
    def _prompt(self) -> list[int]:
        return list(self._tokenizer.encode("query:", add_special_tokens=False).ids)

    def question(self, text: str) -> Ints:
        """Return the tokens of a question, the prompt before them, at most `QUESTION_TOKENS`."""
        ids = self._tokenizer.encode(fold(text), add_special_tokens=False).ids
        return np.array((self._prompt + list(ids))[:QUESTION_TOKENS], np.int32)

    def passage(self, text: str) -> Pieces:
        """Return all tokens of a passage with their places in `text`, white space left out."""
        folded = fold_with_offsets(text)
        encoded = self._tokenizer.encode(folded.text, add_special_tokens=False)
        rows: list[tuple[int, int, int]] = []
        for token, (begin, stop) in zip(encoded.ids, encoded.offsets, strict=True):
            if token == self._space:
                continue  # the one put before a text claims the place of its first character
            surface = folded.text[begin:stop]
            at = begin
            for part, length in self._cut(token, surface):
                piece = folded.text[at : at + length]
                trimmed = len(piece) - len(piece.lstrip())
                if trimmed < len(piece):
                    low, high = folded.span(at + trimmed, at + len(piece.rstrip()))
                    rows.append((part, low, high))
                at += length
        table = np.array(rows, np.int32).reshape(-1, 3)
        return Pieces(table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy())

    def _cut(self, token: int, surface: str) -> tuple[tuple[int, int], ...]:
        """Return (token, characters) of the parts a token is cut into, most often itself."""
        key = (token, surface)
        if (known := self._cuts.get(key)) is not None:
            return known
        cut: tuple[tuple[int, int], ...] = ((token, len(surface)),)
        if len(surface) > 1 and (parts := _parts(surface)):
            space = len(surface) - len(surface.lstrip())
            names = ["\u2581" * (space > 0) + parts[0], *parts[1:]]
            found = (self._tokenizer.token_to_id(name) for name in names)
            ids = [i for i in found if i is not None]
            if len(ids) == len(names):
                sizes = [space + len(parts[0]), *map(len, parts[1:])]
                cut = tuple(zip(ids, sizes, strict=True))
        self._cuts[key] = cut
        return cut

    def _id(self, name: str) -> int:
        found = self._tokenizer.token_to_id(name)
        if found is None:
            raise ModelError(f"the embedding model's vocabulary has no {name}; use the bundled one")
        return found


def _parts(surface: str) -> list[str]:
    """Cut function words and marks off a token; empty where there is nothing to cut.

    A space before the token stays with its first part, as the vocabulary writes it (▁).
    """
    body = surface.lstrip()
    if not body:
        return []
    head: list[str] = []
    tail: list[str] = []
    while len(body) > 1 and (body[0] in _LEADING or _is_mark(body[0])):
        head.append(body[0])
        body = body[1:]
    while len(body) > 1 and (body[-1] in _TRAILING or _is_mark(body[-1])):
        tail.append(body[-1])
        body = body[:-1]
    if match := _TIME.fullmatch(body):
        tail.append(match[2])
        body = match[1]
    return [*head, body, *reversed(tail)] if head or tail else []


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


@dataclass(frozen=True, slots=True)
class Window:
    """One input: `ids` and `kinds` (n,); passage token `first` stands at place `offset`."""

    ids: Ints
    kinds: Ints
    offset: int
    first: int
    last: int


def cover(count: int, room: int, stride: int = STRIDE) -> list[tuple[int, int]]:
    """Return ranges (first, behind last) of at most `room` tokens that cover `count` tokens.

    Neighbours share at least `stride` tokens, so that a span shorter than that lies whole in one.
    """
    if count <= room:
        return [(0, count)]
    step = max(1, room - stride)
    number = -(-(count - room) // step) + 1
    firsts = [round(i * (count - room) / (number - 1)) for i in range(number)]
    return [(first, first + room) for first in firsts]


def join(tokenizer: PairTokenizer, question: Ints, passage: Ints, first: int, last: int) -> Window:
    """Return the window over tokens `first` to before `last` of the passage."""
    bos, eos = tokenizer.bos, tokenizer.eos
    head = [bos, *question.tolist(), eos, eos]
    part = passage[first:last]
    ids = np.concatenate([np.array(head, np.int32), part, np.array([eos], np.int32)])
    kinds = np.zeros(len(ids), np.int32)
    kinds[len(head) : len(head) + len(part)] = 1
    return Window(ids, kinds, len(head), first, last)


def windows(
    tokenizer: PairTokenizer,
    question: Ints,
    passage: Ints,
    limit: int = WINDOW_TOKENS,
    stride: int = STRIDE,
) -> list[Window]:
    """Return the windows of at most `limit` tokens that cover the passage."""
    room = limit - len(question) - 4
    return [join(tokenizer, question, passage, a, b) for a, b in cover(len(passage), room, stride)]


def best_spans(
    start: Floats, end: Floats, longest: int = SPAN_TOKENS, number: int = 1
) -> list[Span]:
    """Return the best spans, best first, that do not overlap. `start`, `end`: (n,) logits."""
    n = len(start)
    if n == 0:
        return []
    scores = start[:, None] + end[None, :]
    at = np.arange(n)
    length = at[None, :] - at[:, None]
    scores = np.where((length >= 0) & (length < longest), scores, -np.inf)
    found: list[Span] = []
    while len(found) < number:
        place = int(np.argmax(scores))
        first, last = divmod(place, n)
        if not np.isfinite(scores[first, last]):
            break
        found.append(Span(first, last, float(scores[first, last])))
        # A span overlaps where it begins before the end and ends after the beginning.
        scores[: last + 1, first:] = -np.inf
    return found


def tagged_runs(scores: Floats, threshold: float = 0.0) -> list[tuple[int, int]]:
    """Return (first, last) of the runs of tokens with a score of at least `threshold`."""
    inside = np.concatenate([[False], scores >= threshold, [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1]).tolist()
    return [(a, b - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def pad(rows: Sequence[Ints], value: int) -> NDArray[np.int64]:
    """Return (len(rows), longest) with `value` behind the shorter rows."""
    out = np.full((len(rows), max(map(len, rows))), value, np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out
