"""The encoder: unit vectors from folded texts, without a network, quick to import."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import ModelError
from index.encoder import load_encoder
from index.models import describe_model, locate_model
from index.precision import choose_precision

ROOT = Path(__file__).parents[2]
TEXTS = ["橫琴有多少家企業？", "Macao", "論壇常設秘書處設於澳門。" * 30, "", "Quantos projetos?"]


def test_vectors_are_unit_float32_in_the_order_of_the_texts(encoder):
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert encoder.encode_passages([text])[0] @ vector > 0.9999


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode_queries([]).shape == (0, 384)


def test_texts_are_folded_first(encoder):
    one, other = encoder.encode_queries(["橫琴　ＣＥＰＡ", "横琴 cepa"])
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_questions_and_passages_have_their_own_prompts(encoder):
    (query,), (passage,) = encoder.encode_queries(["澳門"]), encoder.encode_passages(["澳門"])
    assert query @ passage < 0.99


def test_meaning_is_near_across_languages(encoder):
    passages = encoder.encode_passages(
        ["論壇常設秘書處設於澳門。", "合作區實行共商共建共管共享的新體制。"]
    )
    query = encoder.encode_queries(["Where is the permanent secretariat of the forum?"])[0]
    assert int(np.argmax(passages @ query)) == 0


def test_progress_counts_up_to_all(encoder):
    seen = []
    encoder.encode_passages(["澳門"] * 40, lambda done, total: seen.append((done, total)))
    assert seen == [(32, 40), (40, 40)]


def test_threads_share_one_encoder(encoder):
    texts = [f"第{n}號文件" for n in range(16)]
    expected = np.concatenate([encoder.encode_queries([text]) for text in texts])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: encoder.encode_queries([text])[0], texts))
    np.testing.assert_allclose(found, expected, atol=1e-5)


COLD = """
import sys, json
reached = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        reached.append(repr(arguments))
        raise OSError("no network here")
sys.addaudithook(watch)
from pathlib import Path
from corpus.settings import Settings
from index.encoder import load_encoder
import index.build, index.snapshot
names = ("torch", "transformers", "sentence_transformers", "sklearn")
heavy = [name for name in names if name in sys.modules]
encoder = load_encoder(Settings(cache=Path(sys.argv[1]), precision="bfloat16", threads=1))
import torch
from sklearn.metrics import pairwise_distances
vectors = encoder.encode_passages(json.loads(sys.argv[2]))
print(json.dumps({"heavy": heavy, "reached": reached, "threads": torch.get_num_threads(),
    "sklearn": pairwise_distances([[0.0], [2.0]]).tolist(), "vectors": vectors.tolist(),
    "precision": encoder.precision}))
"""


def test_a_cold_start_in_bfloat16_needs_no_network(encoder, settings):
    run = subprocess.run(
        [sys.executable, "-c", COLD, str(settings.cache), json.dumps(TEXTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["heavy"] == []  # importing the modules loads none of these
    assert told["reached"] == []
    assert told["precision"] == "bfloat16" and told["threads"] == 1
    assert told["sklearn"] == [[0.0, 2.0], [2.0, 0.0]]  # the real one, after all
    assert "Loading weights" not in run.stderr
    cosines = (np.array(told["vectors"]) * encoder.encode_passages(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.999


def test_the_choice_of_precision_is_measured_once(encoder, tmp_path):
    weight = next(iter(encoder._model[0].parameters())).detach().clone()
    choice = choose_precision(encoder._model, tmp_path)
    (file,) = tmp_path.iterdir()
    kept = json.loads(file.read_text())
    assert set(kept["seconds"]) == {"float32", "bfloat16"}
    assert kept["precision"] == choice
    # The model itself has not been rounded by the measurement.
    assert (next(iter(encoder._model[0].parameters())) == weight).all()
    other = "float32" if choice == "bfloat16" else "bfloat16"
    file.write_text(json.dumps(kept | {"precision": other}))
    assert choose_precision(encoder._model, tmp_path) == other  # read, not measured again
    file.write_text("{")
    assert choose_precision(encoder._model, tmp_path) in ("float32", "bfloat16")
    assert json.loads(file.read_text())["precision"] in ("float32", "bfloat16")


def test_a_model_is_described_without_being_loaded(settings, encoder):
    info = describe_model(settings)
    assert (info.name, info.checksum) == (encoder.name, encoder.checksum)
    assert info == describe_model(replace(settings, precision="bfloat16"))


def test_a_local_folder_is_a_model_and_its_files_are_its_identity(settings, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for source in locate_model(settings).rglob("*"):
        target = folder / source.relative_to(locate_model(settings))
        target.mkdir() if source.is_dir() else target.hardlink_to(source)
    local = replace(settings, model=str(folder))
    before = describe_model(local)
    assert before.name == "mine"
    assert locate_model(local) == folder
    (folder / "note.txt").write_text("changed")
    assert describe_model(local).checksum != before.checksum


@pytest.mark.parametrize("name", ["no-such-folder", "/no/such/folder", "./missing"])
def test_a_model_that_does_not_exist_is_named(settings, name):
    with pytest.raises(ModelError, match=name):
        load_encoder(replace(settings, model=name))


def test_a_folder_that_holds_no_model_is_refused(settings, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(replace(settings, model=str(tmp_path)))
