"""Building: nothing is embedded twice, nothing is written in vain, one builder at a time."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from corpus.errors import DocumentError, ModelError
from index.build import build_index
from index.models import ModelInfo
from index.segment import Segmenter
from index.snapshot import builder_lock, current_id, load_snapshot, open_current, snapshot_ids


def never():
    raise AssertionError("the encoder is not needed here")


class Counting:
    """The real encoder, with a list of what it was given."""

    def __init__(self, encoder):
        self.encoder, self.texts = encoder, []
        self.name, self.checksum = encoder.name, encoder.checksum

    def encode_passages(self, texts, progress=None):
        self.texts.extend(texts)
        return self.encoder.encode_passages(texts, progress)


@pytest.fixture
def build(encoder, model, segmenter, tmp_path):
    """Build into a fresh root; returns the report and the texts that were embedded."""

    def run(documents, passages, load=None, model=model, segmenter=segmenter, **more):
        counting = Counting(encoder)
        load = load or (lambda: counting)
        root = tmp_path / "index"
        report = build_index(documents, passages, load, model, segmenter, root, **more)
        return report, counting.texts

    run.root = tmp_path / "index"
    return run


def test_a_first_build_embeds_everything(build, collection):
    documents, passages = collection
    seen = []
    report, texts = build(
        documents,
        passages,
        skipped=(("a.pdf", "unreadable"),),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (report.documents, report.passages) == (3, 6)
    assert (report.embedded, report.reused) == (6, 0)
    assert report.skipped == (("a.pdf", "unreadable"),)
    assert report.snapshot == current_id(build.root)
    assert report.seconds > 0
    assert len(texts) == 7
    assert seen == [(7, 7)]


def test_the_same_again_changes_nothing_and_loads_no_model(build, collection):
    first, _ = build(*collection)
    pointer = (build.root / "CURRENT").stat().st_mtime_ns
    second, _ = build(*collection, load=never)
    assert second.snapshot == first.snapshot
    assert (second.embedded, second.reused) == (0, 6)
    assert snapshot_ids(build.root) == [first.snapshot]
    assert (build.root / "CURRENT").stat().st_mtime_ns == pointer


def test_one_changed_passage_is_embedded_alone(build, collection):
    documents, passages = collection
    build(documents, passages)
    old = np.load(open_current(build.root).path / "vectors.npy")
    changed = [*passages]
    changed[3] = replace(passages[3], text="合作區由粵澳雙方共同管理。")
    report, texts = build(documents, changed)
    assert (report.embedded, report.reused) == (1, 5)
    assert texts == [f"橫琴粵澳深度合作區\n{changed[3].text}"]
    new = np.load(open_current(build.root).path / "vectors.npy")
    same = [row for row in range(7) if row != 3]
    np.testing.assert_array_equal(new[same], old[same])
    assert not np.array_equal(new[3], old[3])


def test_a_removed_document_and_a_new_order_need_no_encoder(build, collection):
    documents, passages = collection
    build(documents, passages)
    kept = [p for p in reversed(passages) if p.doc_id != "hengqin"]
    report, _ = build([d for d in documents if d.doc_id != "hengqin"], kept, load=never)
    assert (report.documents, report.passages, report.reused) == (2, 4, 4)
    assert open_current(build.root).passages == tuple(kept)


def test_a_text_that_occurs_twice_is_embedded_once(build, collection):
    documents, passages = collection
    twice = [passages[0], replace(passages[0], passage_id="again")]
    report, texts = build(documents, twice)
    assert len(texts) == 1
    assert report.embedded == 2
    snapshot = open_current(build.root)
    vector = np.load(snapshot.path / "vectors.npy")[0]
    assert [number for number, _ in snapshot.dense_search(vector, 2)] == [0, 1]


def test_new_names_make_a_new_snapshot_of_old_vectors(build, collection, cache):
    first, _ = build(*collection)
    second, _ = build(*collection, load=never, segmenter=Segmenter(["聯席會議"], cache))
    assert second.snapshot != first.snapshot
    assert (second.embedded, second.reused) == (0, 6)


def test_vectors_of_another_model_are_not_reused(build, collection, encoder, model):
    first, _ = build(*collection)
    other = ModelInfo("another", "f" * 64)
    with pytest.raises(ModelError, match="another"):
        build(*collection, model=other)
    assert current_id(build.root) == first.snapshot
    counting = Counting(encoder)
    counting.checksum = other.checksum
    report, _ = build(*collection, load=lambda: counting, model=other)
    assert report.embedded == 6 and len(counting.texts) == 7
    assert open_current(build.root).model == other


def test_a_build_that_fails_leaves_the_published_snapshot(build, collection):
    documents, passages = collection
    first, _ = build(documents, passages)

    def fails():
        raise ModelError("the weights are gone")

    with pytest.raises(ModelError, match="gone"):
        build(documents, [replace(passages[0], text="新的內容")], load=fails)
    assert current_id(build.root) == first.snapshot
    assert snapshot_ids(build.root) == [first.snapshot]
    assert open_current(build.root).id == first.snapshot


def test_a_damaged_current_snapshot_is_built_anew(build, collection):
    first, _ = build(*collection)
    (build.root / "snapshots" / first.snapshot / "passages.jsonl").unlink()
    second, _ = build(*collection)
    assert second.snapshot != first.snapshot
    assert second.embedded == 6
    assert open_current(build.root).id == second.snapshot


def test_older_snapshots_go_and_some_stay(build, collection):
    documents, passages = collection
    reports = [
        build([replace(d, url=str(n)) for d in documents], passages, keep=3)[0] for n in range(5)
    ]
    assert snapshot_ids(build.root) == [r.snapshot for r in reports[-3:]]


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda d, p: ([*d, d[0]], p), "share an id"),
        (lambda d, p: (d, []), "nothing to index"),
        (lambda d, p: (d[:1], p), "hengqin"),
    ],
)
def test_what_makes_no_index_is_refused(build, collection, spoil, named):
    with pytest.raises(DocumentError, match=named):
        build(*spoil(*collection), load=never)
    assert current_id(build.root) is None


def test_a_second_builder_waits_for_the_first(build, collection):
    finished = []

    def second():
        build(*collection)
        finished.append(time.monotonic())

    with builder_lock(build.root):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive() and current_id(build.root) is None
        released = time.monotonic()
    thread.join(60)
    assert finished and finished[0] > released
    assert load_snapshot(build.root / "snapshots" / current_id(build.root))
