"""The program as a user runs it: in a process of its own, in folders of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUARD = Path(__file__).parent / "guard"
QUESTION = "2022年澳門與歐盟的貿易總額是多少？"


def environment(settings, **more):
    """The environment of a program that uses only these settings' folders."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PONTE_", "HF_", "PYTHON"))}
    own = {
        "PYTHONPATH": str(ROOT),
        "PONTE_INDEX": str(settings.index),
        "PONTE_CACHE": str(settings.cache),
        "PONTE_PRECISION": settings.precision,
    }
    return env | own | more


def start(args, env, **how):
    """Start the real program, as a user does."""
    return subprocess.Popen(
        [sys.executable, "-m", "eval.cli", *args],
        cwd=env["PONTE_CACHE"],
        env=env,
        stdin=how.pop("stdin", subprocess.DEVNULL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **how,
    )


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it wrote."""

    code: int
    out: str
    err: str


def run(args, env, text=None):
    """Run the real program to its end."""
    process = start(args, env, stdin=subprocess.PIPE)
    out, err = process.communicate(None if text is None else text.encode(), timeout=300)
    return Ended(process.returncode, out.decode("utf-8"), err.decode("utf-8"))


def guarded(settings, attempts):
    """The environment of a program that is kept from the network."""
    path = os.pathsep.join((str(GUARD), str(ROOT)))
    return environment(
        settings, PYTHONPATH=path, PONTE_GUARD=str(attempts), HOME=str(settings.cache)
    )
