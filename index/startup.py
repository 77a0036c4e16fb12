"""A quicker start: sentence_transformers without the seconds spent on what is never called.

Importing it pulls in scikit-learn (and with it pandas and most of SciPy) for two functions that
embedding never calls. They are looked up when they are called instead, which saves a fifth to a
quarter of the import; the rest is torch's and transformers' own.
"""

from __future__ import annotations

import gc
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_DEFERRED = "sklearn.metrics"


class _Deferred(types.ModuleType):
    """Stands in for a module while others import functions from it."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def forward(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - passes anything on
            return getattr(importlib.import_module(self.__name__), name)(*args, **kwargs)

        return forward


def sentence_transformer_class() -> type[SentenceTransformer]:
    """Import and return `SentenceTransformer`."""
    with _deferred(), _without_collection():
        from sentence_transformers import SentenceTransformer
    return SentenceTransformer


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep transformers from drawing a progress bar while weights are loaded."""
    from transformers.utils import logging

    bars: Any = logging  # some of its functions have no types
    drawn = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if drawn:
            bars.enable_progress_bar()


@contextmanager
def _deferred() -> Iterator[None]:
    if _DEFERRED in sys.modules or "sentence_transformers" in sys.modules:
        yield
        return
    stand_in = _Deferred(_DEFERRED)
    sys.modules[_DEFERRED] = stand_in
    try:
        yield
    finally:
        # Whoever imports it from now on gets the real module.
        if sys.modules.get(_DEFERRED) is stand_in:
            del sys.modules[_DEFERRED]


@contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the garbage collector: an import makes millions of objects that all stay."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
