"""Retrieval on a test collection: is the relevant passage found, and how far up?"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.engine import lexicon_of, network_of, segmenter_of
from chatbot.evidence import Evidence
from chatbot.question import Query, read_question
from chatbot.reader import Reader
from chatbot.retrieve import retrieve_each
from chatbot.weighing import WeighingReader
from corpus.glossary import Lexicon
from corpus.plain import plain_document
from corpus.records import Document, Hit, Mode, Passage
from corpus.settings import Settings
from corpus.split import split
from eval.datasets.beir import Collection
from eval.measure.common import Progress
from eval.metrics.aggregate import Measure
from eval.metrics.ranking import RANKING_MEASURES, evaluate_rankings
from eval.runs import Row
from index.build import BuildReport, build_index
from index.encoder import Encoder, load_encoder
from index.models import describe_model
from index.segment import Segmenter
from index.snapshot import open_current
from index.stored import Snapshot

_ABOUT = {
    "recall": "share of the relevant passages among the first so many",
    "mrr": "mean of one over the rank of the first relevant passage, 0 beyond 10",
    "ndcg": "normalised discounted cumulative gain of the first ten, gains linear",
}
MEASURES = tuple(
    Measure(name, "mean", True, _ABOUT[name.partition("@")[0]]) for name in RANKING_MEASURES
)

DEPTH = 100
"""Passages that are looked for: the deepest cut-off of the measures."""
KEPT = 6
"""Scratch indexes that stay, so that the next mode need not embed them again."""
_IN_USE = 24 * 3600.0  # seconds
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class RetrievalBench:
    """A collection indexed in a scratch place. `report` says what indexing took.

    Where there is a `reader`, it puts the first `candidates` passages of each query in its order.
    """

    collection: Collection
    snapshot: Snapshot
    encoder: Encoder
    lexicon: Lexicon
    segmenter: Segmenter
    mode: Mode
    report: BuildReport
    reader: Reader | None
    candidates: int

    def rows_of(self) -> Callable[[Sequence[str]], Iterator[Row]]:
        """A function that looks for queries, by id, in batches and gives their rows."""

        def search(ids: Sequence[str]) -> Iterator[Row]:
            for start in range(0, len(ids), _CHUNK):
                yield from self._chunk(ids[start : start + _CHUNK])

        return search

    def _chunk(self, ids: Sequence[str]) -> Iterator[Row]:
        start = time.perf_counter()
        queries = [self._query(self.collection.queries[key]) for key in ids]
        found = list(
            retrieve_each(
                self.snapshot, self.encoder, self.segmenter, queries, self._depth(), self.mode
            )
        )
        if self.reader is not None:
            found = [self._reread(q, hits) for q, hits in zip(queries, found, strict=True)]
        # A batch shares its forward pass, so each of its queries has an equal part in the time.
        ms = (time.perf_counter() - start) * 1000 / len(ids)
        ranked = {key: _by_document(hits) for key, hits in zip(ids, found, strict=True)}
        qrels = {key: self.collection.qrels[key] for key in ids}
        run = {key: {h.passage.doc_id: -rank for rank, h in enumerate(ranked[key])} for key in ids}
        judged = evaluate_rankings(qrels, run)
        for key, query in zip(ids, queries, strict=True):
            yield self._row(key, query, ranked[key], judged[key], ms)

    def _reread(self, query: Query, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        assert self.reader is not None
        readings = self.reader.read(query, hits[: self.candidates])
        return (*(r.hit for r in readings), *hits[self.candidates :])

    def _query(self, text: str) -> Query:
        return read_question(text, self.lexicon, self.segmenter)

    def _depth(self) -> int:
        """Passages to look for so that there are enough documents where long ones were split."""
        return DEPTH if self.report.passages <= len(self.collection.passages) else 2 * DEPTH

    def _row(
        self, key: str, query: Query, hits: Sequence[Hit], values: dict[str, float], ms: float
    ) -> Row:
        relevant = [p for p, grade in self.collection.qrels[key].items() if grade > 0]
        rank = next((r for r, h in enumerate(hits, 1) if h.passage.doc_id in relevant), None)
        why = "" if rank == 1 else f"first at rank {rank}" if rank else "not found"
        return {
            "id": key,
            "group": key,
            "lang": query.language,
            "kind": query.kind,
            "trap": "",
            "question": query.text,
            "expected": {
                "answerable": True,
                "answers": [],
                "passage": "\n".join(self.collection.passages[relevant[0]][1:]),
                "relevant": relevant,
            },
            "given": {
                "status": "answered",
                "answer": "",
                "short_answer": None,
                "confidence": 0.0,
                "reason": "",
                "quotes": [],
                "hits": [
                    {
                        "rank": r,
                        "passage_id": hit.passage.doc_id,
                        "text": hit.passage.text,
                        "score": round(hit.score, 4),
                        "dense_rank": hit.dense_rank,
                        "lexical_rank": hit.lexical_rank,
                    }
                    for r, hit in enumerate(hits[:10], 1)
                ],
            },
            "values": values,
            "rank": rank,
            "failed": rank != 1,
            "why": why,
            "timings_ms": {"total": round(ms, 3)},
        }


def open_bench(
    settings: Settings, collection: Collection, mode: Mode, rerank: bool, progress: Progress
) -> RetrievalBench:
    """Index a collection in a scratch place of the cache, or find it indexed there already.

    `rerank`: the reader that answers questions orders what was found.

    Raises:
        ModelError: the model cannot be loaded.
    """
    documents = [
        plain_document(key, text, title) for key, (title, text) in collection.passages.items()
    ]
    passages = [p for document in documents for p in split(document)]
    encoder = load_encoder(settings)
    root, report = scratch_index(settings, documents, passages, encoder, progress)
    lexicon = lexicon_of(settings)
    segmenter = segmenter_of(settings, lexicon)
    reader: Reader | None = None
    if rerank:
        reader = WeighingReader(Evidence(lexicon, segmenter), network_of(settings, encoder))
    return RetrievalBench(
        collection, open_current(root), encoder, lexicon, segmenter, mode, report, reader,
        settings.candidates,
    )  # fmt: skip


def scratch_index(
    settings: Settings,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    encoder: Encoder,
    progress: Progress,
    donor: Snapshot | None = None,
) -> tuple[Path, BuildReport]:
    """Index passages under `<cache>/scratch`, apart from the index that answers.

    The folder goes by the content: the same content is found there again, and two runs at once
    wait for each other. The `KEPT` folders used last stay. `donor` is a snapshot whose vectors are
    used where it has them.
    """
    digest = hashlib.sha256(encoder.checksum.encode())
    for document in documents:
        digest.update(f"{document.doc_id}\0{document.title}\0{document.revision}\0".encode())
    folder = settings.cache / "scratch"
    root = folder / digest.hexdigest()[:16]
    root.mkdir(parents=True, exist_ok=True)
    root.touch()
    _prune(folder)
    lexicon = lexicon_of(settings)
    report = build_index(
        documents,
        passages,
        lambda: encoder,
        describe_model(settings),
        segmenter_of(settings, lexicon),
        root,
        keep=1,
        progress=progress,
        donor=donor,
    )
    return root, report


def _prune(folder: Path) -> None:
    """Remove all but the scratch indexes used last; none that a run may still be using."""
    used = {path: path.stat().st_mtime for path in folder.iterdir()}
    for path in sorted(used, key=lambda p: used[p], reverse=True)[KEPT:]:
        if time.time() - used[path] > _IN_USE:
            shutil.rmtree(path, ignore_errors=True)


def _by_document(hits: Sequence[Hit]) -> list[Hit]:
    """The first hit of each document, best first: a document is as good as its best passage."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.doc_id, hit)
    return list(best.values())[:DEPTH]
