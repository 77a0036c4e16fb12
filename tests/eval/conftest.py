"""Shared by the tests of the bench: `ponte eval` as it is called, on the real index."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from eval.cli import app


@pytest.fixture(scope="session")
def ponte_eval(settings, tmp_path_factory):
    """Call `ponte eval ARGS`; gives exit code, JSON (or None) and what was said.

    Runs are kept in a folder of the tests.
    """
    runs = tmp_path_factory.mktemp("runs")
    env = {
        "PONTE_INDEX": str(settings.index),
        "PONTE_CACHE": str(settings.cache),
        "PONTE_PRECISION": settings.precision,
    }

    def call(*args, measures=True):
        own = ["--runs", str(runs)] if measures else []
        result = CliRunner().invoke(app, ["eval", *map(str, args), *own, "--json"], env=env)
        assert "Traceback" not in result.stderr
        out = json.loads(result.stdout) if result.stdout.startswith("{") else None
        return result.exit_code, out, result.stderr

    return call
