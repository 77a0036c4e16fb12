"""The reader that ships, with its real weights, on the real documents."""

import json
import shutil

import pytest
import torch

from chatbot.doctor import examine
from chatbot.engine import Engine, network_of
from chatbot.pipeline import Ask, build_pipeline
from chatbot.question import read_question
from chatbot.reading.precision import Int8Down, Int8Linear, fastest, int8_is_exact
from chatbot.reading.stored import BUNDLED, CONFIG, WEIGHTS, check
from corpus.errors import ModelError
from eval.datasets.policy import read_questions
from eval.datasets.shipped import question_file
from eval.metrics.text import is_passage
from index.encoder import load_encoder

TEXT = "內地是澳門第二大貿易夥伴，2022年兩地貿易總額437.6億澳門元，佔澳門對外商品貿易額28.5%。"
SIMPLE = "内地是澳门第二大贸易伙伴，2022年两地贸易总额437.6亿澳门元，占澳门对外商品贸易额28.5%。"
QUESTION = "2022年澳門與內地的貿易總額是多少？"


@pytest.fixture(scope="module")
def engine(settings):
    return Engine(settings.with_(reader="bundled"))


@pytest.fixture(scope="module")
def pipeline(engine):
    return build_pipeline(engine)


@pytest.fixture(scope="module")
def network(engine):
    return engine.resources().reader.network


def test_it_is_small_whole_and_described():
    config = check(BUNDLED)
    assert sum(file.stat().st_size for file in BUNDLED.iterdir()) < 45_000_000
    assert config.training["steps"] > 1000
    assert config.figures["calibration/answer"] <= 0.05
    assert (config.answer.scale, config.answer.offset) != (1.0, 0.0)
    card = (BUNDLED / "README.md").read_text(encoding="utf-8")
    for word in ("DRCD", "CMRC", "FaQuAD", "CC BY-SA", "Limits", "AUROC"):
        assert word in card, word


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION, "437.6億澳門元"),
        ("內地佔澳門對外貿易幾成？", "28.5%"),
        ("How much did Macao trade with the Mainland in 2022?", "437.6億澳門元"),
        (
            "Qual foi o valor do comércio entre Macau e o Interior da China em 2022?",
            "437.6億澳門元",
        ),
    ],
)
def test_it_finds_the_span_in_four_languages(network, question, answer):
    (reading,) = network.read(question, [TEXT])
    span = reading.spans[0]
    assert answer in TEXT[span.start : span.end] and span.end - span.start <= len(answer) + 2


def test_traditional_and_simplified_are_read_alike(network):
    pairs = [
        (q, t) for q in (QUESTION, "2022年澳门与内地的贸易总额是多少？") for t in (TEXT, SIMPLE)
    ]
    readings = network.read_pairs(pairs)
    assert len({(r.answer, r.relevance, r.spans) for r in readings}) == 1


def test_the_passage_that_answers_is_told_from_the_others(engine, network):
    passages = engine.resources().snapshot.passages
    rows = [
        q for q in read_questions(question_file("policy-dev"))
        if q.answerable and q.lang == "zh-Hant" and not q.history and q.kind in ("figure", "date")
    ][:15]  # fmt: skip
    won = 0
    for row in rows:
        i = next(i for i, p in enumerate(passages) if is_passage(p.text, row.passage))
        texts = [passages[j % len(passages)].text for j in (i, i - 1, i + 1, i + 7)]
        answers = [r.answerability for r in network.read(row.question, texts)]
        won += answers[0] == max(answers)
    assert len(rows) >= 10 and won >= 0.8 * len(rows)


def test_where_time_is_up_it_answers_from_what_it_has_read(network):
    readings = network.read(QUESTION, [TEXT] * 12, seconds=0)
    assert readings[0].read and not readings[-1].read
    assert readings[-1].spans == () and readings[-1].answerability == 0
    assert all(r.read for r in network.read(QUESTION, [TEXT] * 12))


def test_without_the_reader_the_rules_answer(settings, engine):
    plain = Engine(settings.with_(reader="none"))
    assert plain.resources().reader.network is None
    answer = build_pipeline(plain).invoke(Ask(QUESTION))
    assert answer.status == "answered" and "437.6億" in answer.text
    both = build_pipeline(engine).invoke(Ask(QUESTION))
    assert both.citations[0].quote == answer.citations[0].quote


def test_another_embedding_model_has_no_bundled_reader(settings, engine):
    other = settings.with_(model="/nowhere/else", reader="bundled")
    assert network_of(other, engine.resources().encoder) is None


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_a_coarser_precision_reads_alike(settings, network, precision):
    if precision == "int8" and not int8_is_exact():
        pytest.skip("this processor has no VNNI")
    own = settings.with_(precision=precision, reader="bundled")
    rounded = network_of(own, load_encoder(own))
    (a,), (b,) = network.read(QUESTION, [TEXT]), rounded.read(QUESTION, [TEXT])
    assert a.spans[0].start == b.spans[0].start
    assert a.answer != b.answer
    assert b.answer == pytest.approx(a.answer, abs=0.3)


def test_the_fastest_precision_is_measured_once_and_changes_nothing(network, tmp_path):
    weights = {name: value.clone() for name, value in network._network.state_dict().items()}
    choice = fastest(network._network, tmp_path)
    (file,) = tmp_path.iterdir()
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["precision"] == choice and file.name.startswith("precision-reading-")
    assert set(kept["seconds"]) >= {"float32", "bfloat16"}
    assert ("int8" in kept["seconds"]) == int8_is_exact()
    file.write_text(json.dumps(kept | {"precision": "bfloat16"}), encoding="utf-8")
    assert fastest(network._network, tmp_path) == "bfloat16"
    after = network._network.state_dict()
    assert all(torch.equal(after[name], value) for name, value in weights.items())


def test_eight_bits_multiply_nearly_as_floats_do():
    if not int8_is_exact():
        pytest.skip("this processor has no VNNI")
    torch.manual_seed(1)
    linear = torch.nn.Linear(64, 32)
    x = torch.randn(2, 5, 64)
    with torch.inference_mode():
        exact = linear(x)
        assert (Int8Linear(linear)(x) - exact).abs().max() < 0.02 * exact.abs().max()
        # One token whose entries are a thousand times the others' does not drown them.
        x = torch.nn.functional.gelu(x)
        x[0, 0] *= 1000
        exact = linear(x)
        rest = exact[1].abs().max()
        assert (Int8Down(linear)(x) - exact)[1].abs().max() < 0.02 * rest
        assert (Int8Linear(linear)(x) - exact)[1].abs().max() > 0.1 * rest


@pytest.mark.parametrize("what", ["flipped", "missing", "format"])
def test_a_damaged_reader_is_named_and_not_used(settings, engine, tmp_path, what):
    folder = tmp_path / "reader"
    shutil.copytree(BUNDLED, folder)
    if what == "flipped":
        content = bytearray((folder / WEIGHTS).read_bytes())
        content[-100] ^= 1
        (folder / WEIGHTS).write_bytes(content)
    elif what == "missing":
        (folder / WEIGHTS).unlink()
    else:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        (folder / CONFIG).write_text(json.dumps({**config, "format": 99}), encoding="utf-8")
    own = settings.with_(reader=str(folder))
    with pytest.raises(ModelError, match=str(folder)):
        network_of(own, engine.resources().encoder)
    found = {c.name: c for c in examine(own)}["reader"]
    assert not found.ok and str(folder) in found.detail


def test_what_the_network_says_is_among_the_features(engine, pipeline):
    reader = engine.resources().reader
    answer = pipeline.invoke(Ask(QUESTION))
    assert answer.status == "answered"
    query = _query(engine, QUESTION)
    readings = reader.read(query, answer.hits)
    read = [r for r in readings if not r.features["net_unread"]]
    assert 0 < len(read) <= 5 < len(readings)
    assert readings[0] in read and "span_margin" in readings[0].features
    # A year that is not there: the span found is of another, and the answer less likely.
    other = reader.read(_query(engine, "2018年澳門與內地的貿易總額是多少？"), answer.hits)
    assert other[0].answerability < readings[0].answerability


def _query(engine, text):
    resources = engine.resources()
    return read_question(text, resources.lexicon, resources.segmenter)
