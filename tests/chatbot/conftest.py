"""Shared by the tests of the chatbot: the program as it is run, one engine, one pipeline."""

from __future__ import annotations

import os

import pytest
from program import QUESTION, guarded, run

from chatbot.engine import Engine, build
from chatbot.pipeline import build_pipeline
from corpus.settings import Settings


@pytest.fixture(scope="session")
def fresh(tmp_path_factory, cache, converting_attempts):
    """The program's very first call with no index yet and no network.

    Gives its settings, how it ended, and the file of what it (and the conversion of the model,
    which the whole run shares) tried to reach.
    """
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "cache").mkdir()
    (folder / "cache" / "models").symlink_to(cache / "models")
    settings = Settings(index=folder / "index", cache=folder / "cache")
    ended = run(["ask", QUESTION, "--json"], guarded(settings, converting_attempts))
    return settings, ended, converting_attempts


@pytest.fixture(scope="session")
def settings(request, cache, tmp_path_factory):
    """Settings with a built index; PONTE_TEST_CACHE, where it is set, keeps the model."""
    if os.environ.get("PONTE_TEST_CACHE"):
        index = tmp_path_factory.mktemp("built") / "index"
        own = Settings(index=index, cache=cache, precision="float32")
        build(own)
        return own
    return request.getfixturevalue("fresh")[0].with_(precision="float32")


@pytest.fixture(scope="session")
def engine(settings):
    return Engine(settings)


@pytest.fixture(scope="session")
def pipeline(engine):
    return build_pipeline(engine)
