"""Running the program's own command in a process of its own, as a user does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.errors import PonteError
from eval.bench.figures import ROOT

_MAIN = "import sys; from eval.cli import main; sys.exit(main())"


def command(arguments: Sequence[str]) -> list[str]:
    """The command line of `ponte ARGUMENTS` under this interpreter."""
    return [sys.executable, "-c", _MAIN, *arguments]


def environment(home: Path | None = None) -> dict[str, str]:
    """The environment for a command; with `home`, index and weights are kept in that folder."""
    changed: dict[str, str] = {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    changed["PYTHONPATH"] = os.pathsep.join(path)
    if home is not None:
        changed |= {"PONTE_INDEX": str(home / "index"), "PONTE_CACHE": str(home / "cache")}
    return {**os.environ, **changed}


def timed(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[float, Any]:
    """Run `ponte ARGUMENTS`, which prints JSON; return its wall time in seconds and that JSON.

    Raises:
        PonteError: the command failed; the message holds the end of what it said.
    """
    start = time.perf_counter()
    done = subprocess.run(command(arguments), env=dict(environ), capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()[-600:]
        raise PonteError(f"ponte {' '.join(arguments)} ended with {done.returncode}: {said}")
    return seconds, json.loads(done.stdout)
