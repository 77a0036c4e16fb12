"""`python -m eval.train`: train the reader, validate it now and then, keep the best weights."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import torch

from chatbot.reading.network import ReaderNetwork
from chatbot.reading.pretrained import load_words, start_from
from chatbot.reading.read import PassageReader
from chatbot.reading.stored import ReaderConfig
from chatbot.reading.windows import PairTokenizer
from corpus.errors import PonteError
from corpus.settings import load_settings
from eval.train.augment import Maker
from eval.train.data import load
from eval.train.loop import Recipe, Trainer
from eval.train.neighbours import join_english, nearest
from eval.train.policy import add_policy
from eval.train.sample import CHUNK, Sampler
from eval.train.validate import choose, predict, summarise
from index.models import locate_model

log = logging.getLogger("eval.train")

SPLIT_SEED = 4
"""Holds back about one article in seven of every set, of which three of `squad2_*`."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        _train(options)
    except PonteError as error:
        log.error("%s", error)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.train", description=__doc__)
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="SQuAD files")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--minutes", type=float, default=120, help="time for this run")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--pause", type=Path, help="wait while this file exists")
    parser.add_argument("--policy", type=int, default=3000, help="invented passages to add")
    parser.add_argument("--frozen", type=int, default=Recipe().frozen, help="lowest layers kept")
    parser.add_argument("--rate", type=float, default=Recipe().rate, help="learning rate")
    parser.add_argument("--workers", type=int, default=Recipe().workers)
    parser.add_argument("--decay-steps", type=int, default=0, help="end with a decay this long")
    parser.add_argument("--validate-each", type=int, default=30, metavar="MINUTES")
    parser.add_argument("--validate-size", type=int, default=120, metavar="QUESTIONS")
    return parser


def _train(options: argparse.Namespace) -> None:
    settings = load_settings()
    cuda = options.device == "cuda" or (options.device == "auto" and torch.cuda.is_available())
    device = torch.device("cuda" if cuda else "cpu")
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    folder = locate_model(settings)
    tokenizer = PairTokenizer(folder / "tokenizer.json")
    english = out / "english.json"
    collection = load(options.data, SPLIT_SEED)
    if not english.is_file():
        english.write_text(json.dumps(join_english(collection, out / "cache", settings)))
    collection = load(options.data, SPLIT_SEED, english)
    near = {h: nearest(collection, out / "cache", settings, h) for h in (False, True)}
    add_policy(collection, options.policy, SPLIT_SEED, SPLIT_SEED)
    questions = [q for q in collection.questions if not q.held_back]
    crossed = [q for q in collection.crossed if not q.held_back]
    passages = [p for p in collection.passages if not p.held_back]
    log.info("%d questions, %d crossed, %d passages", len(questions), len(crossed), len(passages))
    pairs = choose(
        [q for q in collection.questions if q.held_back],
        [q for q in collection.crossed if q.held_back],
        [p for p in collection.passages if p.held_back],
        near[True],
        options.validate_size,
        SPLIT_SEED,
    )
    torch.manual_seed(options.seed)
    network = ReaderNetwork(load_words(folder))
    start_from(network, folder)
    recipe = replace(
        Recipe(),
        seed=options.seed,
        frozen=options.frozen,
        rate=options.rate,
        workers=options.workers,
    )
    maker = Maker(tokenizer, passages, near[False], questions)
    sampler = Sampler(maker, questions, crossed, options.seed, recipe.limit)
    trainer = Trainer(network, sampler, recipe, device, tokenizer.pad)
    checkpoint = out / "checkpoint.pt"
    if options.resume and checkpoint.is_file():
        trainer.load(checkpoint)
        log.info("going on from step %d", trainer.step)
    if options.decay_steps:
        trainer.decay = (trainer.step, options.decay_steps)
    deadline = time.monotonic() + 60 * options.minutes

    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())

    def stop() -> bool:
        decayed = trainer.decay is not None and trainer.factor() <= 0
        return decayed or asked.is_set() or time.monotonic() > deadline

    saved = validated = trainer.seconds
    mean: dict[str, float] = {}
    for parts in trainer.run(stop):
        for name, value in parts.items():
            mean[name] = mean.get(name, value) * 0.98 + value * 0.02
        if trainer.step % 20 == 0:
            shown = " ".join(f"{k} {v:.4g}" for k, v in mean.items())
            speed = trainer.step * recipe.batch / trainer.seconds
            log.info("step %d, %.0f s, %.1f/s: %s", trainer.step, trainer.seconds, speed, shown)
        while options.pause is not None and options.pause.exists():
            time.sleep(2)
        if trainer.step % CHUNK == 0 and trainer.seconds - saved > 600:
            # A decay's end is another checkpoint: training goes on from before it.
            trainer.save(out / ("decayed.pt" if trainer.decay else "checkpoint.pt"))
            saved = trainer.seconds
        if trainer.step % CHUNK == 0 and trainer.seconds - validated > 60 * options.validate_each:
            _validate(trainer, tokenizer, pairs, out)
            validated = trainer.seconds
    trainer.save(out / ("decayed.pt" if trainer.decay else "checkpoint.pt"))
    if not asked.is_set():
        _validate(trainer, tokenizer, pairs, out)


def _validate(trainer: Trainer, tokenizer: PairTokenizer, pairs: list, out: Path) -> None:  # type: ignore[type-arg]
    """Write a line of figures; keep the averaged weights where they are the best so far."""
    begin = time.monotonic()
    reader = PassageReader(trainer.averaged_network(), tokenizer, ReaderConfig())
    figures = summarise(pairs, predict(reader, pairs))
    kept = [v for k, v in figures.items() if k.endswith(("/f1",))]
    areas = [v for k, v in figures.items() if "/auroc-" in k and v == v]
    total = sum(kept) / len(kept) + 100 * sum(areas) / len(areas)
    line = {
        "step": trainer.step,
        "seconds": round(trainer.seconds),
        "took": round(time.monotonic() - begin),
        "total": round(total, 3),
        **figures,
    }
    with (out / "validation.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    log.info("validation: %s", line)
    best = out / "best"
    best.mkdir(exist_ok=True)
    record = best / "figures.json"
    if not record.is_file() or json.loads(record.read_text())["total"] < total:
        torch.save(trainer.averaged, best / "weights.pt")
        record.write_text(json.dumps(line, indent=1))


if __name__ == "__main__":
    sys.exit(main())
