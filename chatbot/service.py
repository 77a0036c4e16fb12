"""What every front end asks: page, API, widget and MCP server put their questions here.

Answers are computed in a few threads of their own; who comes when too many wait is told to come
back (`Busy`). What a vanished visitor asked is finished or, if its turn has not come, dropped.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.callbacks import BaseCallbackHandler

from chatbot.loading import Loading, Ready
from chatbot.pipeline import Ask
from chatbot.search import Filters, Found, search
from corpus.errors import Busy, NotReady
from corpus.records import Answer, Mode

STEPS = ("converse", "retrieve", "read", "compose", "ground")
"""The steps of answering, in their order."""
FIRST_GUESS = 0.3
"""Seconds that an answer is thought to take before one was given."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One of `STEPS` has begun."""

    name: str


class Service:
    """Answers and searches, `at_once` at a time, while at most `waiting` others wait.

    `observe` is called, from any thread, with each answer that was given. `close` lets what is
    under way end and turns away what comes after.
    """

    def __init__(
        self,
        loading: Loading,
        at_once: int = 2,
        waiting: int = 64,
        observe: Callable[[Answer], None] = lambda answer: None,
    ) -> None:
        self.loading = loading
        self._at_once = at_once
        self._most = at_once + waiting
        self._observe = observe
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="answering")
        self._lock = threading.Lock()
        self._seconds = FIRST_GUESS
        self._closed = False
        self.pending = 0

    @property
    def ready(self) -> Ready:
        """What answers questions.

        Raises:
            NotReady: it is still being loaded.
        """
        if self.loading.ready is None:
            raise NotReady("the documents are still being loaded; try again in a few seconds")
        return self.loading.ready

    async def events(self, ask: Ask) -> AsyncGenerator[Step | Answer]:
        """Yield the steps as they begin, and the answer last.

        Raises:
            NotReady: it is still being loaded.
            Busy: too many questions wait.
        """
        ready = self.ready
        loop = asyncio.get_running_loop()
        news: asyncio.Queue[Step | Future[Answer]] = asyncio.Queue()

        def tell(item: Step | Future[Answer]) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(news.put_nowait, item)

        config: Any = {"callbacks": [_Steps(tell)]}
        future = self._submit(lambda: ready.pipeline.invoke(ask, config))
        future.add_done_callback(tell)
        try:
            while isinstance(item := await news.get(), Step):
                yield item
            answer = item.result()
            self._observe(answer)
            yield answer
        finally:
            future.cancel()

    async def answer(self, ask: Ask) -> Answer:
        """Return the answer; raises as `events`."""
        async with aclosing(self.events(ask)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise AssertionError("the pipeline ended without an answer")

    async def search(
        self, text: str, k: int = 10, mode: Mode = "hybrid", only: Filters | None = None
    ) -> Found:
        """Find passages, as `chatbot.search.search`.

        Raises:
            InputError: there is nothing to look for, or `k` is out of bounds.
            NotReady, Busy: as `events`.
        """
        resources = self.ready.engine.resources()
        return await asyncio.wrap_future(
            self._submit(lambda: search(resources, text, k, mode, only))
        )

    def close(self) -> None:
        """Turn away whatever comes from now on; `pending` tells what is still under way."""
        self._closed = True

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._closed or self.pending >= self._most:
                wait = self.pending / self._at_once * self._seconds
                raise Busy(
                    "too many questions at once; try again in a moment", math.ceil(max(1.0, wait))
                )
            self.pending += 1
        future = self._pool.submit(self._timed, work)
        future.add_done_callback(self._leave)
        return future

    def _timed(self, work: Callable[[], T]) -> T:
        begin = time.monotonic()
        done = work()
        # A mean that follows: one long answer does not frighten everybody away.
        self._seconds += 0.1 * (time.monotonic() - begin - self._seconds)
        return done

    def _leave(self, future: Future[Any]) -> None:
        with self._lock:
            self.pending -= 1


class _Steps(BaseCallbackHandler):
    """Tells of each step of the pipeline as it begins."""

    def __init__(self, tell: Callable[[Step], None]) -> None:
        self._tell = tell

    def on_chain_start(self, *args: Any, name: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - the library's
        """Note the step, where the part of the chain that begins is one."""
        if name in STEPS:
            self._tell(Step(name))
