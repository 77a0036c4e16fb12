"""Snapshots: written whole, published at once, checked on loading, replaced when damaged."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import DamagedSnapshot, IndexUnavailable
from index.files import sha256_of
from index.models import ModelInfo
from index.snapshot import (
    current_id,
    load_snapshot,
    open_current,
    prune,
    publish,
    snapshot_ids,
)
from index.stored import manifest_checksum, read_manifest

FILES = (
    "manifest.json",
    "documents.jsonl",
    "passages.jsonl",
    "rows.npz",
    "vectors.npy",
    "dense.faiss",
    "lexical/meta.json",
    "lexical/*.idx",
    "lexical/*.term",
    "lexical/*.fast",
    "lexical/*.fieldnorm",
)


@pytest.fixture
def root(two_snapshots, tmp_path):
    """A copy of an index with two snapshots, the second one current."""
    shutil.copytree(two_snapshots, tmp_path / "index")
    return tmp_path / "index"


def current_folder(root):
    return root / "snapshots" / current_id(root)


def test_a_snapshot_gives_back_what_was_built(root, collection, model):
    documents, passages = collection
    snapshot = open_current(root)
    assert snapshot.id == current_id(root) == snapshot.path.name
    assert snapshot.passages == tuple(passages)
    assert [d.doc_id for d in snapshot.documents.values()] == [d.doc_id for d in documents]
    for passage in snapshot.passages:
        text = snapshot.documents[passage.doc_id].text
        assert text[passage.start : passage.end] == passage.text
    # The one rendition is a row of its own, of the same passage.
    assert snapshot.row_passage.tolist() == [0, 1, 2, 3, 4, 5, 5]
    assert len(snapshot.dense) == len(snapshot.lexical) == 7
    counts = {"documents": 3, "passages": 6, "rows": 7}
    assert snapshot.manifest["counts"] == counts
    assert snapshot.manifest["dim"] == 384
    assert snapshot.model == model


def test_both_halves_find_passages_by_their_best_view(root, encoder, segmenter):
    snapshot = open_current(root)
    question = "Where is the permanent secretariat of the forum?"
    (vector,) = encoder.encode_queries([question])
    dense = snapshot.dense_search(vector, 6)
    assert dense[0][0] == 5
    assert sorted(number for number, _ in dense) == list(range(6))  # no passage comes twice
    assert [score for _, score in dense] == sorted((s for _, s in dense), reverse=True)
    assert dense[0][1] == pytest.approx(float(np.load(snapshot.path / "vectors.npy")[6] @ vector))
    assert snapshot.lexical_search(segmenter.tokens(question), 3)[0][0] == 5
    assert snapshot.lexical_search(segmenter.tokens("153個合作項目"), 3)[0][0] == 1


def test_only_allowed_passages_are_found(root, encoder, segmenter):
    snapshot = open_current(root)
    (vector,) = encoder.encode_queries(["論壇秘書處"])
    assert [n for n, _ in snapshot.dense_search(vector, 5, [0, 3])] in ([0, 3], [3, 0])
    assert snapshot.dense_search(vector, 5, []) == []
    tokens = segmenter.tokens("合作")
    assert {n for n, _ in snapshot.lexical_search(tokens, 5, {1, 5})} <= {1, 5}
    assert snapshot.lexical_search(tokens, 0) == []


def test_another_model_does_not_fit(root, model):
    snapshot = open_current(root)
    snapshot.check_model(model)
    with pytest.raises(IndexUnavailable, match=r"other.*ponte build"):
        snapshot.check_model(ModelInfo("other", "0" * 64))


def test_reading_leaves_every_file_as_it_was(root, segmenter):
    def state():
        return {p: sha256_of(p) for p in sorted(root.rglob("*")) if p.is_file()}

    before = state()
    snapshot = open_current(root)
    snapshot.lexical_search(segmenter.tokens("合作"), 3)
    assert state() == before


@pytest.mark.parametrize("harm", ["changed", "cut", "removed"])
@pytest.mark.parametrize("name", FILES)
def test_damage_is_named_and_the_snapshot_before_answers(root, segmenter, caplog, name, harm):
    (before, current) = snapshot_ids(root)
    assert current == current_id(root)
    (file,) = current_folder(root).glob(name)
    data = bytearray(file.read_bytes())
    if harm == "removed":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(data[:-1])
    else:
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    with pytest.raises(DamagedSnapshot) as raised:
        load_snapshot(current_folder(root))
    assert str(file) in str(raised.value)
    with caplog.at_level(logging.WARNING):
        snapshot = open_current(root)
    assert snapshot.id == before
    assert str(file) in caplog.text
    assert snapshot.lexical_search(segmenter.tokens("合作項目"), 3)
    assert current_id(root) == current  # reading repairs nothing behind anyone's back


def test_every_file_of_a_snapshot_is_in_its_manifest(root):
    folder = current_folder(root)
    present = {
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and p.suffix != ".lock"
    }
    assert present == {*open_current(root).manifest["files"], "manifest.json"}


def test_when_all_are_damaged_the_mending_command_is_told(root):
    for snapshot_id in snapshot_ids(root):
        (root / "snapshots" / snapshot_id / "vectors.npy").unlink()
    with pytest.raises(IndexUnavailable, match="ponte build"):
        open_current(root)


@pytest.mark.parametrize("missing", ["nothing", "empty"])
def test_without_an_index_the_command_is_told(tmp_path, missing):
    root = tmp_path / "index"
    if missing == "empty":
        root.mkdir()
    assert current_id(root) is None
    assert snapshot_ids(root) == []
    with pytest.raises(IndexUnavailable, match="ponte build"):
        open_current(root)


def test_a_lost_pointer_leads_to_the_latest_snapshot(root, caplog):
    latest = snapshot_ids(root)[-1]
    (root / "CURRENT").unlink()
    assert open_current(root).id == latest
    assert "CURRENT" in caplog.text


def test_rolling_back_is_publishing_an_earlier_one(root):
    before, current = snapshot_ids(root)
    publish(root, before)
    assert current_id(root) == open_current(root).id == before
    # A later snapshot that is not the current one is no fall-back: it was taken back.
    (root / "snapshots" / before / "rows.npz").unlink()
    with pytest.raises(IndexUnavailable):
        open_current(root)
    assert current in snapshot_ids(root)


def test_what_does_not_exist_is_not_published(root):
    current = current_id(root)
    with pytest.raises(IndexUnavailable, match="20200101"):
        publish(root, "20200101T000000000Z-0000000000")
    assert current_id(root) == current


def test_another_format_is_refused_with_the_command(root):
    folder = current_folder(root)
    manifest = read_manifest(folder) | {"format": 99}
    manifest["checksum"] = manifest_checksum(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexUnavailable, match=r"format 99.*ponte build"):
        load_snapshot(folder)


def test_pruning_keeps_the_current_one_and_the_latest(root, collection, segmenter, model):
    before, current = snapshot_ids(root)
    abandoned = root / "snapshots" / ".writing-1-dead"
    abandoned.mkdir()
    (abandoned / "vectors.npy").write_bytes(b"half")
    publish(root, before)
    assert prune(root, keep=1) == [current]
    assert snapshot_ids(root) == [before]
    assert not abandoned.exists()
    assert prune(root, keep=0) == []  # never the current one
    assert open_current(root).id == before


def test_an_open_snapshot_outlives_its_folder(root, segmenter, encoder):
    snapshot = open_current(root)
    before = snapshot.lexical_search(segmenter.tokens("合作"), 5)
    shutil.rmtree(snapshot.path)
    assert snapshot.lexical_search(segmenter.tokens("合作"), 5) == before
    assert snapshot.dense_search(encoder.encode_queries(["合作"])[0], 2)


def test_a_read_only_index_can_be_served(root, segmenter, monkeypatch):
    before = open_current(root).lexical_search(segmenter.tokens("合作"), 5)
    locks = list(root.rglob("lexical/*.lock"))
    for lock in locks:
        lock.unlink()
    for path in root.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    # The superuser, as whom tests often run, may write everywhere and must be told not to.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert open_current(root).lexical_search(segmenter.tokens("合作"), 5) == before
    assert locks and not any(lock.exists() for lock in locks)
    for path in root.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_ids_sort_by_time_and_end_in_the_content(two_snapshots):
    ids = snapshot_ids(two_snapshots)
    assert ids == sorted(ids)
    for snapshot_id in ids:
        content = load_snapshot(Path(two_snapshots) / "snapshots" / snapshot_id).manifest["content"]
        assert snapshot_id.endswith(f"-{content[:10]}")
