"""Run folders: what an interruption leaves is gone on with, and no two processes share one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from program import ROOT

from corpus.errors import InputError
from corpus.settings import Settings
from eval.measure.common import collect, summary_of
from eval.metrics.aggregate import Measure
from eval.runs import CONFIG, ROWS, SUMMARY, Plan, open_run, read_run

MEASURES = (Measure("right", "mean", True),)
ITEMS = {str(n): n for n in range(40)}

SLOW = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2] + "/tests/eval")
from test_runs import ITEMS, plan_for, row
from eval.measure.common import collect
from eval.runs import open_run

def slowly(items):
    for item in items:
        time.sleep(0.02)
        print(item, flush=True)
        yield row(item)

root = Path(sys.argv[1])
with open_run(plan_for(root), root / "runs") as run:
    collect(run, ITEMS, slowly, lambda done, total: None)
"""


def plan_for(folder, **changes):
    plan = Plan("answers", "a set", folder / "set.jsonl", "abc", Settings(), "snapshot-1", {"k": 3})
    return replace(plan, **changes)


def row(n):
    return {"id": str(n), "lang": "en", "values": {"right": float(n % 2)}, "timings_ms": {}}


def rows_of(asked):
    def give(items):
        for item in items:
            asked.append(item)
            yield row(item)

    return give


def finish(plan, root, asked, **how):
    with open_run(plan, root, **how) as run:
        resumed = run.resumed
        rows = collect(run, ITEMS, rows_of(asked), lambda done, total: None)
        run.finish(summary_of(plan, rows, MEASURES, 1.0))
    return run.path, resumed


def test_a_run_holds_all_that_made_it(tmp_path):
    path, resumed = finish(plan_for(tmp_path), tmp_path / "runs", [])
    run = read_run(path)
    assert resumed == 0
    assert [r["id"] for r in run.rows] == list(ITEMS)
    assert run.config["snapshot"] == "snapshot-1"
    assert run.config["options"] == {"k": 3}
    assert run.config["settings"]["candidates"] == Settings().candidates
    assert run.config["versions"]["torch"] and run.config["machine"]["cores"] >= 1
    assert run.config["command"] and run.config["started"]
    assert run.summary["metrics"] == {"right": 0.5}
    assert run.summary["run_dir"] == str(path)


def test_a_killed_run_goes_on_where_it_stopped(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(tmp_path), str(ROOT)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
    )  # fmt: skip
    for _ in range(12):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    (path,) = (tmp_path / "runs").iterdir()
    with (path / ROWS).open("a") as file:
        file.write('{"id": "99", "lan')  # what a kill in the middle of a line leaves
    with pytest.raises(InputError, match="not finished"):
        read_run(path)
    asked = []
    again, resumed = finish(plan_for(tmp_path), tmp_path / "runs", asked)
    assert again == path
    assert 11 <= resumed < len(ITEMS)
    assert asked == list(range(resumed, len(ITEMS)))
    assert [r["id"] for r in read_run(path).rows] == list(ITEMS)


@pytest.mark.parametrize(
    "change",
    [
        {"checksum": "other"},
        {"snapshot": "snapshot-2"},
        {"options": {"k": 4}},
        {"kind": "robustness"},
        {"settings": Settings(candidates=5)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_only_the_same_plan_goes_on(tmp_path, change):
    with open_run(plan_for(tmp_path), tmp_path / "runs") as first:
        first.add(row(1))
    with open_run(plan_for(tmp_path, **change), tmp_path / "runs") as other:
        assert other.path != first.path and not other.rows
    with open_run(plan_for(tmp_path, settings=Settings(threads=1)), tmp_path / "runs") as same:
        assert same.path == first.path and set(same.rows) == {"1"}


def test_two_at_once_and_a_fresh_one_have_their_own_folders(tmp_path):
    with (
        open_run(plan_for(tmp_path), tmp_path) as one,
        open_run(plan_for(tmp_path), tmp_path) as two,
    ):
        one.add(row(1))
        two.add(row(2))
        assert one.path != two.path
    with open_run(plan_for(tmp_path), tmp_path, fresh=True) as fresh:
        assert not fresh.rows
    assert json.loads((one.path / ROWS).read_text())["id"] == "1"
    assert json.loads((two.path / ROWS).read_text())["id"] == "2"


def test_a_finished_run_is_not_gone_on_with(tmp_path):
    path, _ = finish(plan_for(tmp_path), tmp_path, [])
    other, resumed = finish(plan_for(tmp_path), tmp_path, [])
    assert (other != path, resumed) == (True, 0)


def test_damaged_runs_are_told(tmp_path):
    with pytest.raises(InputError, match="is no run"):
        read_run(tmp_path)
    path, _ = finish(plan_for(tmp_path), tmp_path, [])
    rows = (path / ROWS).read_text()
    for name, content in (
        (ROWS, rows + "[1]\n"),
        (ROWS, rows + "{\n"),
        (SUMMARY, "[]"),
        (CONFIG, ""),
    ):
        before = (path / name).read_bytes()
        (path / name).write_text(content)
        with pytest.raises(InputError, match=r"run it again"):
            read_run(path)
        (path / name).write_bytes(before)
    assert len(read_run(path).rows) == len(ITEMS)


def test_a_place_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="name another folder with --runs"):
        open_run(plan_for(tmp_path), tmp_path / "file" / "runs")
