"""A builder killed at any moment leaves a snapshot that answers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.snapshot import current_id, load_snapshot, open_current, prune, snapshot_ids

ROOT = Path(__file__).parents[2]
KILLS = 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="builders are forked")
def test_kills_at_random_moments_never_leave_a_half_snapshot(
    two_snapshots, tmp_path, cache, encoder, segmenter, caplog
):
    root = tmp_path / "index"
    shutil.copytree(two_snapshots, root)
    (vector,) = encoder.encode_queries(["橫琴"])
    tokens = segmenter.tokens("合作項目")
    chance = random.Random(20)
    seen, halves = {current_id(root)}, 0
    command = [sys.executable, str(Path(__file__).with_name("crash_builder.py"))]
    builder = subprocess.Popen(
        [*command, str(root), str(cache)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(KILLS):
            builder.stdin.write("build\n")
            builder.stdin.flush()
            child = int(builder.stdout.readline())
            time.sleep(chance.uniform(0, 0.15))
            os.kill(child, signal.SIGKILL)
            assert builder.stdout.readline().strip() == "dead"

            current = current_id(root)
            snapshot = open_current(root)
            assert snapshot.id == current  # no fall-back: what is current is whole
            assert [number for number, _ in snapshot.dense_search(vector, 6)]
            assert snapshot.lexical_search(tokens, 3)[0][0] == 1
            for snapshot_id in snapshot_ids(root):  # nor has any other its name before its files
                load_snapshot(root / "snapshots" / snapshot_id)
            halves += any((root / "snapshots").glob(".writing-*"))
            seen.add(current)
    finally:
        builder.stdin.close()
        builder.wait(30)
    assert not caplog.records
    assert len(seen) > KILLS // 2  # the builders did publish
    assert halves > 2  # and some kills did strike while one was writing
    prune(root, keep=1)
    assert [path.name for path in (root / "snapshots").iterdir()] == [current_id(root)]
