"""`python -m eval.train`: train the reader, validate it now and then, keep the best weights.

Goes on for `--minutes`; SIGTERM ends it after the current steps. A checkpoint is written every ten
minutes and at the end, and `--resume` goes on from it as if there had been no break.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from chatbot.reading.network import ReaderNetwork
from chatbot.reading.pretrained import load_words, start_from
from chatbot.reading.read import PassageReader, PassageReading
from chatbot.reading.stored import ReaderConfig
from corpus.errors import PonteError
from corpus.settings import load_settings
from eval.train.loop import Recipe, Trainer
from eval.train.prepare import Prepared, prepare
from eval.train.sample import CHUNK
from eval.train.validate import predict, summarise, total

log = logging.getLogger("eval.train")

SAVE_SECONDS = 600
PART = 64
"""Pairs read in validation before it is seen whether to pause."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        prepared = prepare(
            options.data, options.out, load_settings(), options.policy, options.validate_size
        )
        _train(options, prepared)
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
    parser.add_argument(
        "--plain", action="store_true", help="without made-up items, invented and crossed sets"
    )
    parser.add_argument("--frozen", type=int, default=Recipe().frozen, help="lowest layers kept")
    parser.add_argument("--rate", type=float, default=Recipe().rate, help="learning rate")
    parser.add_argument("--workers", type=int, default=Recipe().workers, help="threads on a CPU")
    parser.add_argument("--batch", type=int, default=Recipe().batch)
    parser.add_argument("--micro", type=int, default=Recipe().micro)
    parser.add_argument("--decay-steps", type=int, default=0, help="end with a decay this long")
    parser.add_argument("--validate-each", type=float, default=30, metavar="MINUTES")
    parser.add_argument("--validate-size", type=int, default=120, metavar="QUESTIONS")
    return parser


def _train(options: argparse.Namespace, prepared: Prepared) -> None:
    cuda = options.device == "cuda" or (options.device == "auto" and torch.cuda.is_available())
    torch.manual_seed(options.seed)
    network = ReaderNetwork(load_words(prepared.folder))
    start_from(network, prepared.folder)
    names = ("seed", "frozen", "rate", "workers", "batch", "micro")
    recipe = replace(Recipe(), **{name: getattr(options, name) for name in names})
    sampler = prepared.sampler(recipe.seed, recipe.limit, options.plain)
    device = torch.device("cuda" if cuda else "cpu")
    trainer = Trainer(network, sampler, recipe, device, prepared.tokenizer.pad)
    checkpoint = options.out / "checkpoint.pt"
    if options.resume and checkpoint.is_file():
        trainer.load(checkpoint)
        log.info("going on from step %d", trainer.step)
    if options.decay_steps:
        trainer.decay = (trainer.step, options.decay_steps)
        # A decay's end is another checkpoint: training goes on from before it.
        checkpoint = options.out / "decayed.pt"
    stop, interrupted = _until(trainer, options.minutes)
    saved = validated = trainer.seconds
    mean: dict[str, float] = {}
    begin, first = trainer.seconds, trainer.step
    for parts in trainer.run(stop):
        for name, value in parts.items():
            mean[name] = mean.get(name, value) * 0.98 + value * 0.02
        if trainer.step % 20 == 0:
            shown = " ".join(f"{k} {v:.4g}" for k, v in mean.items())
            speed = (trainer.step - first) * recipe.batch / (trainer.seconds - begin)
            log.info("step %d, %.0f s, %.1f/s: %s", trainer.step, trainer.seconds, speed, shown)
        _wait(options.pause)
        if trainer.step % CHUNK == 0 and trainer.seconds - saved > SAVE_SECONDS:
            trainer.save(checkpoint)
            saved = trainer.seconds
        if trainer.step % CHUNK == 0 and trainer.seconds - validated > 60 * options.validate_each:
            _validate(trainer, prepared, options)
            validated = trainer.seconds
    trainer.save(checkpoint)
    if not interrupted.is_set():
        _validate(trainer, prepared, options)


def _until(trainer: Trainer, minutes: float) -> tuple[Callable[[], bool], threading.Event]:
    """Return what tells that the run is over, and the event of having been asked to end."""
    deadline = time.monotonic() + 60 * minutes
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())

    def stop() -> bool:
        decayed = trainer.decay is not None and trainer.factor() <= 0
        return decayed or asked.is_set() or time.monotonic() > deadline

    return stop, asked


def _wait(pause: Path | None) -> None:
    while pause is not None and pause.exists():
        time.sleep(2)


def _validate(trainer: Trainer, prepared: Prepared, options: argparse.Namespace) -> None:
    """Write a line of figures; keep the averaged weights where they are the best so far."""
    begin = time.monotonic()
    reader = PassageReader(trainer.averaged_network(), prepared.tokenizer, ReaderConfig())
    readings: list[PassageReading] = []
    for at in range(0, len(prepared.pairs), PART):
        readings += predict(reader, prepared.pairs[at : at + PART])
        _wait(options.pause)
    figures = summarise(prepared.pairs, readings)
    line = {
        "step": trainer.step,
        "items": trainer.step * trainer.recipe.batch,
        "seconds": round(trainer.seconds),
        "took": round(time.monotonic() - begin),
        "decayed": trainer.decay is not None,
        "total": round(total(figures), 3),
        **figures,
    }
    with (options.out / "validation.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    log.info("validation: %s", line)
    best = options.out / "best"
    best.mkdir(exist_ok=True)
    record = best / "figures.json"
    if not record.is_file() or json.loads(record.read_text())["total"] < line["total"]:
        torch.save(trainer.averaged, best / "weights.draft")
        (best / "weights.draft").replace(best / "weights.pt")
        record.write_text(json.dumps(line, indent=1))


if __name__ == "__main__":
    sys.exit(main())
