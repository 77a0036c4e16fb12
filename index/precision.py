"""In which precision is this processor fastest? Measured once, kept in the cache."""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.settings import PRECISIONS
from index.files import write_atomically

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

_BATCH, _LENGTH, _RUNS = 4, 150, 2
_MARGIN = 1.15
"""A coarser precision must be this much faster to be worth its rounding."""

Runs = Mapping[str, Callable[[], object]]
"""What is done in each precision, `float32` first; calling it does it once."""


def choose_precision(model: SentenceTransformer, cache: Path) -> str:
    """Return `bfloat16` or `float32`, whichever embeds passages faster on this processor.

    `model` must be in float32 and stays so; see `choose`.
    """
    return choose("embedding", lambda: _embedding(model), cache)


def choose(what: str, runs: Callable[[], Runs], cache: Path) -> str:
    """Return the precision in which `what` goes fastest; `float32` unless another is worth it.

    The first call on a processor measures (about a second) and writes
    `<cache>/precision-<what>-<processor>.json`; later calls read it.
    """
    file = cache / f"precision-{what}-{_processor()}.json"
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))["precision"]
        if kept in PRECISIONS[1:]:
            return str(kept)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be used (%s); measuring anew", file, error)
    seconds = measure(runs())
    choice = min(seconds, key=lambda p: seconds[p] * (1 if p == "float32" else _MARGIN))
    log.info("%s in %s: %s", what, choice, seconds)
    content = {"precision": choice, "seconds": seconds, "processor": _processor_name()}
    write_atomically(file, json.dumps(content, indent=2).encode())
    return choice


def measure(runs: Runs) -> dict[str, float]:
    """Return the seconds that each of `runs` takes: the best of two after one that warms up."""
    import torch

    times: dict[str, list[float]] = {name: [] for name in runs}
    with torch.inference_mode():
        # In turns, so that a busy moment of the machine falls on all.
        for _ in range(_RUNS + 1):
            for name, run in runs.items():
                start = time.perf_counter()
                run()
                times[name].append(time.perf_counter() - start)
    return {name: round(min(taken[1:]), 4) for name, taken in times.items()}


def _embedding(model: SentenceTransformer) -> Runs:
    """A batch of 4 x 150 tokens in each precision; a copy of the network is what is rounded."""
    import torch

    network = getattr(model[0], "model", None)
    if not isinstance(network, torch.nn.Module):
        return {"float32": lambda: None}
    tokens = torch.arange(5, 5 + _BATCH * _LENGTH).reshape(_BATCH, _LENGTH)
    inputs = {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}
    rounded = copy.deepcopy(network).to(torch.bfloat16)
    return {"float32": lambda: network(**inputs), "bfloat16": lambda: rounded(**inputs)}


def _processor() -> str:
    import torch

    key = f"{_processor_name()} torch {torch.__version__}"
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _processor_name() -> str:
    """Name the processor with its abilities: a virtual machine may hide some of them."""
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return f"{platform.machine()} {platform.processor()}"
    wanted = ("model name", "cpu family", "model\t", "stepping", "flags", "Features", "CPU part")
    lines = [
        line for line in info.read_text(encoding="utf-8").splitlines() if line.startswith(wanted)
    ]
    return platform.machine() + " " + " ".join(dict.fromkeys(lines))
