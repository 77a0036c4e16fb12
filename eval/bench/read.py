"""How long the reader takes for a question's passages: `python -m eval.bench.read`.

`PASSAGES` passages of `TOKENS` tokens, cut from the bundled documents, are read with one question,
in each precision, in turns.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from chatbot.engine import network_of
from chatbot.reading.precision import int8_is_exact
from chatbot.reading.read import PassageReader
from corpus.errors import ModelError
from corpus.load import load_folder
from corpus.settings import PRECISIONS, Settings
from eval.bench.figures import Figure, median_of, run_benchmark
from index.encoder import load_encoder

PASSAGES = 8
TOKENS = 200
QUESTION = "2022年澳門與內地的貿易總額是多少？"


def measure(runs: int) -> list[Figure]:
    """Read `3 * runs` times in each precision; milliseconds for all passages, p50.

    Raises:
        ModelError: the program has no trained reader.
    """
    settings = Settings(reader="bundled")
    readers: dict[str, PassageReader] = {}
    names = [p for p in PRECISIONS[1:] if p != "int8" or int8_is_exact()]
    encoder = load_encoder(settings.with_(precision="float32"))
    for name in names:
        network = network_of(settings.with_(precision=name), encoder)
        if network is None:
            raise ModelError("there is no trained reader to measure; install the program anew")
        readers[name] = network
    texts = passages(settings, readers["float32"])
    times: dict[str, list[float]] = {precision: [] for precision in names}
    for run in range(3 * runs + 1):
        for precision, reader in readers.items():
            start = time.perf_counter()
            reader.read(QUESTION, texts)
            if run > 0:  # the first warms up
                times[precision].append(1000 * (time.perf_counter() - start))
    what = f"{PASSAGES} passages of {TOKENS} tokens read in"
    return [median_of(f"{what} {p}", times[p], "ms", 0) for p in names]


def passages(settings: Settings, reader: PassageReader) -> list[str]:
    """Return `PASSAGES` texts of `TOKENS` tokens each, cut from the documents in turn."""
    text = "\n".join(d.text for d in load_folder(settings.sources).documents)
    pieces = reader.tokenizer.passage(text)
    step = (len(pieces) - TOKENS) // PASSAGES
    starts = [i * step for i in range(PASSAGES)]
    return [text[int(pieces.starts[i]) : int(pieces.ends[i + TOKENS - 1])] for i in starts]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    run_benchmark(measure, "time for reading a question's passages", 3, argv)


if __name__ == "__main__":
    main()
