"""`python -m eval.train.publish`: trained weights become the reader that the program ships.

Quantises, reads the validation pairs with what was quantised, calibrates both probabilities on
them and writes weights, configuration and figures.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from chatbot.reading.pretrained import load_words
from chatbot.reading.read import PassageReader, PassageReading
from chatbot.reading.stored import BUNDLED, CONFIG, ReaderConfig, load, save
from corpus.errors import PonteError
from corpus.settings import load_settings
from eval.train.calibrate import calibrate
from eval.train.card import card
from eval.train.prepare import prepare
from eval.train.validate import Pair, predict, summarise
from index.files import write_atomically

log = logging.getLogger("eval.train.publish")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval.train.publish", description=__doc__)
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="SQuAD files")
    parser.add_argument("--out", type=Path, required=True, help="folder of the training")
    parser.add_argument("--weights", type=Path, help="averaged weights, or a checkpoint")
    parser.add_argument("--to", type=Path, default=BUNDLED, help="folder to write")
    parser.add_argument("--policy", type=int, default=3000)
    parser.add_argument("--validate-size", type=int, default=120, metavar="QUESTIONS")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        _publish(options)
    except PonteError as error:
        log.error("%s", error)
        return 2
    return 0


def _publish(options: argparse.Namespace) -> None:
    settings = load_settings()
    prepared = prepare(options.data, options.out, settings, options.policy, options.validate_size)
    weights, training = _trained(options)
    training["data"] = sorted(file.name for file in options.data)
    training["invented_passages"] = options.policy
    config = ReaderConfig(training=training)
    save(weights, config, options.to)
    # What is measured and calibrated is what was stored, rounding and all.
    network, config = load(options.to, load_words(prepared.folder))
    readings = predict(PassageReader(network, prepared.tokenizer, config), prepared.pairs)
    answer = calibrate(*_labelled(prepared.pairs, readings, "answer"))
    relevance = calibrate(*_labelled(prepared.pairs, readings, "relevance"))
    figures = summarise(prepared.pairs, readings)
    figures["calibration/answer-before"] = round(answer.before, 4)
    figures["calibration/answer"] = round(answer.after, 4)
    figures["calibration/relevance"] = round(relevance.after, 4)
    config = replace(
        config, answer=answer.calibration, relevance=relevance.calibration, figures=figures
    )
    save(weights, config, options.to)
    write_atomically(options.to / "README.md", card(config).encode())
    log.info("wrote %s: %s", options.to / CONFIG, json.dumps(figures))


def _trained(options: argparse.Namespace) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    file = options.weights or options.out / "best" / "weights.pt"
    state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    if "averaged" in state:
        note = {"steps": state["step"], "seconds": round(state["seconds"]), **state["recipe"]}
        return state["averaged"], note
    record = json.loads((file.parent / "figures.json").read_text(encoding="utf-8"))
    return state, {name: record[name] for name in ("step", "seconds") if name in record}


def _labelled(
    pairs: Sequence[Pair], readings: Sequence[PassageReading], head: str
) -> tuple[list[float], list[int], list[str]]:
    """Return logits, labels and articles; a pair is relevant but where its passage is another."""
    logits = [float(getattr(r, head)) for r in readings]
    if head == "answer":
        labels = [int(p.answers) for p in pairs]
    else:
        labels = [int(not p.group.endswith("/nearest")) for p in pairs]
    return logits, labels, [p.question.passage.article for p in pairs]


if __name__ == "__main__":
    sys.exit(main())
