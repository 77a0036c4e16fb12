"""The network is the embedding model below and a reader above; stored and loaded it reads alike."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from chatbot.reading.network import NEGATIVE, ReaderNetwork, Shape, compare
from chatbot.reading.pretrained import load_words, start_from
from chatbot.reading.read import PassageReader
from chatbot.reading.stored import CONFIG, WEIGHTS, Calibration, ReaderConfig, load, quantise, save
from chatbot.reading.windows import PairTokenizer
from corpus.errors import InputError, ModelError
from index.weights import bundled_model

SMALL = Shape(layers=3, hidden=48, heads=4, inner=96, entry=1)


@pytest.fixture(scope="module")
def embedder(cache):
    return bundled_model(cache)


@pytest.fixture(scope="module")
def tokenizer(embedder):
    return PairTokenizer(embedder / "tokenizer.json")


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(3)
    network = ReaderNetwork(torch.randn(250_037, 48) * 0.1, SMALL)
    for p in network.parameters():
        torch.nn.init.normal_(p, std=0.08) if p.dim() > 1 else None
    return network.eval()


def example(length=20, padding=0):
    ids = torch.randint(10, 200_000, (2, length + padding))
    kinds = torch.zeros_like(ids)
    kinds[:, 6 : length - 1] = 1
    return ids, kinds, torch.full((2,), length)


def test_the_encoder_is_that_of_the_embedding_model(embedder):
    from transformers import BertModel

    network = ReaderNetwork(load_words(embedder))
    start_from(network, embedder)
    ids = torch.randint(10, 200_000, (2, 33))
    with torch.inference_mode():
        x = network.embed(ids)
        for layer in network.layers:
            x = layer(x, None)
        model = BertModel.from_pretrained(embedder).eval()
        expected = model(ids, torch.ones_like(ids)).last_hidden_state
    assert (x - expected).abs().max() < 1e-4


def test_padding_changes_nothing(small):
    ids, kinds, lengths = example()
    padded = [torch.nn.functional.pad(t, (0, 7), value=1) for t in (ids, kinds)]
    padded[1][:, 20:] = 0
    with torch.inference_mode():
        one, two = small(ids, kinds, lengths), small(*padded, lengths)
    for a, b in zip(one, two, strict=True):
        b = b[:, :20] if b.dim() == 2 else b
        assert torch.allclose(a, b, atol=1e-4)


def test_only_the_passage_and_the_first_place_can_hold_a_span(small):
    ids, kinds, lengths = example()
    with torch.inference_mode():
        reading = small(ids, kinds, lengths)
    outside = kinds[0] == 0
    outside[0] = False
    assert (reading.start[:, outside] == NEGATIVE).all()
    assert (reading.end[:, outside] == NEGATIVE).all()
    assert (reading.start[:, ~outside] > NEGATIVE).all()


def test_tokens_of_both_texts_are_marked():
    ids = torch.tensor([[0, 7, 8, 2, 2, 9, 8, 2]])
    kinds = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 0]])
    real = torch.ones_like(ids, dtype=torch.bool)
    assert compare(ids, kinds, real).tolist() == [[0, 0, 1, 0, 0, 2, 3, 0]]


def test_stored_weights_read_alike(small, tmp_path):
    config = ReaderConfig(SMALL, answer=Calibration(2.0, -0.5), training={"steps": 3})
    save(small.state_dict(), config, tmp_path)
    network, loaded = load(tmp_path, small.words)
    assert loaded == config
    ids, kinds, lengths = example()
    with torch.inference_mode():
        one, two = small(ids, kinds, lengths), network(ids, kinds, lengths)
    for a, b in zip(one, two, strict=True):
        assert torch.allclose(a, b, atol=0.15)
    # Whatever rounding did, storing what was loaded changes nothing further.
    save(network.state_dict(), loaded, tmp_path / "again")
    again, _ = load(tmp_path / "again", small.words)
    for name, value in network.state_dict().items():
        assert torch.allclose(value, again.state_dict()[name], atol=1e-6), name


def test_rounding_stays_within_half_a_step():
    matrix = torch.randn(7, 50)
    values, scale = quantise(matrix)
    assert values.dtype == torch.int8
    error = (values.float() * scale[:, None] - matrix).abs()
    assert (error <= 0.5 * scale[:, None] + 1e-6).all()


@pytest.mark.parametrize("damage", ["weights", "no weights", "config", "format", "shape"])
def test_damage_is_told(small, tmp_path, damage):
    save(small.state_dict(), ReaderConfig(SMALL), tmp_path)
    weights, config = tmp_path / WEIGHTS, tmp_path / CONFIG
    words = small.words
    if damage == "weights":
        content = bytearray(weights.read_bytes())
        content[-3] ^= 1
        weights.write_bytes(content)
    elif damage == "no weights":
        weights.unlink()
    elif damage == "config":
        config.write_text("{")
    elif damage == "format":
        config.write_text(json.dumps({**json.loads(config.read_text()), "format": 99}))
    else:
        words = torch.zeros(10, 5)
    with pytest.raises(ModelError):
        load(tmp_path, words)


def test_reading_gives_spans_of_the_text(small, tokenizer):
    reader = PassageReader(small, tokenizer, ReaderConfig(SMALL))
    texts = ["論壇常設秘書處設於澳門。", "雙方於2011年3月6日簽署協議，" * 80, "  "]
    readings = reader.read("秘書處在哪裏？", texts, spans=2)
    assert len(readings) == 3
    for text, r in zip(texts[:2], readings[:2], strict=True):
        assert len(r.spans) == 2
        assert all(text[s.start : s.end].strip() for s in r.spans)
        assert r.spans[0].score >= r.spans[1].score
        assert 0 <= r.answerability <= 1
    assert not readings[2].read


def test_reading_does_not_depend_on_script_or_company(small, tokenizer):
    reader = PassageReader(small, tokenizer, ReaderConfig(SMALL))
    texts = ["論壇常設秘書處設於澳門。", "合作區實行共商共建共管共享的新體制。"]
    alone = reader.read("秘書處在哪裏？", texts[:1])[0]
    simplified = reader.read("秘书处在哪里？", ["论坛常设秘书处设于澳门。"])[0]
    together = reader.read("秘書處在哪裏？", texts)[0]
    assert (alone.spans[0].start, alone.spans[0].end) == (
        simplified.spans[0].start,
        simplified.spans[0].end,
    )
    assert np.isclose(alone.answer, simplified.answer, atol=1e-5)
    assert np.isclose(alone.answer, together.answer, atol=1e-3)


def test_time_runs_out_after_the_first_pass(small, tokenizer):
    reader = PassageReader(small, tokenizer, ReaderConfig(SMALL))
    texts = [f"第{i}條。居民可以申請。" for i in range(20)]
    readings = reader.read("誰可以申請？", texts, seconds=0.0)
    assert readings[0].read and not readings[-1].read


def test_an_empty_question_is_refused(small, tokenizer):
    reader = PassageReader(small, tokenizer, ReaderConfig(SMALL))
    with pytest.raises(InputError):
        reader.read(" ", ["文本"])


def test_calibration_is_a_sigmoid():
    assert Calibration(2.0, -1.0).probability(0.5) == pytest.approx(0.5)
    assert dataclasses.asdict(Calibration()) == {"scale": 1.0, "offset": 0.0}
