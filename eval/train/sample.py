"""Which item comes next: a mixture of sets and kinds whose position can be stored."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.train.augment import Item, Maker
from eval.train.data import Question

KINDS: Mapping[str, float] = {
    "positive": 0.52,
    "treachery": 0.22,
    "nearest": 0.09,
    "sibling": 0.04,
    "removed": 0.05,
    "elsewhere": 0.02,
    "swapped": 0.04,
    "random": 0.02,
}
"""Shares of the kinds of items (see `eval.train.augment`)."""

SETS: Mapping[str, float] = {
    "drcd_dev": 0.20,
    "cmrc2018_dev": 0.16,
    "cmrc2018_trial": 0.04,
    "squad2_zh": 0.10,
    "squad2_pt": 0.05,
    "squad2_en": 0.05,
    "faquad": 0.02,
    "pt>zh": 0.11,
    "en>zh": 0.10,
    "policy": 0.03,
    "written": 0.16,
}
"""Shares of the sets; a set that is not listed counts 0.1."""

PLAIN = ("positive", "treachery", "random")
"""Kinds that need nothing but what annotators wrote: what is left where nothing is augmented."""

CHUNK = 4
"""Steps that are drawn at once, so that items of like length share a forward pass."""


@dataclass
class Sampler:
    """Draws items without end; equal `seed` and `positions` give equal items.

    `positions` counts what was taken of each kind and set: each is gone through in a shuffled
    order, anew for every pass.
    """

    maker: Maker
    questions: Sequence[Question]
    crossed: Sequence[Question]
    seed: int
    limit: int
    kinds: Mapping[str, float] = field(default_factory=lambda: dict(KINDS))
    sets: Mapping[str, float] = field(default_factory=lambda: dict(SETS))
    positions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the questions into sets, and those without an answer apart."""
        self._pools: dict[tuple[bool, str], list[Question]] = {}
        for q in self.questions:
            self._pools.setdefault((bool(q.answers), q.set), []).append(q)
        for q in self.crossed:
            self._pools.setdefault((bool(q.answers), f"{q.language}>zh"), []).append(q)
        self._orders: dict[str, list[int]] = {}

    def chunk(self, number: int, batch: int, micro: int) -> list[list[list[Item]]]:
        """Return `CHUNK` steps of `batch` items in micro-batches of like length.

        `number` counts the chunks; it and the positions decide what comes.
        """
        rng = random.Random(f"{self.seed}/chunk/{number}")
        items = [self._draw(rng) for _ in range(CHUNK * batch)]
        items.sort(key=len)
        groups = [items[i : i + micro] for i in range(0, len(items), micro)]
        rng.shuffle(groups)
        each = len(groups) // CHUNK
        return [groups[i * each : (i + 1) * each] for i in range(CHUNK)]

    def _draw(self, rng: random.Random) -> Item:
        while True:
            kind = rng.choices(list(self.kinds), list(self.kinds.values()))[0]
            names = [n for a, n in self._pools if a == (kind != "treachery")]
            if not names:
                continue
            name = rng.choices(names, [self.sets.get(n, 0.1) for n in names])[0]
            pool = self._pools[kind != "treachery", name]
            # Not every question allows every kind; look a little further, then draw anew.
            for _ in range(30):
                q = pool[self._next(kind, name, len(pool))]
                # Now and then a longer window, as reading meets them.
                limit = self.limit if rng.random() < 0.9 else round(1.6 * self.limit)
                if (item := self.maker.make(kind, q, rng, limit)) is not None:
                    return item

    def _next(self, kind: str, name: str, size: int) -> int:
        key = f"{kind}/{name}"
        at = self.positions.get(key, 0)
        self.positions[key] = at + 1
        order_key = f"{key}/{at // size}"
        if (order := self._orders.get(order_key)) is None:
            self._orders.pop(f"{key}/{at // size - 1}", None)
            order = list(range(size))
            random.Random(f"{self.seed}/{order_key}").shuffle(order)
            self._orders[order_key] = order
        return order[at % size]
