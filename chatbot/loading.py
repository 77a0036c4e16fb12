"""Loading in the background: the page is there at once, answers as soon as the models are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from corpus.settings import Settings

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from chatbot.engine import Engine
    from chatbot.pipeline import Ask
    from corpus.records import Answer

log = logging.getLogger(__name__)

Stage = Literal["loading", "indexing", "ok", "failed"]


@dataclass(frozen=True, slots=True)
class Ready:
    """What answers questions, once it is loaded."""

    engine: Engine
    pipeline: Runnable[Ask, Answer]


class Loading:
    """Loads engine and pipeline in a thread, building the index first where there is none.

    `stage` is `loading`, `indexing` (with `done` of `total` texts), `ok` or `failed`; `ready` is
    set with `ok`, `error` with `failed`. `on_failure` is called from the thread.
    """

    def __init__(self, settings: Settings, on_failure: Callable[[], None] | None = None) -> None:
        self.stage: Stage = "loading"
        self.done = 0
        self.total = 0
        self.ready: Ready | None = None
        self.error: Exception | None = None
        self._settings = settings
        self._on_failure = on_failure
        # A daemon: a server that is told to stop does not wait for a model that nobody needs.
        self._thread = threading.Thread(target=self._run, name="loading", daemon=True)

    def start(self) -> None:
        """Begin loading; returns at once."""
        self._thread.start()

    def _run(self) -> None:
        try:
            self.ready = self._load()
        except Exception as error:  # raised again by `serve`, in its own thread
            self.error = error
            self.stage = "failed"
            if self._on_failure is not None:
                self._on_failure()
            return
        self.stage = "ok"
        log.info("ready to answer")

    def _load(self) -> Ready:
        # Imported here: they take seconds, and the page must not wait for them.
        from chatbot.engine import open_engine
        from chatbot.pipeline import build_pipeline

        log.info("loading the index in %s", self._settings.index)
        engine = open_engine(self._settings, self._progress)
        return Ready(engine, build_pipeline(engine))

    def _progress(self, done: int, total: int) -> None:
        self.stage, self.done, self.total = "loading" if done == total else "indexing", done, total
        log.info("building the index: %d of %d texts", done, total)
