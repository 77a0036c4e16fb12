"""Is this processor faster in bfloat16 or in float32? Measured once, kept in the cache."""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

from index.files import write_atomically

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

_BATCH, _LENGTH, _RUNS = 4, 150, 2
_MARGIN = 1.15
"""bfloat16 must be this much faster to be worth its rounding."""


def choose_precision(model: SentenceTransformer, cache: Path) -> str:
    """Return `bfloat16` or `float32`, whichever embeds passages faster on this processor.

    The first call on a processor measures (about a second) and writes
    `<cache>/precision-<cpu>.json`; later calls read it. `model` must be in float32 and stays so.
    """
    file = cache / f"precision-{_processor()}.json"
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))["precision"]
        if kept in ("bfloat16", "float32"):
            return str(kept)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be used (%s); measuring anew", file, error)
    seconds = measure(model)
    faster = bool(seconds) and seconds["float32"] > _MARGIN * seconds["bfloat16"]
    choice = "bfloat16" if faster else "float32"
    log.info("embedding in %s: %s", choice, seconds)
    content = {"precision": choice, "seconds": seconds, "processor": _processor_name()}
    write_atomically(file, json.dumps(content, indent=2).encode())
    return choice


def measure(model: SentenceTransformer) -> dict[str, float]:
    """Return the seconds that a batch of 4 x 150 tokens takes in each precision.

    The best of two runs after one that warms up. `model` is float32 and stays so: a copy of
    its network is rounded. Empty where the model has no transformer network.
    """
    import torch

    network = getattr(model[0], "model", None)
    if not isinstance(network, torch.nn.Module):
        return {}
    tokens = torch.arange(5, 5 + _BATCH * _LENGTH).reshape(_BATCH, _LENGTH)
    inputs = {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}
    twins = {"float32": network, "bfloat16": copy.deepcopy(network).to(torch.bfloat16)}
    runs: dict[str, list[float]] = {name: [] for name in twins}
    with torch.inference_mode():
        # In turns, so that a busy moment of the machine falls on both.
        for _ in range(_RUNS + 1):
            for name, twin in twins.items():
                start = time.perf_counter()
                twin(**inputs)
                runs[name].append(time.perf_counter() - start)
    return {name: round(min(times[1:]), 4) for name, times in runs.items()}


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
