"""How many passages are embedded in a second: `python -m eval.bench.embed`.

The passages are cut from the bundled documents so that each fills `TOKENS` tokens of the model,
its prompt and its two marks included.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal

from corpus.fold import fold
from corpus.load import load_folder
from corpus.settings import Settings
from eval.bench.figures import Figure, median_of, run_benchmark
from index.encoder import Encoder, load_encoder
from index.models import locate_model

TOKENS = 150
PASSAGES = 32
PRECISIONS: tuple[Literal["float32", "bfloat16"], ...] = ("float32", "bfloat16")


def measure(runs: int) -> list[Figure]:
    """Embed `PASSAGES` passages `runs` times in each precision, in turns; passages a second."""
    settings = Settings()
    encoders: dict[str, Encoder] = {
        p: load_encoder(settings.with_(precision=p)) for p in PRECISIONS
    }
    texts = passages(settings)
    rates: dict[str, list[float]] = {precision: [] for precision in PRECISIONS}
    for run in range(runs + 1):
        for precision, encoder in encoders.items():
            start = time.perf_counter()
            encoder.encode_passages(texts)
            if run > 0:  # the first warms up
                rates[precision].append(len(texts) / (time.perf_counter() - start))
    figures = [
        median_of(f"passages of {TOKENS} tokens embedded in {p}", rates[p], "1/s", 1)
        for p in PRECISIONS
    ]
    pairs = zip(rates["bfloat16"], rates["float32"], strict=True)
    figures.append(median_of("  bfloat16 over float32", [b / f for b, f in pairs], "times"))
    return figures


def passages(settings: Settings) -> list[str]:
    """Return `PASSAGES` folded texts of `TOKENS` tokens each, cut from the documents in turn."""
    from transformers import AutoTokenizer

    tokeniser: Any = AutoTokenizer.from_pretrained(locate_model(settings), local_files_only=True)
    room = TOKENS - len(tokeniser("passage: ")["input_ids"])
    text = "\n".join(fold(d.text) for d in load_folder(settings.sources).documents)
    whole = tokeniser(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    spans = whole["offset_mapping"]
    step = max(1, (len(spans) - room) // PASSAGES)
    starts = [i * step for i in range(PASSAGES)]
    return [text[spans[i][0] : spans[i + room - 1][1]] for i in starts]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    run_benchmark(measure, "passages embedded per second", 3, argv)


if __name__ == "__main__":
    main()
