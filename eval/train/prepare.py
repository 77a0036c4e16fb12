"""What training and publishing both begin with: the data, split, and the validation pairs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.reading.windows import PairTokenizer
from corpus.settings import Settings
from eval.train import policy, written
from eval.train.augment import Maker
from eval.train.data import Collection, load
from eval.train.neighbours import join_english, nearest
from eval.train.sample import KINDS, PLAIN, Sampler
from eval.train.validate import Pair, choose
from index.models import locate_model

SPLIT_SEED = 4
"""Holds back about one article in seven of every set, of which three of `squad2_*`."""

INVENTED = (policy.SET, written.SET)
"""Sets that were made for this project."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The collection, its nearest passages (training's), a tokenizer and validation pairs."""

    folder: Path
    tokenizer: PairTokenizer
    collection: Collection
    near: Mapping[str, Sequence[str]]
    pairs: Sequence[Pair]

    def sampler(self, seed: int, limit: int, plain: bool = False) -> Sampler:
        """Return the stream of training items; `plain`: only of what annotators wrote."""
        c = self.collection
        questions = [q for q in c.questions if not q.held_back]
        passages = [p for p in c.passages if not p.held_back]
        maker = Maker(self.tokenizer, passages, self.near, questions)
        crossed = [q for q in c.crossed if not q.held_back]
        if not plain:
            return Sampler(maker, questions, crossed, seed, limit)
        annotated = [q for q in questions if q.set not in INVENTED]
        return Sampler(maker, annotated, (), seed, limit, {k: KINDS[k] for k in PLAIN})


def prepare(
    files: Sequence[Path], out: Path, settings: Settings, invented: int, size: int
) -> Prepared:
    """Load and split the data; `invented`: made-up passages to add; `size`: questions a set.

    Vectors and joined ids are kept in `out`, so that only the first run computes them.

    Raises:
        InputError: a file is missing or is not in SQuAD form.
        ModelError: the embedding model cannot be had.
    """
    folder = locate_model(settings)
    english = out / "english.json"
    cache = out / "cache"
    if not english.is_file():
        joined = join_english(load(files, SPLIT_SEED), cache, settings)
        out.mkdir(parents=True, exist_ok=True)
        english.write_text(json.dumps(joined), encoding="utf-8")
    collection = load(files, SPLIT_SEED, english)
    near = nearest(collection, cache, settings, False)
    near_held = nearest(collection, cache, settings, True)
    if invented:
        policy.add_policy(collection, invented, SPLIT_SEED, SPLIT_SEED)
    written.add_written(collection)
    pairs = choose(
        [q for q in collection.questions if q.held_back],
        [q for q in collection.crossed if q.held_back],
        [p for p in collection.passages if p.held_back],
        near_held,
        size,
        SPLIT_SEED,
    )
    tokenizer = PairTokenizer(folder / "tokenizer.json")
    return Prepared(folder, tokenizer, collection, near, pairs)
