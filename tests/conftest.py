"""Shared by all tests: the model, converted once for the whole run; one index, one engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from browser import ARGS, CHROMIUM
from program import GUARD, QUESTION, ROOT, guarded, run

from chatbot.engine import Engine, build
from chatbot.pipeline import build_pipeline
from corpus.settings import Settings
from index.weights import model_folder

CONVERT = """
import sys
from pathlib import Path
from index.weights import bundled_model, model_folder
cache = Path(sys.argv[1])
print("absent" if not model_folder(cache).exists() else "present", flush=True)
sys.stdin.readline()
print(bundled_model(cache), flush=True)
"""


@pytest.fixture(scope="session")
def converting_attempts(tmp_path_factory):
    """The file of what the conversion of the model tried to reach over the network."""
    return tmp_path_factory.mktemp("guard") / "attempts"


@pytest.fixture(scope="session")
def raced_cache(tmp_path_factory, converting_attempts):
    """A cache into which two processes converted the model at the same moment."""
    cache = tmp_path_factory.mktemp("cache")
    stale = cache / "models" / f".{model_folder(cache).name}.1.tmp"
    stale.mkdir(parents=True)
    (stale / "model.safetensors").write_bytes(b"left by a process that was killed")
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(GUARD), str(ROOT))),
        "PONTE_GUARD": str(converting_attempts),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CONVERT, str(cache)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    states = [process.stdout.readline().strip() for process in processes]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [process.communicate(timeout=300) for process in processes]
    return cache, states, [(p.returncode, *r) for p, r in zip(processes, results, strict=True)]


@pytest.fixture(scope="session")
def cache(request):
    """The cache with the converted model: PONTE_TEST_CACHE, where it is set, keeps it."""
    if kept := os.environ.get("PONTE_TEST_CACHE"):
        return Path(kept)
    return request.getfixturevalue("raced_cache")[0]


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


@pytest.fixture(scope="module")
def chromium():
    """A browser for one module: while it is open, no test can run an event loop of its own."""
    if not CHROMIUM:
        pytest.skip("no Chromium: set PONTE_CHROMIUM to one, or put `chromium` on the path")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()
