"""Shared by all tests: the model, converted once for the whole run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.weights import model_folder

ROOT = Path(__file__).parents[1]
GUARD = ROOT / "tests" / "chatbot" / "guard"

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
