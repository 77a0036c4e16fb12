"""The engine: what a question needs, loaded once and exchanged when the index changes."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from chatbot.evidence import Evidence
from chatbot.reader import Reader
from chatbot.weighing import WeighingReader
from corpus.errors import IndexUnavailable
from corpus.glossary import Lexicon, load_lexicon
from corpus.load import load_folder
from corpus.records import Passage
from corpus.settings import Settings
from corpus.split import split
from index.build import BuildReport, build_index
from index.encoder import Encoder, Progress, load_encoder
from index.models import describe_model, locate_model
from index.segment import Segmenter
from index.snapshot import current_id, open_current
from index.stored import Snapshot

if TYPE_CHECKING:  # torch takes seconds, which searching by words need not spend
    from chatbot.reading.read import PassageReader

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resources:
    """What one question is answered with, from beginning to end."""

    settings: Settings
    snapshot: Snapshot
    encoder: Encoder
    segmenter: Segmenter
    lexicon: Lexicon
    evidence: Evidence
    reader: Reader


class Engine:
    """Holds the loaded resources; safe to share between threads.

    Raises (on construction and from `resources`):
        IndexUnavailable: there is no index, or none that fits the model.
        ModelError: the model cannot be loaded.
    """

    def __init__(
        self,
        settings: Settings,
        reader: Reader | None = None,
        encoder: Callable[[], Encoder] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        lexicon = lexicon_of(settings)
        segmenter = segmenter_of(settings, lexicon)
        evidence = Evidence(lexicon, segmenter)
        snapshot = open_current(settings.index)
        snapshot.check_model(describe_model(settings))
        model = encoder() if encoder else load_encoder(settings)
        self._resources = Resources(
            settings,
            snapshot,
            model,
            segmenter,
            lexicon,
            evidence,
            reader or WeighingReader(evidence, network_of(settings, model)),
        )

    def resources(self) -> Resources:
        """The resources for the next question; a newly published snapshot is picked up here.

        A new snapshot that cannot be used is logged and the old one goes on answering.
        """
        root = self._resources.settings.index
        if current_id(root) not in (None, self._resources.snapshot.id):
            with self._lock:
                if current_id(root) != self._resources.snapshot.id:
                    self._switch()
        return self._resources

    def _switch(self) -> None:
        try:
            snapshot = open_current(self._resources.settings.index)
            snapshot.check_model(describe_model(self._resources.settings))
        except IndexUnavailable as error:
            log.error("the new index cannot be used, the old one stays: %s", error)
            return
        if snapshot.id != self._resources.snapshot.id:
            log.info("switched from snapshot %s to %s", self._resources.snapshot.id, snapshot.id)
            self._resources = replace(self._resources, snapshot=snapshot)


def network_of(settings: Settings, encoder: Encoder) -> PassageReader | None:
    """The trained reader that the settings name, over the embedding model's words.

    It shares them with the encoder. None where the settings want none, or where the embedding
    model is not the one that the bundled reader was trained over.

    Raises:
        ModelError: the reader is missing or damaged.
    """
    from chatbot.reading.stored import reader_folder

    folder = reader_folder(settings)
    if folder is None:
        log.info("reading by rules alone: the settings name no reader for this embedding model")
        return None
    from chatbot.reading.read import load_reader

    return load_reader(
        locate_model(settings), folder, encoder.words, settings.precision, settings.cache
    )


def lexicon_of(settings: Settings) -> Lexicon:
    """The glossary and the thesaurus that the settings name."""
    return load_lexicon(settings.glossary, settings.thesaurus)


def segmenter_of(settings: Settings, lexicon: Lexicon) -> Segmenter:
    """The segmenter with the lexicon's Chinese forms in its dictionary."""
    return Segmenter(lexicon.chinese_forms, settings.cache)


def build(
    settings: Settings,
    progress: Progress | None = None,
    encoder: Callable[[], Encoder] | None = None,
) -> BuildReport:
    """Build the index of the documents in `settings.sources` and publish it.

    `encoder` gives the encoder where one is loaded or will be needed again.

    Raises:
        DocumentError: the folder is missing or holds no document that can be read.
        ModelError: the model cannot be loaded.
    """
    collection = load_folder(settings.sources)
    passages: list[Passage] = []
    for document in collection.documents:
        passages.extend(split(document))
    lexicon = lexicon_of(settings)
    return build_index(
        collection.documents,
        passages,
        encoder or (lambda: load_encoder(settings)),
        describe_model(settings),
        segmenter_of(settings, lexicon),
        settings.index,
        keep=settings.keep_snapshots,
        skipped=tuple((s.path, s.reason) for s in collection.skipped),
        progress=progress,
    )


def open_engine(settings: Settings, progress: Progress | None = None) -> Engine:
    """The engine of the current index; where there is none, that of `settings.sources` is built.

    The model is loaded once for both. What is loaded stays for the life of the process, so the
    garbage collector is paused meanwhile and told not to look at it again.
    """
    gc.disable()
    try:
        return _open(settings, progress)
    finally:
        gc.freeze()
        gc.enable()


def _open(settings: Settings, progress: Progress | None) -> Engine:
    encoder = cache(lambda: load_encoder(settings))
    if current_id(settings.index) is None:
        build(settings, progress, encoder)
    return Engine(settings, encoder=encoder)
