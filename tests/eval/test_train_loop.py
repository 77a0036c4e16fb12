"""A few steps learn; a run that was broken off goes on bit by bit as if it had not been."""

import itertools
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch

from chatbot.reading.network import ReaderNetwork, Shape
from chatbot.reading.windows import PairTokenizer
from eval.train.augment import Maker
from eval.train.calibrate import calibrate, expected_error, fit
from eval.train.data import Collection
from eval.train.loop import Recipe, Trainer
from eval.train.policy import generate
from eval.train.prepare import Prepared
from eval.train.sample import CHUNK, Sampler
from eval.train.validate import auroc, exact, f1
from index.weights import bundled_model

SMALL = Shape(layers=3, hidden=48, heads=4, inner=96, entry=1)
RECIPE = Recipe(rate=2e-3, head_rate=2e-3, warm_up=4, batch=8, micro=4, limit=96, frozen=1)


@pytest.fixture(scope="module")
def tokenizer(cache):
    return PairTokenizer(bundled_model(cache) / "tokenizer.json")


@pytest.fixture(scope="module")
def words():
    return torch.randn(250_037, 48, generator=torch.Generator().manual_seed(1)) * 0.2


@pytest.fixture
def trainer(tokenizer, words):
    def make(recipe=RECIPE, number=40):
        passages, questions = generate(number, 1, 4)
        maker = Maker(tokenizer, passages, {}, questions)
        sampler = Sampler(maker, questions, (), recipe.seed, recipe.limit)
        torch.manual_seed(recipe.seed)
        network = ReaderNetwork(words, SMALL)
        for layer in network.layers:
            torch.nn.init.normal_(layer.qkv.weight, std=0.1)
        return Trainer(network, sampler, recipe, torch.device("cpu"), tokenizer.pad)

    return make


def run(trainer, steps):
    return list(itertools.islice(trainer.run(lambda: False), steps))


def same(one, two):
    assert one.keys() == two.keys()
    return all(torch.equal(one[k], two[k]) for k in one)


def test_a_few_steps_lower_the_loss(trainer):
    losses = run(trainer(number=3), 40)
    parts = ("span", "tags", "answer", "relevance")
    early = sum(row[p] for row in losses[:8] for p in parts) / 8
    late = sum(row[p] for row in losses[-8:] for p in parts) / 8
    assert late < 0.85 * early


def test_frozen_layers_and_words_stay(trainer):
    t = trainer()
    before = {k: v.clone() for k, v in t.network.state_dict().items()}
    words = t.network.words.clone()
    run(t, CHUNK)
    after = t.network.state_dict()
    changed = {k for k in before if not torch.equal(before[k], after[k])}
    assert not any(k.startswith(("position", "norm.", "layers.0.")) for k in changed)
    assert {k for k in changed if k.startswith("layers.2.")}
    assert torch.equal(words, t.network.words)
    assert not any("words" in k for k in before)


@pytest.mark.parametrize("workers", [1, 2])
def test_resuming_is_exact(trainer, tmp_path, workers):
    recipe = replace(RECIPE, workers=workers)
    whole = trainer(recipe)
    run(whole, 3 * CHUNK)
    broken = trainer(recipe)
    run(broken, CHUNK)
    broken.save(tmp_path / "checkpoint.pt")
    resumed = trainer(recipe)
    resumed.load(tmp_path / "checkpoint.pt")
    run(resumed, 2 * CHUNK)
    assert resumed.step == whole.step
    assert resumed.sampler.positions == whole.sampler.positions
    assert same(whole.network.state_dict(), resumed.network.state_dict())
    assert same(whole.averaged, resumed.averaged)


def test_two_workers_compute_what_one_does(trainer):
    one, two = trainer(replace(RECIPE, workers=1)), trainer(replace(RECIPE, workers=2))
    run(one, 2)
    run(two, 2)
    for (name, a), b in zip(one.network.named_parameters(), two.network.parameters(), strict=True):
        assert torch.allclose(a, b, atol=2e-4), name


def test_a_decay_ends_at_nothing(trainer):
    t = trainer()
    run(t, CHUNK)
    t.decay = (t.step, 10)
    factors = []
    for _ in range(10):
        factors.append(t.factor())
        t.step += 1
    assert factors[0] == 1 and t.factor() == 0
    assert factors == sorted(factors, reverse=True)


def test_the_average_lags_behind(trainer):
    t = trainer()
    start = t.network.layers[2].up.weight.detach().clone()
    run(t, 2 * CHUNK)
    now, mean = t.network.layers[2].up.weight.detach(), t.averaged["layers.2.up.weight"]
    assert 0 < (mean - start).norm() < (now - start).norm()
    assert torch.equal(t.averaged_network().layers[2].up.weight, mean)


def test_chunks_depend_on_seed_and_position_only(trainer):
    one, two = trainer().sampler, trainer().sampler
    first, second = one.chunk(0, 8, 4), one.chunk(1, 8, 4)
    again = two.chunk(0, 8, 4)
    flat = [[i.ids.tolist() for g in step for i in g] for step in first]
    assert flat == [[i.ids.tolist() for g in step for i in g] for step in again]
    assert [len(step) for step in flat] == [8] * CHUNK
    assert flat != [[i.ids.tolist() for g in step for i in g] for step in second]


def test_a_pass_takes_every_question_once(trainer):
    sampler = trainer().sampler
    taken = [sampler._next("positive", "policy", 17) for _ in range(34)]
    assert sorted(taken[:17]) == list(range(17)) == sorted(taken[17:])
    assert taken[:17] != taken[17:]


def test_measures_by_hand():
    assert exact("歐洲", ["欧洲。"]) == 1
    assert exact("歐洲人", ["歐洲"]) == 0
    # Three of the four characters found are among the three of the answer: 2 * 3 / (4 + 3).
    assert f1("在歐洲人", ["歐洲人"]) == pytest.approx(6 / 7)
    # "the" is no word that counts; one of two is met: 2 * 1 / (2 + 1).
    assert f1("the old bridge", ["bridge"]) == pytest.approx(2 / 3)
    assert f1("", ["橋"]) == 0
    # Of the four pairs three are in order, and one is a tie.
    assert auroc([2, 1], [0, 1]) == pytest.approx(3.5 / 4)


def test_calibration_finds_what_was_put_in():
    rng = Random(2)
    logits = [rng.uniform(-4, 4) for _ in range(4000)]
    sigmoid = torch.sigmoid(torch.tensor(logits) * 0.5 + 1.0).tolist()
    labels = [int(rng.random() < p) for p in sigmoid]
    found = fit(logits, labels)
    assert found.scale == pytest.approx(0.5, abs=0.06)
    assert found.offset == pytest.approx(1.0, abs=0.1)
    result = calibrate(logits, labels, [str(i // 20) for i in range(4000)])
    assert result.after < 0.03 < result.before


def test_expected_error_by_hand():
    # All at 0.8 and half of them true: off by 0.3, however they are put into bins.
    assert expected_error([0.8] * 20, [1, 0] * 10) == pytest.approx(0.3)
    assert expected_error([1.0] * 5 + [0.0] * 5, [1] * 5 + [0] * 5) == 0


def test_the_command_tells_of_a_missing_file(tmp_path, cache, monkeypatch, caplog):
    from eval.train.__main__ import main

    monkeypatch.setenv("PONTE_CACHE", str(cache))
    assert main(["--data", str(tmp_path / "none.json"), "--out", str(tmp_path / "out")]) == 2
    assert "none.json" in caplog.text


def test_figures_are_json(trainer, tmp_path):
    t = trainer()
    (parts,) = run(t, 1)
    assert set(json.loads(json.dumps(parts))) >= {"span", "tags", "answer", "relevance", "norm"}


def test_nothing_is_made_up_where_the_data_are_to_stay_plain(tokenizer):
    made, invented = generate(40, 1, 4)
    passages = [replace(p, set="own") for p in made]
    own = [replace(q, passage=replace(q.passage, set="own")) for q in invented]
    collection = Collection(invented + own, made + passages, own[:5])
    prepared = Prepared(Path(), tokenizer, collection, {}, ())

    def kinds(plain):
        sampler = prepared.sampler(1, 208, plain)
        items = [i for step in sampler.chunk(0, 32, 4) for micro in step for i in micro]
        return {i.kind for i in items}, {key.split("/")[1] for key in sampler.positions}

    assert kinds(plain=True) == ({"positive", "treachery", "random"}, {"own"})
    several, sets = kinds(plain=False)
    assert "removed" in several and "policy" in sets and any(">zh" in name for name in sets)
