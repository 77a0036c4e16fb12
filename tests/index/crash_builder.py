"""Builds without end until it is killed; started by test_crash.

Prepares once, then forks one builder for each line on standard input and prints its id, so that
a kill costs no new start of Python. Arguments: index folder, cache folder.
"""

from __future__ import annotations

import itertools
import os
import sys
from dataclasses import replace
from pathlib import Path

from index.build import build_index
from index.encoder import Encoder
from index.models import ModelInfo
from index.segment import Segmenter
from index.snapshot import open_current


def no_encoder() -> Encoder:
    raise AssertionError("every vector is in the snapshot before; nothing needs the encoder")


def tell(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def main() -> None:
    root, cache = Path(sys.argv[1]), Path(sys.argv[2])
    first = open_current(root)
    documents, passages = list(first.documents.values()), first.passages
    model: ModelInfo = first.model
    segmenter = Segmenter(["粵澳合作框架協議"], cache)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            for turn in itertools.count():
                changed = [replace(d, url=f"{os.getpid()}/{turn}") for d in documents]
                build_index(changed, passages, no_encoder, model, segmenter, root, keep=2)
                if turn == 0:
                    tell(os.getpid())
        os.waitpid(child, 0)
        tell("dead")


main()
